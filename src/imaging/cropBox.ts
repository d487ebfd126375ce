import { type Affine, affine, compose } from '../core/affine.ts'
import type { Grid, Shape, Volume, VoxelArray } from '../core/volume.ts'

/** A box of voxels: the first and the last along i, j, k, both within. */
export interface Box {
  readonly min: Shape
  readonly max: Shape
}

/** The smallest box that holds every voxel that is not 0; undefined when there is none. */
export function boundingBox(data: Uint8Array, [ni, nj, nk]: Shape): Box | undefined {
  let [i0, i1, j0, j1, k0, k1] = [ni, -1, nj, -1, nk, -1]
  for (let k = 0, row = 0; k < nk; k++)
    for (let j = 0; j < nj; j++, row += ni) {
      const end = row + ni
      let first = row
      while (first < end && data[first] === 0) first++
      if (first === end) continue
      let last = end - 1
      // What lies between the ends that are known already moves none.
      const inner = Math.max(first, row + i1)
      while (last > inner && data[last] === 0) last--
      if (first - row < i0) i0 = first - row
      if (last - row > i1) i1 = last - row
      if (j < j0) j0 = j
      if (j > j1) j1 = j
      if (k < k0) k0 = k
      k1 = k
    }
  return i1 < 0 ? undefined : { min: [i0, j0, k0], max: [i1, j1, k1] }
}

/** Number of voxels along i, j, k. */
export const boxShape = ({ min, max }: Box): Shape => [
  max[0] - min[0] + 1,
  max[1] - min[1] + 1,
  max[2] - min[2] + 1,
]

/** The box with a margin of so many voxels on each side along i, j, k, as far as the grid reaches. */
export const grownBox = ({ min, max }: Box, margin: Shape, shape: Shape): Box => ({
  min: [0, 1, 2].map(a => Math.max(0, min[a]! - margin[a]!)) as unknown as Shape,
  max: [0, 1, 2].map(a => Math.min(shape[a]! - 1, max[a]! + margin[a]!)) as unknown as Shape,
})

/** The grid of what lies in the box: its first voxel is the origin, so that nothing moves in the world. */
export function cropGrid(grid: Grid, box: Box): Grid {
  const [i, j, k] = box.min
  const toWhole: Affine<'voxel', 'voxel'> = affine([1, 0, 0, i, 0, 1, 0, j, 0, 0, 1, k])
  return { shape: boxShape(box), affine: compose(grid.affine, toWhole) }
}

/**
 * What of a volume lies in the box, as a copy.
 *
 * @throws RangeError when the box reaches out of the volume.
 */
export function cropBox<T extends VoxelArray>({ grid, data }: Volume<T>, box: Box): Volume<T> {
  const { min, max } = box
  if (min.some((n, a) => n < 0 || n > max[a]! || max[a]! >= grid.shape[a]!))
    throw new RangeError(`the box ${min} to ${max} is not within ${grid.shape.join(' × ')} voxels`)
  const cropped = cropGrid(grid, box)
  const [ni, nj, nk] = cropped.shape
  const out = new (data.constructor as new (length: number) => T)(ni * nj * nk)
  let at = 0
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++, at += ni) {
      const from = ((k + min[2]) * grid.shape[1] + j + min[1]) * grid.shape[0] + min[0]
      out.set(data.subarray(from, from + ni) as never, at)
    }
  return { grid: cropped, data: out }
}
