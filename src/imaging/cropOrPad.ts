import { affine, transformPoint } from '../core/affine.ts'
import { type Grid, type Shape, type Volume, type VoxelArray, voxelCount } from '../core/volume.ts'

/**
 * Where a box of `size` voxels begins that has the middle of `shape` in its middle; negative where it reaches beyond.
 * Of an odd difference the larger half is at the beginning, in cropping and in padding (TorchIO's CropOrPad, which the
 * generator's training uses). MONAI's CenterSpatialCrop and SpatialPad may be one voxel off.
 */
export const centredStart = (shape: Shape, size: Shape): Shape =>
  shape.map((n, axis) => {
    const excess = n - size[axis]!
    return excess >= 0 ? Math.ceil(excess / 2) : -Math.ceil(-excess / 2)
  }) as unknown as Shape

/** The grid of the box that begins at voxel `start`; no voxel moves in the world. */
export function boxGrid(grid: Grid, start: Shape, size: Shape): Grid {
  const rows = [...grid.affine]
  transformPoint(grid.affine, start).forEach((mm, row) => {
    rows[4 * row + 3] = mm
  })
  return { shape: size, affine: affine(rows) }
}

/**
 * The box of `size` voxels in the middle of an image, with `padValue` where it reaches beyond. Its grid moves with it, so
 * that it overlays the image in the world.
 */
export function cropOrPad<T extends VoxelArray>(source: Volume<T>, size: Shape, padValue: number): Volume<T> {
  const { shape } = source.grid
  const start = centredStart(shape, size)
  const data = new (source.data.constructor as new (length: number) => T)(voxelCount(size))
  if (padValue !== 0) data.fill(padValue)
  const from = start.map(s => Math.max(0, s))
  const to = start.map((s, axis) => Math.min(shape[axis]!, s + size[axis]!))
  const width = to[0]! - from[0]!
  for (let k = from[2]!; k < to[2]!; k++)
    for (let j = from[1]!; j < to[1]!; j++) {
      const row = (k * shape[1] + j) * shape[0] + from[0]!
      const at = ((k - start[2]) * size[1] + j - start[1]) * size[0] + from[0]! - start[0]
      data.set(source.data.subarray(row, row + width) as never, at)
    }
  return { grid: boxGrid(source.grid, start, size), data }
}
