import { affine, invert, type Point, transformPoint } from '../../../src/core/affine.ts'
import type { SpatialTransform, TransformChain } from '../../../src/core/spatialTransform.ts'

/** Cubic B-spline at distance t from its centre. */
const cubic = (t: number): number => {
  const d = Math.abs(t)
  if (d >= 2) return 0
  return d >= 1 ? (2 - d) ** 3 / 6 : 2 / 3 - d * d + d ** 3 / 2
}

function movedBy(t: SpatialTransform, p: Point): Point {
  if (t.kind === 'translation') return [p[0] + t.offset[0], p[1] + t.offset[1], p[2] + t.offset[2]]
  if (t.kind === 'affine') {
    const { matrix: m, centre: c, translation } = t
    const at = (r: 0 | 1 | 2): number =>
      m[3 * r]! * (p[0] - c[0]) +
      m[3 * r + 1]! * (p[1] - c[1]) +
      m[3 * r + 2]! * (p[2] - c[2]) +
      c[r] +
      translation[r]
    return [at(0), at(1), at(2)]
  }
  const { size, spacing, origin, direction: d } = t.grid
  const rows = [0, 1, 2].flatMap(r => [
    ...[0, 1, 2].map(c => d[3 * r + c]! * spacing[c as 0 | 1 | 2]),
    origin[r as 0 | 1 | 2],
  ])
  const index = transformPoint(invert(affine(rows)), p)
  if (index.some((v, axis) => !(v >= 1 && v < size[axis as 0 | 1 | 2] - 2))) return p
  const [i0, j0, k0] = index.map(v => Math.floor(v) - 1)
  const all = size[0] * size[1] * size[2]
  const out: [number, number, number] = [...p]
  for (let k = k0!; k < k0! + 4; k++)
    for (let j = j0!; j < j0! + 4; j++)
      for (let i = i0!; i < i0! + 4; i++) {
        const weight = cubic(index[0] - i) * cubic(index[1] - j) * cubic(index[2] - k)
        const at = (k * size[1] + j) * size[0] + i
        for (const axis of [0, 1, 2] as const) out[axis] += weight * t.coefficients[axis * all + at]!
      }
  return out
}

/** Moves a point (LPS mm) in place, by the textbook formulas; what the kernel is for, here for single points. */
export const pointMover =
  (chain: TransformChain) =>
  (p: [number, number, number]): void => {
    const moved = chain.reduce<Point>((q, t) => movedBy(t, q), [...p])
    for (const axis of [0, 1, 2] as const) p[axis] = moved[axis]
  }
