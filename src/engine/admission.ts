import type { Experience } from './experience.ts'
import { type Job, wholePlan } from './job.ts'
import type { DispatchedCase } from './runCase.ts'

/** What jobs may use of a machine, in bytes. */
export interface MemoryLimits {
  /** What the jobs under way may need together. */
  readonly together: number
  /** All there is; a job that needs more than that is not begun. From `together` up it runs alone. */
  readonly atHand: number
}

/** The predicted memory of a job, in bytes. */
export type JobMemory = Pick<Job, 'step' | 'memory'>

/** Decides what may be started: by the need of each case, which is that of its greatest job. */
export class Admission {
  constructor(
    readonly limits: MemoryLimits,
    readonly experience: Experience,
  ) {}

  needOf({ step, memory }: JobMemory): number {
    return memory === 0 ? 0 : this.experience.bytesNeeded(step, memory)
  }

  need(jobs: readonly JobMemory[]): number {
    return jobs.reduce((most, job) => Math.max(most, this.needOf(job)), 0)
  }

  /** A case and what decides of it. */
  admit(dispatched: DispatchedCase): { dispatched: DispatchedCase; memory: readonly JobMemory[] } {
    const memory = memoryOf(dispatched.plan.jobs)
    if (this.need(memory) <= this.limits.atHand) return { dispatched, memory }
    const admitted = this.admitted(dispatched)
    return { dispatched: admitted, memory: memoryOf(admitted.plan.jobs) }
  }

  /** The case, with each job marked that does not fit even alone; such a job fails by name, those before it are done. */
  admitted(dispatched: DispatchedCase): DispatchedCase {
    const { atHand } = this.limits
    const { plan } = dispatched
    const { jobs } = plan
    if (jobs.every(job => this.needOf(job) <= atHand)) return dispatched
    const marked = jobs.map(job => {
      const needed = this.needOf(job)
      return needed <= atHand ? job : { ...job, tooLarge: { needed, atHand } }
    })
    return { ...dispatched, plan: wholePlan(plan, marked) }
  }
}

/** What decides of a case: the largest prediction of each of its steps, without jobs that will not be begun. */
export function memoryOf(jobs: readonly Job[]): readonly JobMemory[] {
  const largest = new Map<string, number>()
  for (const { step, memory, tooLarge } of jobs)
    if (tooLarge === undefined) largest.set(step, Math.max(memory, largest.get(step) ?? 0))
  return [...largest].map(([step, memory]) => ({ step, memory }))
}
