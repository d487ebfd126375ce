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

/** Adds jobs up by step. */
export class WorkSum {
  readonly #sums = new Map<string, { jobs: number; weight: number }>()

  add({ step, weight }: Pick<Job, 'step' | 'weight'>): void {
    const sum = this.#sums.get(step)
    if (sum === undefined) this.#sums.set(step, { jobs: 1, weight })
    else {
      sum.jobs++
      sum.weight += weight
    }
  }

  /** Names of the steps, in the order in which they first came. */
  get steps(): string[] {
    return [...this.#sums.keys()]
  }

  work(experience: Experience): StepWork[] {
    return [...this.#sums].map(([step, sum]) => workOf(step, sum, experience))
  }
}

function workOf(
  step: string,
  sum: { readonly jobs: number; readonly weight: number },
  experience: Experience,
): StepWork {
  const earlier = experience.taken(step)
  if (earlier === undefined) return { step, ...sum }
  const { jobs, seconds, weight, written } = earlier
  return { step, ...sum, earlier: { jobs, seconds, weight, written } }
}
