import type { Job, SlotPaths } from '../engine/job.ts'
import { STATE_FOLDER } from '../engine/workspace.ts'
import type { Label } from '../profiles/labels.ts'
import { PICTURE_SIDE } from '../steps/check/caseFigures.ts'
import { describeSample } from '../steps/check/describeSample.ts'

/** Steps that only tell of what others have made: nothing is lost where one of them fails. */
export const DESCRIBING_STEPS = ['describe-sample', 'describe-registration', 'describe-crop'] as const
export type DescribingStep = (typeof DESCRIBING_STEPS)[number]

export const isDescribing = (step: string): step is DescribingStep =>
  (DESCRIBING_STEPS as readonly string[]).includes(step)

/** Path of what a step told of a case, relative to the root. */
export const descriptionPath = (step: DescribingStep, name: string): string =>
  `${STATE_FOLDER}/records/${step}/${name}.json`

/** Where a step puts the figures and pictures of a case. */
export const descriptionOutputs = (
  step: DescribingStep,
  name: string,
): Readonly<Record<string, SlotPaths>> => ({
  pictures: { '*': `${STATE_FOLDER}/pictures/${name}/{key}.jpg` },
  record: descriptionPath(step, name),
})

/** The parameters of describe-sample for these labels. */
export const describeSampleParams = (labels: readonly Label[]) => ({
  labels: labels
    .filter(l => l.index > 0)
    .map(({ index, name, shortForm, color }) => ({
      ...{ index, name, shortForm },
      ...(color === undefined ? {} : { color }),
    })),
  pictureSide: PICTURE_SIDE,
})

/** Describes a sample by its files in the data set, which are relative to the root. */
export function describeSampleJob(
  name: string,
  files: { readonly volume: string | null; readonly mask: string | null },
  params: unknown,
  options: { readonly voxels: number; readonly remake?: boolean },
): Job {
  return {
    step: describeSample.name,
    case: name,
    fields: {},
    params,
    inputs: { ...files, header: files.volume ?? files.mask },
    outputs: descriptionOutputs('describe-sample', name),
    memory: describeSample.memory({ voxels: options.voxels, inputBytes: 0 }),
    weight: 0,
    ...(options.remake ? { remake: true } : {}),
  }
}
