import type { DigestEntry } from '../../storage/digestCache.ts'
import { type Job, type JobOutcome, slotPaths } from '../job.ts'
import { type Receipt, readReceipt, receiptPath } from '../receipt.ts'
import { type DispatchedCase, skipped } from '../runCase.ts'
import type { Workspace } from '../workspace.ts'

/** One case on the cluster: what is known of its jobs so far, and how often it was tried. */
export class SlurmCase {
  readonly outcomes: (JobOutcome | undefined)[]
  /** When each job's receipt was written before any of this: a later one is of a task. */
  readonly #before: readonly (string | undefined)[]
  /** Bytes of memory that it was killed at. */
  readonly killedAt: number[] = []
  /** How often its time was up. */
  overtime = 0
  /** How often its task ended otherwise. */
  crashes = 0
  /** Whether it has a task of its own. */
  alone = false

  constructor(
    readonly dispatched: DispatchedCase,
    readonly workspace: Workspace,
    /** Index among the classes of memory. */
    public memoryClass: number,
    /** Bytes of memory by prediction, unscaled. */
    readonly predicted: number,
  ) {
    const { jobs } = dispatched.plan
    this.outcomes = jobs.map(() => undefined)
    this.#before = jobs.map(job => this.#receipt(job)?.finished)
  }

  get jobs(): readonly Job[] {
    return this.dispatched.plan.jobs
  }

  get isSettled(): boolean {
    return this.outcomes.every(outcome => outcome !== undefined)
  }

  /** The first job that nothing is known of. */
  get nextJob(): Job | undefined {
    return this.jobs[this.outcomes.indexOf(undefined)]
  }

  #receipt(job: Job): Receipt | undefined {
    return readReceipt(receiptPath(this.workspace, job))
  }

  /**
   * What to believe of what a task says of a job. That it is finished is taken from its receipt alone.
   *
   * @returns undefined when the receipt does not say so, or cannot be seen yet
   */
  confirmed(at: number, said: JobOutcome): JobOutcome | undefined {
    if (said.status === 'failed' || said.status === 'skipped') return said
    const receipt = this.#receipt(this.jobs[at]!)
    if (receipt?.status !== 'done') return undefined
    if (said.status === 'done' && receipt.finished === this.#before[at]) return undefined
    return { ...said, findings: receipt.findings }
  }

  /** Takes what receipts tell beyond what a task lived to say. @returns the outcomes that are new */
  takeReceipts(): JobOutcome[] {
    const taken: JobOutcome[] = []
    for (const [at, job] of this.jobs.entries()) {
      if (this.outcomes[at] !== undefined) continue
      const receipt = this.#receipt(job)
      if (receipt === undefined || receipt.finished === this.#before[at]) break
      const outcome: JobOutcome = {
        ...skipped(job, {} as JobOutcome),
        status: receipt.status,
        findings: receipt.findings,
        seconds: receipt.seconds,
        ...(receipt.fault === undefined ? {} : { fault: receipt.fault }),
      }
      this.outcomes[at] = outcome
      taken.push(outcome)
    }
    return [...taken, ...this.#skipLost()]
  }

  /** Jobs that cannot be done because one before them failed, as in `runCase`. @returns their outcomes, which are new */
  #skipLost(): JobOutcome[] {
    const taken: JobOutcome[] = []
    const lost = new Map<string, JobOutcome>()
    let failed: JobOutcome | undefined
    for (const [at, job] of this.jobs.entries()) {
      const cause = this.dispatched.plan.independent
        ? lost.get(slotPaths(job.inputs).find(p => lost.has(p)) ?? '')
        : failed
      if (this.outcomes[at] === undefined && cause !== undefined) {
        const outcome = skipped(job, cause)
        this.outcomes[at] = outcome
        taken.push(outcome)
      }
      const outcome = this.outcomes[at]
      if (outcome?.status !== 'failed' && outcome?.status !== 'skipped') continue
      failed ??= outcome
      for (const p of slotPaths(job.outputs)) lost.set(p, outcome)
    }
    return taken
  }

  /** What is left of it, with the digests that are known by now. */
  rest(): SlurmCase {
    const open = this.jobs.filter((_, at) => this.outcomes[at] === undefined)
    const known: DigestEntry[] = [
      ...this.dispatched.known,
      ...this.outcomes.flatMap(outcome => outcome?.digests ?? []),
    ]
    const rest = new SlurmCase(
      { ...this.dispatched, plan: { ...this.dispatched.plan, jobs: open }, known },
      this.workspace,
      this.memoryClass,
      this.predicted,
    )
    rest.killedAt.push(...this.killedAt)
    rest.overtime = this.overtime
    rest.crashes = this.crashes
    rest.alone = this.alone
    return rest
  }
}
