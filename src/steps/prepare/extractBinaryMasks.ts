import { labelMask, niftiMask } from '../../artifacts/niftiMask.ts'
import { DataError } from '../../core/dataError.ts'
import { finding } from '../../core/finding.ts'
import { defineStep, one } from '../../engine/step.ts'
import { binaryMask } from '../../imaging/labels.ts'
import { leftBehind } from '../leftBehind.ts'

/**
 * One label of one sample. A job a label, so that renaming a label makes again only what carries its name; `known` is
 * every index of the label map, for the check that nothing is left out.
 */
export const extractBinaryMasks = defineStep({
  name: 'extract-binary-masks',
  version: 1,
  summary: 'Writes one 0/1 mask for each label of the label map.',
  per: 'case',
  params: z =>
    z.object({
      index: z.int().min(0).max(255).describe('The label that becomes 1.'),
      shortForm: z.string().describe('Its short form, as in the name of the file.'),
      known: z.array(z.int()).describe('Every label of the label map.'),
    }),
  inputs: { mask: one(niftiMask, 'grouped.mask') },
  outputs: { binary: one(niftiMask, 'grouped.binary-mask') },
  memory: ({ voxels }) => 5 * voxels + 32e6 + leftBehind(voxels),
  run({ mask }, { index, known }, context) {
    const where = context.source('mask')
    if (mask.notWhole + mask.outOfRange + mask.notFinite > 0)
      throw new DataError(
        'mask-not-whole',
        `${where} holds values that are no labels; it was not written by confirm-pairs`,
        { where },
      )
    const unknown = [...mask.counts.entries()].filter(
      ([label, voxels]) => voxels > 0 && !known.includes(label),
    )
    if (unknown.length > 0) {
      const list = unknown.map(([label, voxels]) => `${label} (${voxels} voxels)`).join(', ')
      const message = `the mask holds labels that the label map lacks: ${list}`
      throw new DataError('label-unknown', message, {
        where,
        findings: [
          finding('label-unknown', where, message, {
            numbers: Object.fromEntries(unknown.map(([l, n]) => [`label ${l}`, n])),
          }),
        ],
      })
    }
    const inside = mask.counts[index]!
    const counts = new Uint32Array(256)
    counts[0] = mask.mask.data.length - inside
    counts[1] = inside
    return { binary: labelMask(binaryMask(mask.mask, index), mask.codes, counts) }
  },
})
