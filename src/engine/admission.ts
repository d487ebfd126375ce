import type { Experience } from './experience.ts'
import type { Job } from './job.ts'
import type { DispatchedCase } from './runCase.ts'

/** What jobs may use of a machine, in bytes. */
export interface MemoryLimits {
  /** What the jobs under way may need together. */
  readonly together: number
  /** All there is; a job that needs more than that is not begun. From `together` up it runs alone. */
  readonly atHand: number
}

/** Decides what may be started: by the need of each case, which is that of its greatest job. */
export class Admission {
  constructor(
    readonly limits: MemoryLimits,
    readonly experience: Experience,
  ) {}

  needOf(job: Job): number {
    return job.memory === 0 ? 0 : this.experience.bytesNeeded(job.step, job.memory)
  }

  need(dispatched: DispatchedCase): number {
    return Math.max(...dispatched.plan.jobs.filter(j => j.tooLarge === undefined).map(j => this.needOf(j)), 0)
  }

  /** The case, with each job marked that does not fit even alone; such a job fails by name, those before it are done. */
  admitted(dispatched: DispatchedCase): DispatchedCase {
    const { atHand } = this.limits
    const { plan } = dispatched
    if (plan.jobs.every(job => this.needOf(job) <= atHand)) return dispatched
    const jobs = plan.jobs.map(job => {
      const needed = this.needOf(job)
      return needed <= atHand ? job : { ...job, tooLarge: { needed, atHand } }
    })
    return { ...dispatched, plan: { ...plan, jobs } }
  }
}
