import { invert, rasToLps } from '../../../../src/core/affine.ts'
import { cubicWeights, pointMover, type Vector } from '../../../../src/imaging/warp/pointMover.ts'
import type { WarpImage, WarpRequest } from '../../../../src/imaging/warp/warpRequest.ts'

const WX = new Float64Array(4)
const WY = new Float64Array(4)
const WZ = new Float64Array(4)

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
  if (order === 3) cubicWeights(x - f, w)
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

/** What `warpImages` does, voxel by voxel in plain double precision: the definition that the kernel is held against. */
export function directWarp({ chain, grid, images }: WarpRequest): number[][] {
  const move = pointMover(chain)
  const a = rasToLps(grid.affine)
  const samplers = images.map(sampler)
  const out: number[][] = images.map(() => [])
  const [nx, ny, nz] = grid.shape
  const p: Vector = [0, 0, 0]
  for (let k = 0; k < nz; k++)
    for (let j = 0; j < ny; j++)
      for (let i = 0; i < nx; i++) {
        for (let r = 0; r < 3; r++)
          p[r] = a[4 * r]! * i + a[4 * r + 1]! * j + a[4 * r + 2]! * k + a[4 * r + 3]!
        move(p)
        samplers.forEach((sample, n) => {
          out[n]!.push(sample(p))
        })
      }
  return out
}
