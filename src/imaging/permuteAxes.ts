import { affine, compose } from '../core/affine.ts'
import { type Grid, type Shape, type Volume, type VoxelArray, voxelCount } from '../core/volume.ts'

/** Which axis of the source a new axis runs along, and whether against it. */
export interface AxisSource {
  readonly axis: 0 | 1 | 2
  readonly reversed: boolean
}

/** New axis n runs along `order[n]`. */
export type AxisOrder = readonly [AxisSource, AxisSource, AxisSource]

/**
 * The grid of an image whose voxels are stored in another order; no voxel moves in the world.
 *
 * @throws RangeError when `order` does not name each axis once.
 */
export function permuteGrid(grid: Grid, order: AxisOrder): Grid {
  if (new Set(order.map(({ axis }) => axis)).size !== 3)
    throw new RangeError(
      `the axes ${order.map(({ axis }) => axis).join(', ')} are not 0, 1 and 2 in some order`,
    )
  const toSource = new Array<number>(12).fill(0)
  order.forEach(({ axis, reversed }, n) => {
    toSource[4 * axis + n] = reversed ? -1 : 1
    if (reversed) toSource[4 * axis + 3] = grid.shape[axis] - 1
  })
  return {
    shape: order.map(({ axis }) => grid.shape[axis]) as unknown as Shape,
    affine: compose(grid.affine, affine<'voxel', 'voxel'>(toSource)),
  }
}

/**
 * The same image with its voxels stored in another order, on the grid of `permuteGrid`. The data are always a
 * copy.
 *
 * @throws RangeError when `order` does not name each axis once.
 */
export function permuteAxes<T extends VoxelArray>(source: Volume<T>, order: AxisOrder): Volume<T> {
  const grid = permuteGrid(source.grid, order)
  const { shape } = source.grid
  const strides = [1, shape[0], shape[0] * shape[1]]
  const steps = order.map(({ axis, reversed }) => (reversed ? -strides[axis]! : strides[axis]!))
  let first = 0
  for (const { axis, reversed } of order) if (reversed) first += (shape[axis] - 1) * strides[axis]!
  const data = source.data.slice(0, voxelCount(shape)) as T
  const [ni, nj, nk] = grid.shape
  let at = 0
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++) {
      let from = first + k * steps[2]! + j * steps[1]!
      for (let i = 0; i < ni; i++, from += steps[0]!) data[at++] = source.data[from]!
    }
  return { grid, data }
}
