import { compose, invert, type Point, transformPoint, voxelSizes } from '../core/affine.ts'
import type { Grid, Volume } from '../core/volume.ts'

/** A box of whole voxels. */
export interface VoxelBox {
  /** Index of its first voxel. */
  readonly start: Point
  /** Voxels along each axis. */
  readonly size: Point
}

type Ends = { readonly low: number[]; readonly high: number[] }

const centreOf = ({ shape, affine }: Grid): Point =>
  transformPoint(affine, [(shape[0] - 1) / 2, (shape[1] - 1) / 2, (shape[2] - 1) / 2])

/** The ends, in voxels of `fixed`, of the outer faces of `moving` when it is moved by `shift` (RAS mm). */
function ends(fixed: Grid, moving: Grid, shift: Point): Ends {
  const a = moving.affine
  const moved = [...a]
  for (let r = 0; r < 3; r++) moved[4 * r + 3]! += shift[r]!
  const toFixed = compose(invert(fixed.affine), moved as typeof a)
  const low = [Infinity, Infinity, Infinity]
  const high = [-Infinity, -Infinity, -Infinity]
  for (let corner = 0; corner < 8; corner++) {
    const p = transformPoint(toFixed, [
      corner & 1 ? moving.shape[0] - 0.5 : -0.5,
      corner & 2 ? moving.shape[1] - 0.5 : -0.5,
      corner & 4 ? moving.shape[2] - 0.5 : -0.5,
    ])
    for (let axis = 0; axis < 3; axis++) {
      low[axis] = Math.min(low[axis]!, p[axis]!)
      high[axis] = Math.max(high[axis]!, p[axis]!)
    }
  }
  return { low, high }
}

/**
 * The part of the fixed image in which the moving image can lie: the box, in whole voxels of the fixed image, round the
 * moving image where scanner space puts it and where it would be with both centres on each other (which is where elastix
 * begins), widened by a margin on all sides.
 *
 * @returns undefined when that is the whole image, or when the two do not meet in scanner space.
 */
export function fieldBox(fixed: Grid, moving: Grid, marginMm: number): VoxelBox | undefined {
  const [f, m] = [centreOf(fixed), centreOf(moving)]
  const inPlace = ends(fixed, moving, [0, 0, 0])
  const centred = ends(fixed, moving, [f[0] - m[0], f[1] - m[1], f[2] - m[2]])
  const sizes = voxelSizes(fixed.affine)
  const start: number[] = []
  const size: number[] = []
  for (let axis = 0; axis < 3; axis++) {
    const n = fixed.shape[axis]!
    if (inPlace.high[axis]! < -0.5 || inPlace.low[axis]! > n - 0.5) return undefined
    const margin = marginMm / sizes[axis]!
    const low = Math.max(0, Math.floor(Math.min(inPlace.low[axis]!, centred.low[axis]!) - margin))
    const high = Math.min(n - 1, Math.ceil(Math.max(inPlace.high[axis]!, centred.high[axis]!) + margin))
    start.push(low)
    size.push(high - low + 1)
  }
  if (size.every((count, axis) => count === fixed.shape[axis])) return undefined
  return { start: [start[0]!, start[1]!, start[2]!], size: [size[0]!, size[1]!, size[2]!] }
}

/** The voxels of a box, on a grid whose origin moves with it. */
export function boxOf<T extends Int16Array | Float32Array>(volume: Volume<T>, box: VoxelBox): Volume<T> {
  const { grid, data } = volume
  const [nx, ny] = grid.shape
  const [sx, sy, sz] = box.start
  const [bx, by, bz] = box.size
  const out = new (data.constructor as new (length: number) => T)(bx * by * bz)
  for (let k = 0; k < bz; k++)
    for (let j = 0; j < by; j++) {
      const from = ((sz + k) * ny + sy + j) * nx + sx
      out.set(data.subarray(from, from + bx), (k * by + j) * bx)
    }
  const affine = [...grid.affine]
  const origin = transformPoint(grid.affine, box.start)
  for (let r = 0; r < 3; r++) affine[4 * r + 3] = origin[r]!
  return { grid: { shape: box.size, affine }, data: out }
}
