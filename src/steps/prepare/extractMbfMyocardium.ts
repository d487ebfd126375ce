import { niftiImage } from '../../artifacts/niftiImage.ts'
import { niftiMask } from '../../artifacts/niftiMask.ts'
import { DataError } from '../../core/dataError.ts'
import { type FindingCode, finding } from '../../core/finding.ts'
import { defineStep, one, type StepContext, type Zod } from '../../engine/step.ts'
import { type InsideLabel, insideLabel } from '../../imaging/insideLabel.ts'
import { requireSameGrid } from '../sameGrid.ts'
import { requireLabels } from '../unsoundLabels.ts'

/** Stands for "no blood flow here", as it stands for "outside the scan" in CT. */
export const NO_FLOW = -1024

export const background = (z: Zod) =>
  z.int().min(-32768).max(-1).default(NO_FLOW).describe('The value of voxels without a blood flow.')

const params = (z: Zod) =>
  z.object({
    label: z.int().min(1).max(255).default(6).describe('The label of the myocardium.'),
    background: background(z),
  })

export const extractMbfMyocardium = defineStep({
  name: 'extract-mbf-myocardium',
  version: 1,
  summary: 'Keeps the blood flow of the myocardium as int16 and writes background everywhere else.',
  per: 'case',
  params,
  inputs: { mbf: one(niftiImage, 'registered.mbf'), mask: one(niftiMask, 'connected.mask') },
  outputs: { mbf: one(niftiImage, 'myocardium.mbf') },
  // Float32 voxels, the mask, the int16 voxels and what is compressed of them.
  memory: ({ voxels }) => 9 * voxels + 64e6,
  run({ mbf, mask }, p, context) {
    const [source, maskSource] = [context.source('mbf'), context.source('mask')]
    requireLabels(mask, maskSource)
    const { grid, data } = mbf.volume
    requireSameGrid({ grid, source }, { grid: mask.mask.grid, source: maskSource })
    const inside = insideLabel(data, mask.mask.data, p.label, p.background)
    if (inside.voxels === 0)
      throw new DataError('myocardium-empty', `no voxel of ${maskSource} has label ${p.label}`, {
        where: maskSource,
      })
    reportValues(inside, context)
    const lost = inside.notFinite + inside.negative
    if (lost === inside.voxels)
      throw new DataError(
        'myocardium-empty',
        `all ${lost} voxels of label ${p.label} are negative or not finite in ${source}`,
        { where: source },
      )
    return { mbf: { volume: { grid, data: inside.data } } }
  },
})

function reportValues(inside: InsideLabel, context: StepContext): void {
  const kinds: readonly [FindingCode, number, string][] = [
    ['flow-not-finite', inside.notFinite, 'are NaN or infinite and became background'],
    ['flow-negative', inside.negative, 'are negative and became background'],
    ['flow-out-of-range', inside.clipped, 'are above 32767 and became that'],
  ]
  for (const [code, voxels, what] of kinds)
    if (voxels > 0)
      context.report(
        finding(code, context.source('mbf'), `${voxels} of ${inside.voxels} voxels inside ${what}`, {
          numbers: { voxels, inside: inside.voxels },
        }),
      )
}
