import { invert, rasToLps } from '../../core/affine.ts'
import type { BSplineTransform, TransformChain } from '../../core/spatialTransform.ts'
import type { Grid, Volume } from '../../core/volume.ts'
import { voxelCount } from '../../core/volume.ts'

/** An image to carry over, and how. */
export interface WarpImage {
  readonly volume: Volume<Int16Array | Float32Array | Uint8Array>
  /** 3: cubic B-spline, 1: linear, 0: nearest. */
  readonly order: 3 | 1 | 0
  /** Value of voxels that fall outside the image. */
  readonly defaultValue: number
}

export interface WarpRequest<Images extends readonly WarpImage[] = readonly WarpImage[]> {
  /** From points of the fixed image to points of the moving images. */
  readonly chain: TransformChain
  /** Grid of the fixed image, on which the results lie. */
  readonly grid: Grid
  readonly images: Images
}

/** Voxels of each image on the fixed grid, of the type that the image has. */
export type WarpedData<Images extends readonly WarpImage[]> = {
  -readonly [I in keyof Images]: Images[I]['volume']['data']
}

type Vector = [number, number, number]

function weights(t: number, out: Float64Array): void {
  const u = 1 - t
  out[0] = (u * u * u) / 6
  out[1] = (4 - 6 * t * t + 3 * t * t * t) / 6
  out[2] = (1 + 3 * t + 3 * t * t - 3 * t * t * t) / 6
  out[3] = (t * t * t) / 6
}

const WX = new Float64Array(4)
const WY = new Float64Array(4)
const WZ = new Float64Array(4)

function bsplinePart(part: BSplineTransform): (p: Vector) => void {
  const { size, origin, spacing, direction: d } = part.grid
  const toIndex = invert([
    ...[0, 1, 2].flatMap(r => [
      d[3 * r]! * spacing[0],
      d[3 * r + 1]! * spacing[1],
      d[3 * r + 2]! * spacing[2],
      origin[r]!,
    ]),
    ...[0, 0, 0, 1],
  ])
  const [nx, ny, nz] = size
  const c = part.coefficients
  const m = toIndex
  const all = nx * ny * nz
  return p => {
    const u = m[0]! * p[0] + m[1]! * p[1] + m[2]! * p[2] + m[3]!
    const v = m[4]! * p[0] + m[5]! * p[1] + m[6]! * p[2] + m[7]!
    const w = m[8]! * p[0] + m[9]! * p[1] + m[10]! * p[2] + m[11]!
    if (!(u >= 1 && u < nx - 2 && v >= 1 && v < ny - 2 && w >= 1 && w < nz - 2)) return
    const [fu, fv, fw] = [Math.floor(u), Math.floor(v), Math.floor(w)]
    weights(u - fu, WX)
    weights(v - fv, WY)
    weights(w - fw, WZ)
    let [x, y, z] = [0, 0, 0]
    for (let k = 0; k < 4; k++)
      for (let j = 0; j < 4; j++) {
        const at = ((fw - 1 + k) * ny + fv - 1 + j) * nx + fu - 1
        const wjk = WY[j]! * WZ[k]!
        for (let i = 0; i < 4; i++) {
          const weight = WX[i]! * wjk
          x += weight * c[at + i]!
          y += weight * c[all + at + i]!
          z += weight * c[2 * all + at + i]!
        }
      }
    p[0] += x
    p[1] += y
    p[2] += z
  }
}

/** The chain as a function that moves a point in place, LPS mm. */
export function pointMover(chain: TransformChain): (p: Vector) => void {
  const parts = chain.map((part): ((p: Vector) => void) => {
    if (part.kind === 'bspline') return bsplinePart(part)
    if (part.kind === 'translation')
      return p => {
        for (let r = 0; r < 3; r++) p[r]! += part.offset[r]!
      }
    const { matrix: m, centre: c, translation: t } = part
    return p => {
      const [x, y, z] = [p[0] - c[0], p[1] - c[1], p[2] - c[2]]
      for (let r = 0; r < 3; r++) p[r] = m[3 * r]! * x + m[3 * r + 1]! * y + m[3 * r + 2]! * z + c[r]! + t[r]!
    }
  })
  return p => {
    for (const part of parts) part(p)
  }
}

const POLE = Math.sqrt(3) - 2
const HORIZON = Math.ceil(Math.log(1e-10) / Math.log(-POLE))

function filterLine(s: Float64Array, n: number): void {
  if (n === 1) return
  const z = POLE
  for (let i = 0; i < n; i++) s[i]! *= 6
  let zn = z
  let sum = s[0]!
  if (HORIZON < n) {
    for (let i = 1; i < HORIZON; i++) {
      sum += zn * s[i]!
      zn *= z
    }
    s[0] = sum
  } else {
    const iz = 1 / z
    let z2n = z ** (n - 1)
    sum += z2n * s[n - 1]!
    z2n = z2n * z2n * iz
    for (let i = 1; i <= n - 2; i++) {
      sum += (zn + z2n) * s[i]!
      zn *= z
      z2n *= iz
    }
    s[0] = sum / (1 - zn * zn)
  }
  for (let i = 1; i < n; i++) s[i]! += z * s[i - 1]!
  s[n - 1] = (z / (z * z - 1)) * (z * s[n - 2]! + s[n - 1]!)
  for (let i = n - 2; i >= 0; i--) s[i] = z * (s[i + 1]! - s[i]!)
}

function coefficients({ grid: { shape }, data }: WarpImage['volume']): Float64Array {
  const out = Float64Array.from(data)
  const strides = [1, shape[0], shape[0] * shape[1]]
  for (let axis = 0; axis < 3; axis++) {
    const n = shape[axis]!
    const stride = strides[axis]!
    const line = new Float64Array(n)
    for (let at = 0; at < out.length; at++) {
      if (Math.floor(at / stride) % n !== 0) continue
      for (let i = 0; i < n; i++) line[i] = out[at + i * stride]!
      filterLine(line, n)
      for (let i = 0; i < n; i++) out[at + i * stride] = line[i]!
    }
  }
  return out
}

const mirrored = (i: number, n: number): number => {
  if (n === 1) return 0
  const period = 2 * (n - 1)
  const m = ((i % period) + period) % period
  return m < n ? m : period - m
}

function taps(x: number, n: number, order: number, index: Int32Array, w: Float64Array): void {
  const f = order === 0 ? Math.floor(Math.fround(x) + 0.5) : Math.floor(x)
  const first = order === 3 ? f - 1 : f
  if (order === 3) weights(x - f, w)
  else if (order === 1) {
    w[0] = 1 - (x - f)
    w[1] = x - f
  } else w[0] = 1
  for (let i = 0; i <= order; i++) index[i] = mirrored(first + i, n)
}

function sampler(image: WarpImage): (p: Vector) => number {
  const { grid, data } = image.volume
  const [nx, ny, nz] = grid.shape
  const m = invert(rasToLps(grid.affine))
  const c = image.order === 3 ? coefficients(image.volume) : data
  const [ix, iy, iz] = [new Int32Array(4), new Int32Array(4), new Int32Array(4)]
  const { order } = image
  return p => {
    const x = m[0]! * p[0] + m[1]! * p[1] + m[2]! * p[2] + m[3]!
    const y = m[4]! * p[0] + m[5]! * p[1] + m[6]! * p[2] + m[7]!
    const z = m[8]! * p[0] + m[9]! * p[1] + m[10]! * p[2] + m[11]!
    if (!(x >= -0.5 && x < nx - 0.5 && y >= -0.5 && y < ny - 0.5 && z >= -0.5 && z < nz - 0.5))
      return image.defaultValue
    taps(x, nx, order, ix, WX)
    taps(y, ny, order, iy, WY)
    taps(z, nz, order, iz, WZ)
    let sum = 0
    for (let k = 0; k <= order; k++)
      for (let j = 0; j <= order; j++) {
        const at = (iz[k]! * ny + iy[j]!) * nx
        const wjk = WY[j]! * WZ[k]!
        for (let i = 0; i <= order; i++) sum += wjk * WX[i]! * c[at + ix[i]!]!
      }
    return sum
  }
}

const LIMITS = { Int16Array: [-32768, 32767], Uint8Array: [0, 255] } as const

/**
 * Carries images over to the fixed grid by one transform chain, as transformix of elastix does with
 * FinalBSplineInterpolator: mirrored at the border, the default value where the continuous index is outside
 * [−0.5, n − 0.5). Whole numbers are cut toward zero, as transformix cuts them, but held within the range of the type.
 */
export async function warpImages<const Images extends readonly WarpImage[]>(
  request: WarpRequest<Images>,
): Promise<WarpedData<Images>> {
  const { grid, images } = request
  const move = pointMover(request.chain)
  const a = rasToLps(grid.affine)
  const count = voxelCount(grid.shape)
  const samplers = images.map(sampler)
  const out = images.map(({ volume: { data } }) =>
    data instanceof Int16Array
      ? new Int16Array(count)
      : data instanceof Uint8Array
        ? new Uint8Array(count)
        : new Float32Array(count),
  )
  const [nx, ny, nz] = grid.shape
  const p: Vector = [0, 0, 0]
  let at = 0
  for (let k = 0; k < nz; k++)
    for (let j = 0; j < ny; j++)
      for (let i = 0; i < nx; i++, at++) {
        for (let r = 0; r < 3; r++)
          p[r] = a[4 * r]! * i + a[4 * r + 1]! * j + a[4 * r + 2]! * k + a[4 * r + 3]!
        move(p)
        samplers.forEach((sample, n) => {
          const target = out[n]!
          const value = Math.fround(sample(p))
          if (target instanceof Float32Array) target[at] = value
          else {
            const [low, high] = target instanceof Int16Array ? LIMITS.Int16Array : LIMITS.Uint8Array
            target[at] = Math.min(Math.max(Math.trunc(value), low), high)
          }
        })
      }
  return out as unknown as WarpedData<Images>
}
