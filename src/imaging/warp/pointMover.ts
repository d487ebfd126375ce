import type { BSplineTransform, TransformChain } from '../../core/spatialTransform.ts'
import { controlIndexOf } from './chainPlan.ts'

/** A point that is moved in place. */
export type Vector = [number, number, number]

/** Weights of the four cubic B-splines over a point that lies t behind the second knot. */
export function cubicWeights(t: number, out: Float64Array): void {
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
  const m = controlIndexOf(part.grid)
  const [nx, ny, nz] = part.grid.size
  const c = part.coefficients
  const all = nx * ny * nz
  return p => {
    const u = m[0]! * p[0] + m[1]! * p[1] + m[2]! * p[2] + m[3]!
    const v = m[4]! * p[0] + m[5]! * p[1] + m[6]! * p[2] + m[7]!
    const w = m[8]! * p[0] + m[9]! * p[1] + m[10]! * p[2] + m[11]!
    if (!(u >= 1 && u < nx - 2 && v >= 1 && v < ny - 2 && w >= 1 && w < nz - 2)) return
    const [fu, fv, fw] = [Math.floor(u), Math.floor(v), Math.floor(w)]
    cubicWeights(u - fu, WX)
    cubicWeights(v - fv, WY)
    cubicWeights(w - fw, WZ)
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

/** The chain as a function that moves a point in place, LPS mm: plain double precision, for few points. */
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
