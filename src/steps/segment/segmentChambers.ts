import { jsonFile } from '../../artifacts/jsonFile.ts'
import { niftiImage } from '../../artifacts/niftiImage.ts'
import { type LabelMask, labelMask, niftiMask } from '../../artifacts/niftiMask.ts'
import { modelCardFile, onnxModel } from '../../artifacts/onnxModel.ts'
import { DataError } from '../../core/dataError.ts'
import { UsageError } from '../../core/fault.ts'
import { finding } from '../../core/finding.ts'
import { defineStep, one, optional, type ParamsOf, type StepContext, type Zod } from '../../engine/step.ts'
import { usableMemory } from '../../engine/usableMemory.ts'
import { parseSegmentationCard } from '../../inference/modelCard.ts'
import { segmentImage } from '../../inference/segmentImage.ts'
import { importedMask } from './importedMask.ts'
import {
  BUILT_IN_LABEL_MAPS,
  BUILT_IN_MAP_NAMES,
  HEART_STRUCTURES,
  type LabelMap,
  nnunetLabelMap,
} from './labelMaps.ts'
import { networkParams, predictedMemory } from './networkParams.ts'

const label = (z: Zod) => z.int().min(0).max(255)

const params = (z: Zod) =>
  z.object({
    ...networkParams(z),
    mode: z
      .enum(['card', 'whole', 'sliding'])
      .default('card')
      .describe('Whole image or sliding window; `card` leaves it to the model card.'),
    labelMap: z
      .union([z.enum(BUILT_IN_MAP_NAMES), z.record(z.string().regex(/^\d{1,3}$/), label(z))])
      .default('totalsegmentator')
      .describe(
        'For an imported mask: the name of a built-in map, or label in the file: label of the pipeline; what is not listed becomes background.',
      ),
    expected: z
      .array(label(z))
      .default([1, 2, 3, 4, 6])
      .describe('Labels that every case is expected to have; one that is absent is a finding.'),
  })

type Params = ParamsOf<typeof params>

export const segmentChambers = defineStep({
  name: 'segment-chambers',
  version: 1,
  summary:
    'Labels the chambers and the muscle of the heart by a network, or takes over a mask made elsewhere.',
  per: 'case',
  params,
  inputs: {
    image: one(niftiImage, 'sorted.nii'),
    model: optional(onnxModel, 'model'),
    card: optional(modelCardFile, 'model.card'),
    imported: optional(niftiMask, 'imported.mask'),
    dataset: optional(jsonFile<unknown>(), 'imported.dataset'),
  },
  outputs: { image: one(niftiImage, 'mask.image'), mask: one(niftiMask, 'mask.labels') },
  memory: predictedMemory,
  async run({ image, model, card, imported, dataset }, p, context) {
    const mask =
      imported === undefined
        ? await segmented({ image, model, card }, p, context)
        : importedMask(imported, image.volume.grid, labelMapOf(p.labelMap, dataset, context), context)
    checkLabels(mask, p.expected, imported === undefined ? 'image' : 'imported', context)
    return { image, mask }
  },
})

interface NetworkInputs {
  readonly image: { readonly volume: Parameters<typeof segmentImage>[0] }
  readonly model: { readonly bytes: Uint8Array; readonly sha256: string } | undefined
  readonly card: string | undefined
}

async function segmented({ image, model, card }: NetworkInputs, p: Params, context: StepContext) {
  if (model === undefined || card === undefined)
    throw new DataError(
      'model-missing',
      `${context.case} has neither an imported mask nor ${model === undefined ? 'a network' : 'a model card'}`,
      { where: context.case },
    )
  const cardWhere = context.source('card')
  const mask = await segmentImage(
    image.volume,
    { ...model, where: context.source('model') },
    parseSegmentationCard(card, cardWhere),
    {
      device: p.device,
      threads: p.threads,
      mode: p.mode,
      availableBytes: usableMemory(),
      where: context.source('image'),
      cardWhere,
    },
  )
  return labelMask(mask, { qform: 1, sform: 1 })
}

function labelMapOf(map: Params['labelMap'], dataset: unknown, context: StepContext): LabelMap {
  if (typeof map !== 'string')
    return Object.fromEntries(Object.entries(map).map(([from, to]) => [Number(from), to]))
  if (map === 'totalsegmentator') return BUILT_IN_LABEL_MAPS['totalsegmentator-heartchambers']
  if (map !== 'nnunet') return BUILT_IN_LABEL_MAPS[map]
  if (dataset === undefined)
    throw new UsageError("the label map 'nnunet' needs the dataset.json of the nnU-Net data set", {
      remedy: 'Give the file, or the label map itself.',
    })
  return nnunetLabelMap(dataset, context.source('dataset'))
}

function checkLabels(
  { counts, mask }: LabelMask,
  expected: readonly number[],
  slot: string,
  context: StepContext,
): void {
  const where = context.source(slot)
  if (counts[0] === mask.data.length)
    throw new DataError('segmentation-empty', `no voxel of ${mask.data.length} has a label`, { where })
  const names = new Map<number, string>(Object.entries(HEART_STRUCTURES).map(([name, n]) => [n, name]))
  for (const absent of expected.filter(n => n !== 0 && counts[n] === 0))
    context.report(
      finding(
        'segmentation-label-absent',
        where,
        `no voxel has label ${absent}${names.has(absent) ? ` (${words(names.get(absent)!)})` : ''}`,
        { numbers: { label: absent } },
      ),
    )
}

const words = (name: string): string => name.replaceAll(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`)
