import { jsonFile } from '../../artifacts/jsonFile.ts'
import { niftiImage } from '../../artifacts/niftiImage.ts'
import { niftiMask } from '../../artifacts/niftiMask.ts'
import { thumbnailFile } from '../../artifacts/pictureFile.ts'
import type { CaseDescription } from '../../core/caseDescription.ts'
import { defineStep, each, one, type Zod } from '../../engine/step.ts'
import { labelledParts } from '../../imaging/components/labelledParts.ts'
import { intensityStatistics } from '../../imaging/intensityStatistics.ts'
import { drawOutlines, greyPicture } from '../../imaging/render/slicePicture.ts'
import { sliceView, viewedLabels, viewedValues } from '../../imaging/render/sliceView.ts'
import { requireSameGrid } from '../sameGrid.ts'
import { HEART_STRUCTURES } from '../segment/labelMaps.ts'
import { requireLabels } from '../unsoundLabels.ts'
import {
  casePicture,
  colourLookup,
  ctaWindow,
  type DescribedLabel,
  describedLabels,
  gridCentre,
  intensityFigures,
  labelFigures,
  labelledFigures,
  levelsOf,
  outlinesText,
  PICTURE_SIDE,
  rounded,
} from './caseFigures.ts'

const NAMES: Readonly<Record<keyof typeof HEART_STRUCTURES, readonly [name: string, shortForm: string]>> = {
  leftVentricle: ['left ventricle', 'LV'],
  leftAtrium: ['left atrium', 'LA'],
  rightVentricle: ['right ventricle', 'RV'],
  rightAtrium: ['right atrium', 'RA'],
  aorta: ['aorta', 'AO'],
  myocardium: ['myocardium', 'MYO'],
}

const HEART_LABELS: DescribedLabel[] = Object.entries(HEART_STRUCTURES).map(([structure, index]) => {
  const [name, shortForm] = NAMES[structure as keyof typeof HEART_STRUCTURES]
  return { index, name, shortForm }
})

const params = (z: Zod) =>
  z.object({
    labels: z.array(describedLabels(z)).default(HEART_LABELS).describe('The labels of the mask.'),
    ...ctaWindow(z),
    pictureSide: z
      .int()
      .min(16)
      .max(1024)
      .default(PICTURE_SIDE)
      .describe('Pixels along the longest side of the crop.'),
  })

export const describeCrop = defineStep({
  name: 'describe-crop',
  version: 1,
  summary: 'Measures the cropped heart and draws it with its labels, for reports and the viewer.',
  per: 'case',
  params,
  inputs: { cta: one(niftiImage, 'cropped.cta'), mask: one(niftiMask, 'cropped.mask') },
  outputs: {
    pictures: each(thumbnailFile, 'description.picture'),
    record: one(jsonFile<CaseDescription>(), 'description.record'),
  },
  memory: ({ voxels }) => 4 * voxels + 64e6,
  run({ cta, mask }, p, context) {
    const { grid, data } = cta.volume
    requireLabels(mask, context.source('mask'))
    requireSameGrid(
      { grid, source: context.source('cta') },
      { grid: mask.mask.grid, source: context.source('mask') },
    )
    const statistics = intensityStatistics(data)
    const parts = labelledParts(mask.mask, data)
    const labels = labelFigures(mask.counts, p.labels, grid)
    const view = sliceView(grid, 'axial', parts.largest?.centre ?? gridCentre(grid), p.pictureSide)
    const crop = greyPicture(view, viewedValues(view, data), levelsOf(p))
    drawOutlines(crop, viewedLabels(view, mask.mask.data), colourLookup(labels))
    return {
      pictures: { crop },
      record: {
        case: context.case,
        figures: {
          ...(statistics === undefined ? {} : intensityFigures(statistics)),
          ...labelledFigures(labels, parts.parts),
          ...(parts.mean === undefined ? {} : { insideMean: rounded(parts.mean) }),
        },
        texts: {},
        ...(statistics?.histogram === undefined ? {} : { histogram: statistics.histogram }),
        labels,
        pictures: [
          casePicture(context, 'crop', crop, `Axial slice of the cropped CTA${outlinesText(labels)}`),
        ],
      },
    }
  },
})
