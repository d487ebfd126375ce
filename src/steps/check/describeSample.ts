import { jsonFile } from '../../artifacts/jsonFile.ts'
import { niftiGeometry } from '../../artifacts/niftiGeometry.ts'
import { niftiMask } from '../../artifacts/niftiMask.ts'
import { niftiVolume } from '../../artifacts/niftiVolume.ts'
import { thumbnailFile } from '../../artifacts/pictureFile.ts'
import type { CaseDescription, CasePicture } from '../../core/caseDescription.ts'
import { DataError } from '../../core/dataError.ts'
import { orientationOf } from '../../core/orientation.ts'
import type { Picture } from '../../core/picture.ts'
import { defineStep, each, one, optional, type Zod } from '../../engine/step.ts'
import { labelledParts } from '../../imaging/components/labelledParts.ts'
import { intensityStatistics } from '../../imaging/intensityStatistics.ts'
import { drawOutlines, greyPicture } from '../../imaging/render/slicePicture.ts'
import { PLANES, type Plane, sliceView, viewedLabels, viewedValues } from '../../imaging/render/sliceView.ts'
import { requireSameGrid } from '../sameGrid.ts'
import { requireLabels } from '../unsoundLabels.ts'
import {
  casePicture,
  colourLookup,
  describedLabels,
  gridCentre,
  gridFigures,
  intensityFigures,
  labelFigures,
  labelledFigures,
  outlinesText,
  PICTURE_SIDE,
  rounded,
} from './caseFigures.ts'

const params = (z: Zod) =>
  z.object({
    labels: z.array(describedLabels(z)).default([]).describe('The labels of the label map.'),
    pictureSide: z
      .int()
      .min(16)
      .max(1024)
      .default(PICTURE_SIDE)
      .describe('Pixels along the longest side of the sample.'),
  })

const TITLES: Readonly<Record<Plane, string>> = { axial: 'Axial', coronal: 'Coronal', sagittal: 'Sagittal' }

export const describeSample = defineStep({
  name: 'describe-sample',
  version: 1,
  summary: 'Measures a sample and draws three slices of it, for reports and the viewer.',
  per: 'case',
  params,
  inputs: {
    volume: optional(niftiVolume, 'grouped.volume'),
    mask: optional(niftiMask, 'grouped.mask'),
    header: optional(niftiGeometry, 'grouped.header'),
  },
  outputs: {
    pictures: each(thumbnailFile, 'description.picture'),
    record: one(jsonFile<CaseDescription>(), 'description.record'),
  },
  // The volume as float32 and the mask wait in memory while the steps between have theirs.
  memory: ({ voxels }) => 10 * voxels + 64e6,
  run({ volume, mask, header }, { labels: known, pictureSide }, context) {
    const grid = volume?.volume.grid ?? mask?.mask.grid
    if (grid === undefined)
      throw new DataError('sample-file-missing', 'the sample has neither volume nor mask', {
        where: context.case,
      })
    if (mask !== undefined) requireLabels(mask, context.source('mask'))
    if (volume !== undefined && mask !== undefined)
      requireSameGrid(
        { grid, source: context.source('volume') },
        { grid: mask.mask.grid, source: context.source('mask') },
      )
    const values = volume?.volume.data
    const statistics = values && intensityStatistics(values)
    const parts = mask && labelledParts(mask.mask, values)
    const labels = mask === undefined ? [] : labelFigures(mask.counts, known, grid)
    const centre = parts?.largest?.centre ?? gridCentre(grid)
    const colourOf = colourLookup(labels)
    const pictures: Record<string, Picture> = {}
    const described: CasePicture[] = []
    for (const plane of PLANES) {
      const view = sliceView(grid, plane, centre, pictureSide)
      const seen =
        values === undefined ? new Float32Array(view.width * view.height) : viewedValues(view, values)
      const picture = greyPicture(view, seen, statistics?.window ?? [0, 1])
      if (mask !== undefined) drawOutlines(picture, viewedLabels(view, mask.mask.data), colourOf)
      pictures[plane] = picture
      const through = parts?.largest === undefined ? 'the middle' : 'the largest labelled part'
      const alt = `${TITLES[plane]} slice through ${through}${outlinesText(labels)}`
      described.push(casePicture(context, plane, picture, alt))
    }
    return {
      pictures,
      record: {
        case: context.case,
        figures: {
          ...gridFigures(grid),
          ...(statistics === undefined ? {} : intensityFigures(statistics)),
          ...(parts === undefined ? {} : labelledFigures(labels, parts.parts)),
          ...(parts?.mean === undefined ? {} : { insideMean: rounded(parts.mean) }),
        },
        texts: {
          orientation: orientationOf(grid.affine).to,
          ...(header === undefined ? {} : { dtype: header.dtype }),
        },
        ...(statistics?.histogram === undefined ? {} : { histogram: statistics.histogram }),
        labels,
        pictures: described,
      },
    }
  },
})
