import { jsonFile } from '../../artifacts/jsonFile.ts'
import { niftiImage } from '../../artifacts/niftiImage.ts'
import { thumbnailFile } from '../../artifacts/pictureFile.ts'
import type { CaseDescription, Figures } from '../../core/caseDescription.ts'
import { orientationOf } from '../../core/orientation.ts'
import type { Picture } from '../../core/picture.ts'
import { defineStep, each, one, optional, type Zod } from '../../engine/step.ts'
import { colourMap } from '../../imaging/render/colourMaps.ts'
import { greyPicture, inSquares, layColours } from '../../imaging/render/slicePicture.ts'
import { nearestValues, sliceView, viewedValues } from '../../imaging/render/sliceView.ts'
import type { RegistrationRecord } from '../align/registrationRecord.ts'
import { requireSameGrid } from '../sameGrid.ts'
import { casePicture, ctaWindow, gridFigures, levelsOf, PICTURE_SIDE, rounded } from './caseFigures.ts'

const FLOW_OPACITY = 0.6

const params = (z: Zod) =>
  z.object({
    ...ctaWindow(z),
    flowMax: z.number().positive().default(200).describe('Blood flow that is drawn in the last colour.'),
    squareMm: z.number().positive().default(20).describe('Size of the squares of the checkerboard.'),
    pictureSide: z
      .int()
      .min(16)
      .max(1024)
      .default(PICTURE_SIDE)
      .describe('Pixels along the longest side of the CTA.'),
  })

export const describeRegistration = defineStep({
  name: 'describe-registration',
  version: 1,
  summary: 'Draws how well a registration fits, with its figures, for reports and the viewer.',
  per: 'case',
  params,
  inputs: {
    fixed: one(niftiImage, 'registered.fixed'),
    warped: one(niftiImage, 'registered.warped'),
    flow: optional(niftiImage, 'registered.flow'),
    record: one(jsonFile<RegistrationRecord>(), 'registered.record'),
  },
  outputs: {
    pictures: each(thumbnailFile, 'description.picture'),
    record: one(jsonFile<CaseDescription>(), 'description.record'),
  },
  // Three images of four bytes at most.
  memory: ({ voxels }) => 4 * voxels + 64e6,
  run({ fixed, warped, flow, record }, p, context) {
    const { grid, data } = fixed.volume
    const reference = { grid, source: context.source('fixed') }
    requireSameGrid(reference, { grid: warped.volume.grid, source: context.source('warped') })
    if (flow !== undefined)
      requireSameGrid(reference, { grid: flow.volume.grid, source: context.source('flow') })
    const view = sliceView(grid, 'axial', record.quality.commonCentre, p.pictureSide)
    const levels = levelsOf(p)
    const cta = viewedValues(view, data)
    const squares = inSquares(view, cta, viewedValues(view, warped.volume.data), p.squareMm / view.pixelMm)
    const checkerboard = greyPicture(view, squares, levels)
    const pictures: Record<string, Picture> = { checkerboard }
    const described = [
      casePicture(
        context,
        'checkerboard',
        checkerboard,
        `Axial slice through the middle of the common field, CTA and the registered image in turn as squares of ${p.squareMm} mm`,
      ),
    ]
    if (flow !== undefined) {
      const bloodFlow = greyPicture(view, cta, levels)
      // The nearest voxel: blending with what has no flow would make up low ones.
      const seen = nearestValues(view, flow.volume.data)
      layColours(bloodFlow, seen, [0, p.flowMax], colourMap('jet'), FLOW_OPACITY)
      pictures.bloodFlow = bloodFlow
      const alt = `The same slice of the CTA with the blood flow over it, from blue to red at ${p.flowMax} and above`
      described.push(casePicture(context, 'bloodFlow', bloodFlow, alt))
    }
    return {
      pictures,
      record: {
        case: context.case,
        figures: { ...gridFigures(grid), ...registrationFigures(record) },
        texts: { orientation: orientationOf(grid.affine).to },
        labels: [],
        pictures: described,
      },
    }
  },
})

function registrationFigures({ quality }: RegistrationRecord): Figures {
  const { before, after, foldedShare, farthestMm, overlap } = quality
  return {
    ...(before.mutualInformation === null ? {} : { similarityBefore: rounded(before.mutualInformation) }),
    ...(after.mutualInformation === null ? {} : { similarityAfter: rounded(after.mutualInformation) }),
    foldedShare: rounded(foldedShare),
    largestDisplacementMm: rounded(farthestMm),
    overlapShare: rounded(overlap.ofMoving),
  }
}
