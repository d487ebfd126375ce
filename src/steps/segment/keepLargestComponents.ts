import { labelMask, niftiMask } from '../../artifacts/niftiMask.ts'
import { finding } from '../../core/finding.ts'
import { defineStep, one, type StepContext, type Zod } from '../../engine/step.ts'
import type { Connectivity } from '../../imaging/components/connectedRuns.ts'
import { type LabelComponents, largestComponents } from '../../imaging/components/largestComponents.ts'
import { requireLabels } from '../unsoundLabels.ts'

/** From this part of a label on, dropping it is worth a look. */
const MUCH_DROPPED = 0.1

const params = (z: Zod) =>
  z.object({
    labels: z
      .array(z.int().min(1).max(255))
      .min(1)
      .refine(labels => new Set(labels).size === labels.length, 'a label is named twice')
      .default([1, 2, 3, 4, 6])
      .describe('The labels that are kept, each as its largest component; all others become 0.'),
    connectivity: z
      .enum(['6', '18', '26'])
      .default('6')
      .describe('Which voxels touch: by faces (6), also by edges (18), also by corners (26).'),
  })

export const keepLargestComponents = defineStep({
  name: 'keep-largest-components',
  version: 1,
  summary: 'Keeps the largest connected piece of each label and drops all else.',
  per: 'case',
  params,
  inputs: { mask: one(niftiMask, 'segmented.mask') },
  outputs: { mask: one(niftiMask, 'connected.mask') },
  // The mask twice, its runs, and what is compressed of it.
  memory: ({ voxels }) => 4 * voxels + 64e6,
  run({ mask }, { labels, connectivity }, context) {
    requireLabels(mask, context.source('mask'))
    const { grid, data } = mask.mask
    const found = largestComponents(data, grid.shape, labels, Number(connectivity) as Connectivity)
    reportComponents(found.labels, context)
    const counts = new Uint32Array(256)
    for (const { label, kept } of found.labels) counts[label] = kept
    counts[0] = data.length - found.labels.reduce((sum, { kept }) => sum + kept, 0)
    return { mask: labelMask({ grid, data: found.data }, mask.codes, counts) }
  },
})

function reportComponents(labels: readonly LabelComponents[], context: StepContext): void {
  const where = context.source('mask')
  const absent = labels.filter(l => l.voxels === 0).map(l => l.label)
  for (const label of absent)
    context.report(
      finding('label-absent', where, `no voxel has label ${label}`, { numbers: { label, voxels: 0 } }),
    )
  const split = labels.filter(l => l.kept < l.voxels)
  if (split.length === 0) return
  const list = split.map(l => {
    const dropped = l.voxels - l.kept
    return `${l.components - 1} of label ${l.label} (${dropped} of ${l.voxels} voxels)`
  })
  const share = Math.max(...split.map(l => (l.voxels - l.kept) / l.voxels))
  context.report(
    finding('label-islands-dropped', where, `pieces were dropped: ${list.join(', ')}`, {
      ...(share >= MUCH_DROPPED ? { severity: 'warning' as const } : {}),
      numbers: Object.fromEntries(
        split.flatMap(l => [
          [`label ${l.label} components`, l.components - 1],
          [`label ${l.label} voxels`, l.voxels - l.kept],
        ]),
      ),
    }),
  )
}
