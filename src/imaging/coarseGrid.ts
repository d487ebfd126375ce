import { type Point, transformPoint, voxelSizes } from '../core/affine.ts'
import type { Grid, Shape } from '../core/volume.ts'
import { voxelCount } from '../core/volume.ts'

/** Some of the voxels of a grid: every `step`-th along each axis, from `first`. */
export interface CoarseGrid {
  readonly grid: Grid
  readonly step: Point
  readonly first: Point
}

/**
 * The grid of at most so many voxels of another, about as far apart along all axes, in its middle. A grid that has no
 * more is given as it is.
 */
export function coarseGrid(grid: Grid, mostVoxels: number): CoarseGrid {
  const sizes = voxelSizes(grid.affine)
  const step = [1, 1, 1]
  const shape = () => grid.shape.map((n, axis) => Math.ceil(n / step[axis]!)) as unknown as Shape
  while (voxelCount(shape()) > mostVoxels) {
    const distances = step.map((s, axis) =>
      shape()[axis] === 1 ? Number.POSITIVE_INFINITY : s * sizes[axis]!,
    )
    step[distances.indexOf(Math.min(...distances))]!++
  }
  const coarse = shape()
  const first = coarse.map((n, axis) => (grid.shape[axis]! - 1 - (n - 1) * step[axis]!) >> 1)
  const origin = transformPoint(grid.affine, first as unknown as Point)
  const affine = grid.affine.map((v, i) => (i >= 12 ? v : i % 4 === 3 ? origin[i >> 2]! : v * step[i % 4]!))
  return {
    grid: { shape: coarse, affine },
    step: step as unknown as Point,
    first: first as unknown as Point,
  }
}

/** The values that a volume has at the voxels of a coarse grid of it, as float32. */
export function valuesAt(
  { grid: { shape }, data }: { readonly grid: Grid; readonly data: ArrayLike<number> },
  { grid: { shape: coarse }, step, first }: CoarseGrid,
): Float32Array {
  const out = new Float32Array(voxelCount(coarse))
  let at = 0
  for (let k = 0; k < coarse[2]; k++)
    for (let j = 0; j < coarse[1]; j++) {
      const row = ((first[2] + k * step[2]) * shape[1] + first[1] + j * step[1]) * shape[0] + first[0]
      for (let i = 0; i < coarse[0]; i++, at++) out[at] = data[row + i * step[0]]!
    }
  return out
}
