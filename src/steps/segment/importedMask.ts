import { type LabelMask, labelMask } from '../../artifacts/niftiMask.ts'
import { farthestCornerShift, voxelSizes } from '../../core/affine.ts'
import { DataError } from '../../core/dataError.ts'
import { finding } from '../../core/finding.ts'
import { formatMm } from '../../core/formatMm.ts'
import { orientationOf } from '../../core/orientation.ts'
import type { Grid, Mask } from '../../core/volume.ts'
import type { StepContext } from '../../engine/step.ts'
import { orderTowards } from '../../imaging/axisView.ts'
import { permuteAxes } from '../../imaging/permuteAxes.ts'
import type { LabelMap } from './labelMaps.ts'

/** A mask this little beside its image (in voxels, at the farthest corner) has been rounded in a header. */
const SMALL_SHIFT_VOXELS = 0.5

/**
 * A mask that was made elsewhere, on the grid of its image and with the labels of the pipeline. Where only the order or
 * direction of its axes differs, its voxels are rearranged.
 *
 * @throws DataError when its voxels are no labels, or lie elsewhere than those of the image
 */
export function importedMask(
  imported: LabelMask,
  grid: Grid,
  map: LabelMap,
  context: StepContext,
): LabelMask {
  const where = context.source('imported')
  const bad = imported.notFinite + imported.notWhole + imported.outOfRange
  if (bad > 0)
    throw new DataError('mask-not-whole', `${where} holds ${bad} voxels that are no labels from 0 to 255`, {
      where,
    })
  const { data } = onGrid(imported.mask, grid, where, context)
  const table = Uint8Array.from({ length: 256 }, (_, label) => map[label] ?? 0)
  return labelMask({ grid, data: data.map(label => table[label]!) }, imported.codes)
}

function onGrid(mask: Mask, grid: Grid, where: string, context: StepContext): Mask {
  const { to } = orientationOf(grid.affine)
  const own = orientationOf(mask.grid.affine).to
  const turned = own === to ? mask : permuteAxes(mask, orderTowards(mask.grid, to))
  if (turned.grid.shape.some((n, axis) => n !== grid.shape[axis]))
    throw new DataError(
      'shape-mismatch',
      `the image has ${grid.shape.join('×')} voxels, the mask ${where} has ${turned.grid.shape.join('×')}`,
      { where },
    )
  const shift = farthestCornerShift(grid.affine, turned.grid.affine, grid.shape)
  const voxels = shift / Math.min(...voxelSizes(grid.affine))
  const moved = `its farthest corner lies ${formatMm(shift)} (${voxels.toPrecision(3)} voxels) from that of the image`
  const numbers = { millimetres: shift, voxels }
  if (voxels > SMALL_SHIFT_VOXELS) {
    const message = `${moved}; it is not imported`
    const remedy = 'Make the mask on the grid of this very image, or resample it there.'
    throw new DataError('geometry-mismatch', message, {
      where,
      findings: [finding('geometry-mismatch', where, message, { severity: 'error', remedy, numbers })],
    })
  }
  if (shift > 0)
    context.report(finding('geometry-shift', where, `${moved}; it took the affine of the image`, { numbers }))
  if (turned !== mask)
    context.report(
      finding(
        'imported-mask-reoriented',
        where,
        `the voxels of the mask lie ${own}, those of the image ${to}`,
      ),
    )
  return turned
}
