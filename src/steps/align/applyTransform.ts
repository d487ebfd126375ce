import { niftiGeometry } from '../../artifacts/niftiGeometry.ts'
import { niftiImage } from '../../artifacts/niftiImage.ts'
import { niftiMask } from '../../artifacts/niftiMask.ts'
import { textFile } from '../../artifacts/textFile.ts'
import { defineStep, each, optional, type Zod } from '../../engine/step.ts'
import { carryImages } from './carryImages.ts'
import { carryOver } from './transformFiles.ts'

const params = (z: Zod) =>
  z.object({
    finalOrder: z
      .union([z.literal(3), z.literal(1), z.literal(0)])
      .default(3)
      .describe('Order of the B-spline by which images are sampled; labels take the nearest voxel.'),
    threads: z.int().min(1).default(2).describe('Threads to compute on; the result does not depend on them.'),
  })

export const applyTransform = defineStep({
  name: 'apply-transform',
  version: 1,
  summary: 'Carries further images and label maps over by the transform of a registration.',
  per: 'case',
  params,
  inputs: {
    transforms: each(textFile, 'registered.transform'),
    images: each(niftiImage, 'moving.images'),
    labels: each(niftiMask, 'moving.labels'),
    grid: optional(niftiGeometry, 'registered.grid'),
  },
  outputs: {
    images: each(niftiImage, 'registered.warped'),
    labels: each(niftiMask, 'registered.labels'),
  },
  // The moving images with their coefficients, and the results on the fixed grid.
  memory: ({ voxels, inputBytes }) => 4 * voxels + 8 * inputBytes + 300e6,
  run: ({ transforms, images, labels, grid }, { finalOrder, threads }) =>
    carryImages(carryOver(transforms), grid, images, labels, { order: finalOrder, threads }),
})
