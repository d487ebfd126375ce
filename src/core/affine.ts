/**
 * Affine maps between named frames. The frame is part of the type, so that a RAS matrix cannot be used where
 * an LPS one is meant; `rasToLps` and `lpsToRas` are the only doors between the two.
 *
 * Frames: `voxel` is (i, j, k) counted from the centre of the first voxel, i fastest on disk; `ras` is mm,
 * x to the patient's right, y anterior, z superior (NIfTI); `lps` is mm with x left, y posterior (DICOM, ITK).
 */
export type Frame = 'voxel' | 'ras' | 'lps'

declare const frames: unique symbol

/** A 4×4 matrix by rows, 16 doubles, last row (0, 0, 0, 1); it carries points of `From` to `To`. */
export type Affine<From extends Frame = Frame, To extends Frame = Frame> = readonly number[] & {
  readonly [frames]?: readonly [From, To]
}

export type Point = readonly [number, number, number]

/** Makes an affine from its upper three rows (12 numbers) or all four (16 numbers), row-major. */
export function affine<From extends Frame, To extends Frame>(rows: readonly number[]): Affine<From, To> {
  if (rows.length !== 12 && rows.length !== 16)
    throw new RangeError(`an affine has 12 or 16 numbers, not ${rows.length}`)
  return rows.length === 16 ? [...rows] : [...rows, 0, 0, 0, 1]
}

export function transformPoint(a: Affine, [x, y, z]: Point): Point {
  return [
    a[0]! * x + a[1]! * y + a[2]! * z + a[3]!,
    a[4]! * x + a[5]! * y + a[6]! * z + a[7]!,
    a[8]! * x + a[9]! * y + a[10]! * z + a[11]!,
  ]
}

/** `compose(b, a)` applies `a` first, then `b`. */
export function compose<A extends Frame, B extends Frame, C extends Frame>(
  second: Affine<B, C>,
  first: Affine<A, B>,
): Affine<A, C> {
  const out = new Array<number>(16).fill(0)
  for (let r = 0; r < 4; r++)
    for (let c = 0; c < 4; c++) {
      let sum = 0
      for (let k = 0; k < 4; k++) sum += second[r * 4 + k]! * first[k * 4 + c]!
      out[r * 4 + c] = sum
    }
  return out
}

export function determinant(a: Affine): number {
  return (
    a[0]! * (a[5]! * a[10]! - a[6]! * a[9]!) -
    a[1]! * (a[4]! * a[10]! - a[6]! * a[8]!) +
    a[2]! * (a[4]! * a[9]! - a[5]! * a[8]!)
  )
}

/** @throws RangeError when the matrix is singular or not finite. */
export function invert<From extends Frame, To extends Frame>(a: Affine<From, To>): Affine<To, From> {
  const det = determinant(a)
  if (!Number.isFinite(det) || det === 0) throw new RangeError('the affine has no inverse')
  const m = [
    a[5]! * a[10]! - a[6]! * a[9]!,
    a[2]! * a[9]! - a[1]! * a[10]!,
    a[1]! * a[6]! - a[2]! * a[5]!,
    a[6]! * a[8]! - a[4]! * a[10]!,
    a[0]! * a[10]! - a[2]! * a[8]!,
    a[2]! * a[4]! - a[0]! * a[6]!,
    a[4]! * a[9]! - a[5]! * a[8]!,
    a[1]! * a[8]! - a[0]! * a[9]!,
    a[0]! * a[5]! - a[1]! * a[4]!,
  ].map(v => v / det)
  const t = [a[3]!, a[7]!, a[11]!]
  const out: number[] = []
  for (let r = 0; r < 3; r++) {
    const [x, y, z] = [m[r * 3]!, m[r * 3 + 1]!, m[r * 3 + 2]!]
    out.push(x, y, z, -(x * t[0]! + y * t[1]! + z * t[2]!))
  }
  return affine(out)
}

const flipXY = (a: Affine): number[] => a.map((v, i) => (i < 8 ? (v === 0 ? 0 : -v) : v))

export const lpsToRas = <From extends Frame>(a: Affine<From, 'lps'>): Affine<From, 'ras'> => flipXY(a)
export const rasToLps = <From extends Frame>(a: Affine<From, 'ras'>): Affine<From, 'lps'> => flipXY(a)

/** Length in mm of one step along each voxel axis: the column norms of the 3×3 part. */
export function voxelSizes(a: Affine<'voxel', 'ras' | 'lps'>): Point {
  return [0, 1, 2].map(c => Math.hypot(a[c]!, a[c + 4]!, a[c + 8]!)) as unknown as Point
}

/** Frobenius norm of the difference of two affines. */
export function frobeniusDistance(a: Affine, b: Affine): number {
  let sum = 0
  for (let i = 0; i < 16; i++) sum += (a[i]! - b[i]!) ** 2
  return Math.sqrt(sum)
}

/**
 * How far the eight corner voxels' centres move, at most, when `b` is used in place of `a`: mm, in the frame
 * that both map to.
 */
export function farthestCornerShift(a: Affine, b: Affine, shape: Point): number {
  let farthest = 0
  for (let corner = 0; corner < 8; corner++) {
    const p: Point = [
      corner & 1 ? shape[0] - 1 : 0,
      corner & 2 ? shape[1] - 1 : 0,
      corner & 4 ? shape[2] - 1 : 0,
    ]
    const [pa, pb] = [transformPoint(a, p), transformPoint(b, p)]
    farthest = Math.max(farthest, Math.hypot(pa[0] - pb[0], pa[1] - pb[1], pa[2] - pb[2]))
  }
  return farthest
}
