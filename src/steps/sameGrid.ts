import { farthestCornerShift, voxelSizes } from '../core/affine.ts'
import { DataError } from '../core/dataError.ts'
import { finding } from '../core/finding.ts'
import { formatMm } from '../core/formatMm.ts'
import type { Grid } from '../core/volume.ts'

/** Half a voxel: a shift up to here is rounding in another program, more is another grid. */
export const SMALL_SHIFT_VOXELS = 0.5

/** A grid and the file that it is of, as the user knows it. */
export interface NamedGrid {
  readonly grid: Grid
  readonly source: string
}

/**
 * Refuses images that cannot be taken voxel for voxel: of different size, or with a corner voxel's centre more than half
 * a voxel (of the smallest edge) away.
 *
 * @throws DataError 'grids-differ' naming both and the distance in mm.
 */
export function requireSameGrid(reference: NamedGrid, other: NamedGrid): void {
  const { shape, affine } = reference.grid
  const where = other.source
  if (other.grid.shape.some((n, axis) => n !== shape[axis]))
    throw new DataError(
      'grids-differ',
      `${where} has ${other.grid.shape.join(' × ')} voxels, ${reference.source} has ${shape.join(' × ')}`,
      { where },
    )
  const millimetres = farthestCornerShift(affine, other.grid.affine, shape)
  const voxels = millimetres / Math.min(...voxelSizes(affine))
  if (voxels <= SMALL_SHIFT_VOXELS) return
  const message = `${where} lies up to ${formatMm(millimetres)} (${voxels.toPrecision(3)} voxels) beside ${reference.source}`
  throw new DataError('grids-differ', message, {
    where,
    findings: [finding('grids-differ', where, message, { numbers: { millimetres, voxels } })],
  })
}
