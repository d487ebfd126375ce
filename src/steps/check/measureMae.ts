import { jsonFile } from '../../artifacts/jsonFile.ts'
import { niftiImage } from '../../artifacts/niftiImage.ts'
import { niftiMask } from '../../artifacts/niftiMask.ts'
import { compose, farthestCornerShift, invert } from '../../core/affine.ts'
import { DataError } from '../../core/dataError.ts'
import { finding } from '../../core/finding.ts'
import type { Grid, Mask } from '../../core/volume.ts'
import { defineStep, one, optional, type StepContext } from '../../engine/step.ts'
import { imageDifference, peakSignalToNoise } from '../../imaging/imageDifference.ts'
import { resampleNearest } from '../../imaging/resampleNearest.ts'
import { structuralSimilarity } from '../../imaging/structuralSimilarity.ts'

/** What one case contributes to the table of `calc-mae`. */
export interface MaeRecord {
  /** The case: name of the patient's folder. */
  readonly suid: string
  /** In the unit of the maps. */
  readonly mae: number
  /** null without a mask, or where it is empty. */
  readonly maskMae: number | null
  readonly maskVoxels: number
  /** null where an axis has fewer than 7 voxels. */
  readonly ssim: number | null
  /** In dB; null for equal images, whose ratio is infinite. */
  readonly psnr: number | null
  /** Why a figure is missing; empty where none is. */
  readonly reason: string
}

/** In mm: two grids whose corners are nearer than this are one. */
const SAME_GRID = 0.01
/** In voxels: how far a voxel may lie from the nearest one of its lattice. */
const ON_LATTICE = 0.01

export const measureMae = defineStep({
  name: 'measure-mae',
  version: 1,
  summary: 'Measures how far a generated blood flow map is from the real one.',
  per: 'case',
  params: z =>
    z.object({
      dataRange: z
        .number()
        .positive()
        .default(200)
        .describe('Span of the blood flow that SSIM and PSNR refer to, in the unit of the maps.'),
    }),
  inputs: {
    realB: one(niftiImage, 'inference.real_b'),
    fakeB: one(niftiImage, 'inference.fake_b'),
    mask: optional(niftiMask, 'cropped.mbf-mask'),
  },
  outputs: { record: one(jsonFile<MaeRecord>(), 'analysis.record') },
  memory: ({ voxels }) => 10 * voxels + 150e6,
  run({ realB, fakeB, mask }, { dataRange }, context) {
    const [real, fake] = [realB.volume, fakeB.volume]
    const where = context.source('fakeB')
    if (!isSameGrid(real.grid, fake.grid))
      throw new DataError(
        'mae-grids-differ',
        `${where} lies on another grid than ${context.source('realB')}: ${real.grid.shape.join(' × ')} and ${fake.grid.shape.join(' × ')} voxels, or another place`,
        { where },
      )
    const inside = mask && onGrid(mask.mask, real.grid, context)
    const difference = imageDifference(real, fake, inside)
    if (difference.notFinite > 0)
      throw new DataError(
        'mae-not-finite',
        `${where} or ${context.source('realB')} holds NaN or infinity at ${difference.notFinite} voxels`,
        { where },
      )
    if (mask !== undefined && difference.maskVoxels === 0)
      context.report(
        finding('mae-mask-empty', context.source('mask'), 'no voxel of the mask lies in the compared images'),
      )
    const ssim = structuralSimilarity(real, fake, dataRange)
    const psnr = peakSignalToNoise(difference.mse, dataRange)
    return {
      record: {
        suid: context.case,
        mae: difference.mae,
        maskMae: difference.maskMae ?? null,
        maskVoxels: difference.maskVoxels,
        ssim: ssim ?? null,
        psnr: Number.isFinite(psnr) ? psnr : null,
        reason: mask === undefined ? 'no mask' : difference.maskVoxels === 0 ? 'the mask is empty' : '',
      },
    }
  },
})

const isSameGrid = (a: Grid, b: Grid): boolean =>
  a.shape.every((size, axis) => size === b.shape[axis]) &&
  farthestCornerShift(a.affine, b.affine, a.shape) < SAME_GRID

/** The mask on the grid of the images, which may be a cropped or padded one. */
function onGrid(mask: Mask, grid: Grid, context: StepContext): Mask {
  if (isSameGrid(mask.grid, grid)) return mask
  const map = compose(invert(mask.grid.affine), grid.affine)
  // On one lattice, a step of the images is a step of the mask, and the first voxels are whole steps apart.
  const [i, j, k] = [map[3]!, map[7]!, map[11]!].map(Math.round) as [number, number, number]
  const shifted = [1, 0, 0, i, 0, 1, 0, j, 0, 0, 1, k, 0, 0, 0, 1]
  const off = farthestCornerShift(map, shifted, grid.shape)
  if (!(off < ON_LATTICE))
    context.report(
      finding(
        'mae-mask-off-lattice',
        context.source('mask'),
        'the mask lies on another lattice than the images; each voxel takes the nearest of the mask',
        { numbers: { voxels: off } },
      ),
    )
  return resampleNearest(mask, grid)
}
