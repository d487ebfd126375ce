import { z } from 'zod'

const text = z.string().min(1)
const size = z.tuple([z.int().min(1), z.int().min(1), z.int().min(1)])

/** Only the beginnings decide; what follows them is for people. */
const AXES = /^z y x, ([RL][AP][SI]|[RL][SI][AP]|[AP][RL][SI]|[AP][SI][RL]|[SI][RL][AP]|[SI][AP][RL])$/
const RESIZE = /^linear; (first voxel centres|outer voxel centres|volume edges) coincide\b/
const RESTORE = /^(arg max\b.*\bnearest\b|linear logits\b)/s

const intensity = z
  .union([
    z
      .string()
      .regex(/^raw\b/)
      .describe('`raw`, and a note if wanted: the values of the image as they are.'),
    z
      .strictObject({
        clip: z
          .tuple([z.number(), z.number()])
          .optional()
          .describe('Values beyond these two are set to them.'),
        mean: z.number().default(0).describe('Taken off each value.'),
        sd: z.number().positive().default(1).describe('Each value is divided by it afterwards.'),
        of: z
          .enum(['numbers', 'image'])
          .default('numbers')
          .describe(
            '`image`: mean and standard deviation are those of the image itself after clipping and resizing.',
          ),
      })
      .refine(({ clip }) => clip === undefined || clip[0] < clip[1], {
        path: ['clip'],
        message: 'the first number is not below the second',
      })
      .describe('(value − mean) / sd, after clipping.'),
  ])
  .describe('What becomes of the values of the image after resizing: `raw HU`, or an object.')

const input = z
  .strictObject({
    name: text.describe('Name of the input in the ONNX graph.'),
    layout: z.literal('N C D H W').describe('Batch, channel, depth, height, width; batch and channel are 1.'),
    axes: z
      .string()
      .regex(AXES)
      .describe(
        '`z y x, LPS`: depth, height and width run along z, y and x, and a rising x, y, z goes to the left, posterior and superior (or three other letters of R L A P S I).',
      ),
    size: size.optional().describe('D, H and W that the whole image is resized to.'),
    spacing: z
      .tuple([z.number().positive(), z.number().positive(), z.number().positive()])
      .optional()
      .describe('Or mm along D, H and W that the image is resampled to.'),
    patch: z
      .strictObject({
        size: size.describe('D, H and W of the window.'),
        overlap: z.number().min(0).max(0.9).default(0.5).describe('Part of the window shared by neighbours.'),
      })
      .optional()
      .describe('The network sees the image through a window that slides over it.'),
    multiple: z
      .int()
      .min(1)
      .default(1)
      .describe('Without size or patch, D, H and W are padded with 0 on both sides to multiples of it.'),
    resize: z
      .string()
      .regex(RESIZE)
      .default('linear; first voxel centres coincide')
      .describe(
        '`linear; first voxel centres coincide` (ITK with the origin kept: index_in = index_out · size_in / size_out), `linear; volume edges coincide` (half-pixel centres), or `linear; outer voxel centres coincide` (align corners); clamped at the border. A note may follow.',
      ),
    intensity,
    dtype: z.literal('float32').default('float32'),
  })
  .refine(({ size: s, spacing }) => s === undefined || spacing === undefined, {
    path: ['spacing'],
    message: 'size and spacing exclude each other',
  })
  .describe('What the network is given.')

const about = {
  name: text.describe('Name of the model.'),
  task: text.optional().describe('What it is for.'),
  source: text.optional().describe('Where it comes from.'),
  licence: text.describe('Licence of the weights, SPDX identifier where there is one.'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe('SHA-256 of the .onnx file; a file that has another is refused.'),
  memory: z
    .strictObject({
      bytesPerVoxel: z
        .number()
        .positive()
        .describe('Peak bytes for each voxel that the network is given at once.'),
      bytes: z.number().min(0).default(0).describe('Bytes beside those.'),
    })
    .optional()
    .describe('Memory of a run, as measured. Without it that of a small U-Net is assumed.'),
  seen: text.optional().describe('What was seen when it was tried.'),
  labels_note: text.optional(),
  notes: text.optional(),
}

const dynamic = text.optional().describe('A note on which sizes the network takes.')
const outputName = text.describe('Name of the output in the ONNX graph.')

/** Card of a network that gives logits: one channel a class, the largest wins. */
export const segmentationCardSchema = z
  .strictObject({
    ...about,
    input,
    output: z
      .strictObject({
        name: outputName,
        classes: z.int().min(2).max(256).describe('Channels of the output; channel n is label n.'),
        dynamic,
        restore: z
          .string()
          .regex(RESTORE)
          .default('arg max, then nearest')
          .describe(
            '`arg max …, then nearest`: labels are decided on the grid of the network and carried to the image by the nearest voxel; `linear logits`: logits are interpolated at each voxel of the image and decided there. A note may follow.',
          ),
      })
      .describe('What the network gives.'),
    labels: z
      .record(z.string().regex(/^(0|[1-9]\d{0,2})$/), text)
      .describe('Name by label; 0 is the background.'),
  })
  .superRefine((card, context) => {
    for (const label of Object.keys(card.labels))
      if (Number(label) >= card.output.classes)
        context.addIssue({
          code: 'custom',
          path: ['labels', label],
          message: `the network has ${card.output.classes} classes, 0 to ${card.output.classes - 1}`,
        })
  })

/** Card of a network that gives an image for an image, voxel by voxel. */
export const generatorCardSchema = z.strictObject({
  ...about,
  input,
  output: z
    .strictObject({
      name: outputName,
      dynamic,
      scale: z.number().default(1).describe('The output is multiplied by it,'),
      offset: z.number().default(0).describe('then this is added,'),
      clip: z
        .tuple([z.number(), z.number()])
        .optional()
        .describe('then values beyond these two are set to them.'),
      unit: text.optional().describe('Unit of the result.'),
    })
    .describe('What the network gives.'),
})

export type SegmentationCard = z.infer<typeof segmentationCardSchema>
export type GeneratorCard = z.infer<typeof generatorCardSchema>
export type ModelCard = SegmentationCard | GeneratorCard
export type IntensityRule = SegmentationCard['input']['intensity']

/** The JSON Schema (draft 7) of a model card. */
export function modelCardJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(z.union([segmentationCardSchema, generatorCardSchema]), {
    io: 'input',
    target: 'draft-7',
  })
  return { ...schema, title: 'voxmill model card' }
}

/** How the positions of two samplings of one axis are matched. */
export const alignmentOf = (card: ModelCard): 'first centres' | 'outer centres' | 'edges' => {
  const rule = RESIZE.exec(card.input.resize)![1]!
  return rule === 'volume edges'
    ? 'edges'
    : rule === 'outer voxel centres'
      ? 'outer centres'
      : 'first centres'
}

/** Where rising x, y and z go, three letters. */
export const orientationOfCard = (card: ModelCard): string => AXES.exec(card.input.axes)![1]!

export const restoresLogits = (card: SegmentationCard): boolean => /^linear/.test(card.output.restore)
