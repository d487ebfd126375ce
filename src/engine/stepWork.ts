import type { Experience, JobsTaken } from './experience.ts'
import type { Job } from './job.ts'

/** What a stage has to do of one step. */
export interface StepWork {
  readonly step: string
  readonly jobs: number
  /** Bytes of input. */
  readonly weight: number
  /** What jobs of it took before, where that is known. */
  readonly earlier?: JobsTaken
}

export function workOf(jobs: readonly Job[], experience: Experience): StepWork[] {
  const sums = new Map<string, { jobs: number; weight: number }>()
  for (const { step, weight } of jobs) {
    const sum = sums.get(step) ?? { jobs: 0, weight: 0 }
    sums.set(step, { jobs: sum.jobs + 1, weight: sum.weight + weight })
  }
  return [...sums].map(([step, sum]) => {
    const earlier = experience.taken(step)
    if (earlier === undefined) return { step, ...sum }
    const { jobs, seconds, weight, written } = earlier
    return { step, ...sum, earlier: { jobs, seconds, weight, written } }
  })
}
