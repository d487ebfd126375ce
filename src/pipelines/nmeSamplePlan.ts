import type { CasePlan, Job, NamedJob } from '../engine/job.ts'
import type { Label } from '../profiles/labels.ts'
import { describeSample } from '../steps/check/describeSample.ts'
import { inspectSample } from '../steps/check/inspectSample.ts'
import { confirmPairs } from '../steps/prepare/confirmPairs.ts'
import { extractBinaryMasks } from '../steps/prepare/extractBinaryMasks.ts'
import { describeSampleJob, describeSampleParams } from './describeJobs.ts'
import { groupedFiles, type NmePlace } from './groupedFiles.ts'
import {
  absentOf,
  binaryMaskJob,
  confirmPairsJob,
  type GeometryPolicy,
  inspectSampleJob,
  labelPart,
} from './nmeJobs.ts'
import type { Sample } from './nmeSamples.ts'

export const DEFAULT_TOLERANCE = { relative: 1e-5, absolute: 1e-4 } as const

/** What the plans of all samples of a run share. */
export interface SamplePlanOptions {
  readonly labels: readonly Label[]
  readonly onGeometryMismatch: GeometryPolicy
  readonly remake: boolean
  /** Whether masks are extracted, and whether samples are inspected and described. */
  readonly extracts: boolean
  readonly inspects: boolean
}

/** What is done to one sample. Its jobs are made whenever it is asked for them. */
export class SamplePlan implements CasePlan {
  readonly case: string

  constructor(
    readonly place: NmePlace,
    readonly sample: Sample,
    readonly options: SamplePlanOptions,
  ) {
    this.case = sample.folder
  }

  get jobs(): readonly Job[] {
    return this.named().map(({ make }) => make())
  }

  named(): NamedJob[] {
    const { place, sample, options } = this
    const { labels, remake } = options
    const hasVolume = sample.archive.volume !== undefined
    const hasMask = Object.keys(sample.archive.masks).length > 0
    const jobs: NamedJob[] = [
      { step: confirmPairs.name, make: () => confirmPairsJob(place, sample, options) },
    ]
    if (options.extracts && hasMask)
      for (const label of labels)
        jobs.push({
          step: extractBinaryMasks.name,
          part: labelPart(label),
          make: () => binaryMaskJob(place, sample, label, labels, { remake }),
        })
    if (!options.inspects) return jobs
    const present = { volume: hasVolume, mask: hasMask, info: true, labels: hasMask ? labels : [] }
    const inspection = { tolerance: DEFAULT_TOLERANCE, absent: absentOf(sample), remake }
    jobs.push(
      {
        step: inspectSample.name,
        make: () => inspectSampleJob(place, sample, labels, present, inspection),
      },
      // Last, so that a sample is complete whether it can be described or not.
      {
        step: describeSample.name,
        make: () => {
          const { volume, mask } = groupedFiles(place, sample.attributes)
          const files = { volume: hasVolume ? volume.path : null, mask: hasMask ? mask.path : null }
          const told = { voxels: sample.voxels, remake }
          return describeSampleJob(sample.folder, files, describeSampleParams(labels), told)
        },
      },
    )
    return jobs
  }
}
