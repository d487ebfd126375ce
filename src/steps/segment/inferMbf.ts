import { niftiImage } from '../../artifacts/niftiImage.ts'
import { modelCardFile, onnxModel } from '../../artifacts/onnxModel.ts'
import type { Shape, Volume } from '../../core/volume.ts'
import { defineStep, one, optional, type Zod } from '../../engine/step.ts'
import { usableMemory } from '../../engine/usableMemory.ts'
import { cropOrPad } from '../../imaging/cropOrPad.ts'
import { generateImage } from '../../inference/generateImage.ts'
import { parseGeneratorCard } from '../../inference/modelCard.ts'
import { requireSameGrid } from '../sameGrid.ts'
import { networkParams, predictedMemory } from './networkParams.ts'

const size = (z: Zod) => z.int().min(1).max(4096)

export const inferMbf = defineStep({
  name: 'infer-mbf',
  version: 1,
  summary: 'Makes a map of myocardial blood flow of a CT angiogram by a generator network.',
  per: 'case',
  params: z =>
    z.object({
      ...networkParams(z),
      cropSize: z
        .tuple([size(z), size(z), size(z)])
        .default([384, 384, 160])
        .describe(
          'Voxels along the three axes of the image that it is cropped or padded to, round its middle.',
        ),
      padValue: z
        .int()
        .min(-32768)
        .max(32767)
        .default(0)
        .describe('Value of the voxels that are added, in HU and in units of flow.'),
      mode: z
        .enum(['none', 'eval', 'train'])
        .default('none')
        .describe('Which of the two exports of the generator this is; it is only recorded.'),
    }),
  inputs: {
    cta: one(niftiImage, 'cropped.cta'),
    mbf: optional(niftiImage, 'cropped.mbf'),
    model: one(onnxModel, 'generator'),
    card: one(modelCardFile, 'generator.card'),
  },
  outputs: {
    real_a: one(niftiImage, 'inference.real_a'),
    real_b: optional(niftiImage, 'inference.real_b'),
    fake_b: one(niftiImage, 'inference.fake_b'),
  },
  memory: predictedMemory,
  async run({ cta, mbf, model, card: text }, { cropSize, padValue, device, threads }, context) {
    const cardWhere = context.source('card')
    const card = parseGeneratorCard(text, cardWhere)
    if (mbf !== undefined)
      requireSameGrid(
        { grid: cta.volume.grid, source: context.source('cta') },
        { grid: mbf.volume.grid, source: context.source('mbf') },
      )
    const fitted = (volume: Volume<Int16Array | Float32Array>) =>
      cropOrPad(volume, cropSize as Shape, padValue)
    const realA = fitted(cta.volume)
    const fakeB = await generateImage(realA, { ...model, where: context.source('model') }, card, {
      device,
      threads,
      availableBytes: usableMemory(),
      where: context.source('cta'),
      cardWhere,
    })
    return {
      real_a: { volume: realA },
      real_b: mbf === undefined ? undefined : { volume: fitted(mbf.volume) },
      fake_b: { volume: fakeB },
    }
  },
})
