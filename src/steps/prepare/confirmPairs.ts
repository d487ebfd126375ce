import { type LabelMask, labelMask, niftiMask } from '../../artifacts/niftiMask.ts'
import { type FloatVolume, niftiVolume } from '../../artifacts/niftiVolume.ts'
import { textFile } from '../../artifacts/textFile.ts'
import { farthestCornerShift, voxelSizes } from '../../core/affine.ts'
import { DataError } from '../../core/dataError.ts'
import { finding } from '../../core/finding.ts'
import { formatMm } from '../../core/formatMm.ts'
import type { Grid, Mask, Shape } from '../../core/volume.ts'
import {
  defineStep,
  each,
  one,
  optional,
  type ParamsOf,
  type StepContext,
  type Zod,
} from '../../engine/step.ts'
import { isSheared } from '../../formats/nifti/encode.ts'
import { mergeLabels, remapLabels } from '../../imaging/labels.ts'
import { resampleNearest } from '../../imaging/resampleNearest.ts'
import { leftBehind } from '../leftBehind.ts'
import { SMALL_SHIFT_VOXELS } from '../sameGrid.ts'
import { unsoundLabels } from '../unsoundLabels.ts'
import { infoYaml } from './infoYaml.ts'

const params = (z: Zod) =>
  z.object({
    onGeometryMismatch: z
      .enum(['copy', 'resample', 'reject'])
      .default('copy')
      .describe('What is done with a mask that lies more than half a voxel beside its volume.'),
    info: z
      .array(z.object({ name: z.string(), value: z.string() }))
      .describe('The info file, field by field in order.'),
    masks: z
      .array(z.object({ name: z.string(), remap: z.record(z.string(), z.number()).optional() }))
      .describe('Masks in the order in which they are merged, with the labels that each replaces.'),
  })

type Params = ParamsOf<typeof params>

export const confirmPairs = defineStep({
  name: 'confirm-pairs',
  version: 1,
  summary: 'Pairs each volume with its mask and writes both on one corrected grid.',
  per: 'case',
  params,
  inputs: { volume: optional(niftiVolume, 'archive.volume'), masks: each(niftiMask, 'archive.mask') },
  outputs: {
    volume: optional(niftiVolume, 'grouped.volume'),
    mask: optional(niftiMask, 'grouped.mask'),
    info: one(textFile, 'grouped.info'),
  },
  // Float32 voxels, the mask twice, and what is on its way in and out.
  memory: ({ voxels, inputBytes }) => 10 * voxels + 2 * inputBytes + 64e6 + leftBehind(voxels),
  // Written with stronger compression than most archives have.
  writes: () => 0.7,
  run({ volume, masks }, p: Params, context) {
    if (volume !== undefined) reportVolume(volume, context)
    else context.report(finding('volume-missing', context.case, 'no volume; the mask is kept alone'))
    if (Object.keys(masks).length === 0)
      context.report(finding('mask-missing', context.case, 'no mask; the volume is kept alone'))
    reportAlone(volume, masks, context)
    const grids = Object.entries(masks).map(([name, m]) => onVolumeGrid(m, name, volume, p, context))
    const mask = grids.length === 0 ? undefined : merged(Object.keys(masks), grids, p, context)
    return { volume, mask, info: infoYaml(p.info) }
  },
})

function reportAlone(
  volume: FloatVolume | undefined,
  masks: Readonly<Record<string, LabelMask>>,
  context: StepContext,
): void {
  if (Object.keys(masks).length === 0)
    context.report(finding('mask-missing', context.source('volume'), 'no mask has the key of this volume'))
  for (const name of Object.keys(masks))
    if (volume === undefined)
      context.report(
        finding('volume-missing', context.source('masks', name), 'no volume has the key of this mask'),
      )
}

function reportVolume(v: FloatVolume, context: StepContext): void {
  const where = context.source('volume')
  if (v.nonFinite > 0)
    context.report(
      finding('volume-not-finite', where, `${v.nonFinite} voxels are NaN or infinite`, {
        numbers: { voxels: v.nonFinite },
      }),
    )
  if (v.inexact > 0)
    context.report(
      finding(
        'volume-precision-lost',
        where,
        `${v.inexact} voxels have values that float32 can only come near to`,
        {
          numbers: { voxels: v.inexact },
        },
      ),
    )
  if (isSheared(v.volume.grid.affine))
    context.report(finding('affine-sheared', where, 'the voxel axes are not at right angles'))
}

const shapeText = (s: Shape): string => s.join('×')

/** The mask on the grid of its volume, or as it is when it stands alone. */
function onVolumeGrid(
  m: LabelMask,
  name: string,
  volume: FloatVolume | undefined,
  p: Params,
  context: StepContext,
): LabelMask {
  const where = context.source('masks', name)
  const bad = unsoundLabels(m, where)
  if (bad.length > 0)
    throw new DataError(bad[0]!.code, bad.map(b => b.message).join('; '), { where, findings: bad })
  if (m.rounded > 0)
    context.report(
      finding('mask-rounded', where, `${m.rounded} voxels were rounded to whole labels`, {
        numbers: { voxels: m.rounded },
      }),
    )
  if (volume === undefined) return m
  const { grid } = volume.volume
  const own = m.mask.grid
  if (own.shape.some((n, i) => n !== grid.shape[i]))
    throw new DataError(
      'shape-mismatch',
      `the volume has ${shapeText(grid.shape)} voxels, the mask ${where} has ${shapeText(own.shape)}`,
      { where: context.case },
    )
  const onGrid = placed(m.mask, grid, where, p, context)
  // The labels are counted already unless resampling has changed them.
  return labelMask(onGrid, volume.codes, onGrid.data === m.mask.data ? m.counts : undefined)
}

function placed(mask: Mask, grid: Grid, where: string, p: Params, context: StepContext): Mask {
  const shift = farthestCornerShift(grid.affine, mask.grid.affine, grid.shape)
  if (shift === 0) return { grid, data: mask.data }
  const voxels = shift / Math.min(...voxelSizes(grid.affine))
  const numbers = { millimetres: shift, voxels }
  const moved = `the farthest corner lay ${formatMm(shift)} (${voxels.toPrecision(3)} voxels) from where the volume has it`
  if (voxels <= SMALL_SHIFT_VOXELS) {
    context.report(
      finding('geometry-shift', where, `${moved}; the mask took the affine of its volume`, { numbers }),
    )
    return { grid, data: mask.data }
  }
  if (p.onGeometryMismatch === 'reject')
    throw new DataError('geometry-mismatch', `${moved}; refused, as --on-geometry-mismatch reject asks`, {
      where,
      findings: [
        finding('geometry-mismatch', where, `${moved}; the sample was refused`, {
          numbers,
          severity: 'error',
        }),
      ],
    })
  if (p.onGeometryMismatch === 'resample') {
    context.report(
      finding(
        'geometry-mismatch',
        where,
        `${moved}; the mask was resampled to the grid of its volume (nearest neighbour)`,
        { numbers },
      ),
    )
    return resampleNearest(mask, grid)
  }
  context.report(
    finding('geometry-mismatch', where, `${moved}; the mask took the affine of its volume, voxel for voxel`, {
      numbers,
    }),
  )
  return { grid, data: mask.data }
}

function merged(
  names: readonly string[],
  masks: readonly LabelMask[],
  p: Params,
  context: StepContext,
): LabelMask {
  const [first] = masks
  const layers = masks.map((m, i) => {
    const remap = p.masks.find(entry => entry.name === names[i])?.remap
    return remap === undefined ? m.mask.data : remapLabels(m.mask.data, remap)
  })
  const [under, ...over] = layers
  let data = under!
  if (over.length > 0) {
    data = Uint8Array.from(data)
    over.forEach((layer, i) => {
      if (layer.length !== data.length)
        throw new DataError('shape-mismatch', `the masks ${names.join(' and ')} differ in size`, {
          where: context.case,
        })
      const overlap = mergeLabels(data, layer)
      if (overlap > 0)
        context.report(
          finding(
            'mask-overlap',
            context.source('masks', names[i + 1]!),
            `${overlap} voxels were claimed by an earlier mask too; ${names[i + 1]} wins`,
            {
              numbers: { voxels: overlap },
            },
          ),
        )
    })
  }
  const result =
    data === first!.mask.data ? first! : labelMask({ grid: first!.mask.grid, data }, first!.codes)
  if (result.counts[0] === data.length)
    context.report(finding('mask-empty', context.case, 'no voxel of the mask has a label'))
  return { ...result, rounded: 0 }
}
