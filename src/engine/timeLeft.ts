import type { JobOutcome } from './job.ts'
import type { StepWork } from './stepWork.ts'

/** What is known from before counts like so many jobs of this run, so that a slower machine or disk soon shows. */
const EARLIER_JOBS = 8

interface StepRate {
  /** Carried out, in this run and before. */
  jobs: number
  seconds: number
  weight: number
  /** Yet to be done. */
  jobsLeft: number
  weightLeft: number
}

/**
 * How long a stage will take: what is left of each step, in bytes, at the rate of that step as measured, shared by as many
 * processes as are seen to be at work.
 */
export class TimeLeft {
  readonly #steps = new Map<string, StepRate>()
  #worked = 0
  #ended = 0

  /** @param workers processes that carry out jobs beside each other */
  constructor(
    work: readonly StepWork[],
    readonly workers: number,
  ) {
    for (const { step, jobs, weight, earlier } of work) {
      const share = earlier === undefined ? 0 : Math.min(1, EARLIER_JOBS / earlier.jobs)
      this.#steps.set(step, {
        jobs: share * (earlier?.jobs ?? 0),
        seconds: share * (earlier?.seconds ?? 0),
        weight: share * (earlier?.weight ?? 0),
        jobsLeft: jobs,
        weightLeft: weight,
      })
    }
  }

  /** Notes that a job has ended, whatever became of it. */
  ended({ step, status, seconds, weight }: Pick<JobOutcome, 'step' | 'status' | 'seconds' | 'weight'>): void {
    const rate = this.#steps.get(step)
    if (rate === undefined) return
    rate.jobsLeft--
    rate.weightLeft -= weight
    if (status !== 'done') return
    rate.jobs++
    rate.seconds += seconds
    rate.weight += weight
    this.#worked += seconds
    this.#ended++
  }

  /**
   * @param elapsed seconds since the stage began
   * @returns seconds; undefined while no job of any step is known
   */
  seconds(elapsed: number): number | undefined {
    const rates = [...this.#steps.values()]
    const known = rates.filter(r => r.jobs > 0)
    if (known.length === 0) return undefined
    const sum = (of: (r: StepRate) => number) => known.reduce((total, r) => total + of(r), 0)
    const all = { jobs: sum(r => r.jobs), seconds: sum(r => r.seconds), weight: sum(r => r.weight) }
    const work = rates
      .map(r => workLeft(r, r.jobs > 0 ? r : all))
      .reduce((total, seconds) => total + seconds, 0)
    return work / this.#atWork(elapsed)
  }

  /** How many seconds of work are done in a second: planning and passing on are in it, once enough has been seen. */
  #atWork(elapsed: number): number {
    const seen = this.#ended >= 2 * this.workers && elapsed > 0 ? this.#worked / elapsed : 0
    return seen > 0 ? Math.min(seen, this.workers) : this.workers
  }
}

/** Jobs that read nothing of size take what such jobs take; of the others the bytes decide. */
function workLeft(
  { jobsLeft, weightLeft }: StepRate,
  rate: Pick<StepRate, 'jobs' | 'seconds' | 'weight'>,
): number {
  if (jobsLeft <= 0) return 0
  return weightLeft > 0 && rate.weight > 0
    ? (weightLeft * rate.seconds) / rate.weight
    : (jobsLeft * rate.seconds) / rate.jobs
}
