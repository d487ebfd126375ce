import path from 'node:path'
import type { Finding } from '../core/finding.ts'
import { sweepFolder } from '../storage/atomicWrite.ts'
import { DigestCache, type DigestEntry } from '../storage/digestCache.ts'
import { fileStamp } from '../storage/fileStamp.ts'
import { takeRoot } from '../storage/runLock.ts'
import { sweepTree } from '../storage/sweepTree.ts'
import type { Executor } from './executors/executor.ts'
import { type Staleness, staleness } from './freshness.ts'
import type { ReadAhead } from './handOver.ts'
import type { CasePlan, Job, JobOutcome } from './job.ts'
import { readReceipt, receiptPath } from './receipt.ts'
import type { DispatchedCase } from './runCase.ts'
import { AS_WRITTEN } from './runJob.ts'
import { isFolderThere, type SlotFile, slotFiles } from './slotFiles.ts'
import type { LoadedSteps, StepRegistry } from './step.ts'
import type { Workspace } from './workspace.ts'

/** What a run tells while it goes on. */
export interface RunListener {
  /** Before the first job of a stage: how much there is to do. */
  stageStarted(stage: { title: string; cases: number; jobs: number; weight: number }): void
  jobEnded(outcome: JobOutcome): void
  stageEnded(): void
}

export interface RunOptions {
  readonly workspace: Workspace
  readonly steps: StepRegistry
  /** Makes the executor for this many cases. */
  readonly executor: (cases: number) => Executor
  readonly listener: RunListener
  readonly signal: AbortSignal
  /** The command line, for whoever meets the lock. */
  readonly command: string
  /** Folders that the run writes in, relative to the root. */
  readonly writes: readonly string[]
  /** What was read before the run: its digests need not be taken again. */
  readonly ahead?: readonly ReadAhead[]
}

/** A job of a plan and whether it must be carried out; `voxmill … --dry-run` prints these. */
export interface PlannedJob {
  readonly job: Job
  readonly stale: Staleness | undefined
}

/**
 * One run on one root: holds the lock, knows the digests, carries out stages of cases one after the other. All state
 * is in receipts; this object only saves time.
 */
export class Run {
  readonly dry = false
  readonly outcomes: JobOutcome[] = []
  readonly swept: number
  readonly #digests: DigestCache
  readonly #lock: { release(): void }
  readonly #stop = new AbortController()

  constructor(readonly options: RunOptions) {
    const { workspace, command, writes } = options
    const lock = takeRoot(workspace.root, workspace.state('run.lock'), command, writes)
    this.#lock = lock
    this.swept = lock.swept
    this.#digests = openDigests(workspace)
    this.#digests.remember(
      (options.ahead ?? []).map(({ path, kind, stamp, digest }) => [path, kind, stamp, digest] as const),
    )
    options.signal.addEventListener('abort', () => this.#stop.abort(), { once: true })
    if (options.signal.aborted) this.#stop.abort()
  }

  /** Whether the run was interrupted, or ended early because nothing more can be written. */
  get stopped(): boolean {
    return this.#stop.signal.aborted
  }

  /** Takes in digests that were noted elsewhere; they count while their stamps hold. */
  remember(entries: readonly DigestEntry[]): void {
    this.#digests.remember(entries)
  }

  /** Carries out every job of the cases that is not finished already. */
  async stage(title: string, cases: readonly CasePlan[]): Promise<JobOutcome[]> {
    const { workspace, executor, listener } = this.options
    const jobs = cases.flatMap(c => c.jobs)
    const steps = await this.options.steps.load(jobs.map(job => job.step))
    listener.stageStarted({
      title,
      cases: cases.length,
      jobs: jobs.length,
      weight: jobs.reduce((s, j) => s + j.weight, 0),
    })
    const outcomes: JobOutcome[] = []
    const take = (outcome: JobOutcome) => {
      outcomes.push(outcome)
      this.outcomes.push(outcome)
      this.#digests.remember(outcome.digests)
      // How an editable file was written must not be forgotten, or it would be taken for edited.
      if (outcome.digests.some(([, kind]) => kind === AS_WRITTEN)) this.#digests.save()
      listener.jobEnded(outcome)
      if (outcome.fatal) this.#stop.abort()
    }
    const dispatched: DispatchedCase[] = []
    for (const plan of cases) {
      const firstStale = plan.jobs.findIndex(
        job => checkJob(job, workspace, steps, this.#digests).stale !== undefined,
      )
      for (const job of firstStale < 0 ? plan.jobs : plan.jobs.slice(0, firstStale))
        take(this.#freshOutcome(job))
      if (firstStale < 0) continue
      const rest = plan.jobs.slice(firstStale)
      dispatched.push({
        plan: { ...plan, jobs: rest },
        known: rest.flatMap(job => this.#knownOf(job, steps)),
      })
    }
    if (dispatched.length > 0 && !this.stopped) {
      const chosen = executor(dispatched.length)
      const diedOf = await chosen.run(dispatched, take, this.#stop.signal)
      if (!chosen.goesOn?.()) await this.#sweep(this.stopped ? dispatched.map(d => d.plan) : diedOf, steps)
    }
    listener.stageEnded()
    return outcomes
  }

  close(): void {
    try {
      this.#digests.save()
    } finally {
      this.#lock.release()
    }
  }

  #knownOf(job: Job, steps: LoadedSteps): DigestEntry[] {
    const step = steps.get(job.step)
    if (step === undefined) return []
    return [...slotFiles(step.inputs, job.inputs), ...slotFiles(step.outputs, job.outputs)].flatMap(f =>
      [f.kind.name, ...(f.editable ? [AS_WRITTEN] : [])].flatMap(kind => {
        const entry = this.#digests.entry(f.path, kind)
        return entry === undefined ? [] : [entry]
      }),
    )
  }

  #freshOutcome(job: Job): JobOutcome {
    const receipt = readReceipt(receiptPath(this.options.workspace, job))
    const findings: readonly Finding[] = receipt?.findings ?? []
    return {
      step: job.step,
      case: job.case,
      status: 'fresh',
      findings,
      seconds: 0,
      weight: job.weight,
      bytesWritten: 0,
      inflated: [],
      digests: [],
    }
  }

  /** Removes the temporary files of workers that were ended in the middle of a write. */
  async #sweep(cases: readonly CasePlan[], steps: LoadedSteps): Promise<void> {
    const folders = new Set<string>()
    for (const { jobs } of cases)
      for (const job of jobs) {
        folders.add(path.dirname(receiptPath(this.options.workspace, job)))
        for (const f of slotFiles(steps.get(job.step)?.outputs ?? {}, job.outputs, () => [''])) {
          const file = this.options.workspace.absolute(f.path)
          if (f.kind.folder) sweepTree(file)
          else folders.add(path.dirname(file))
        }
      }
    for (const folder of folders) await sweepFolder(folder)
  }
}

export const openDigests = (workspace: Workspace): DigestCache =>
  new DigestCache(workspace.root, workspace.state('digests.jsonl'))

/** Whether a job is finished, told from stamps alone, without reading any file but its receipt. */
export function checkJob(
  job: Job,
  workspace: Workspace,
  steps: LoadedSteps,
  digests: DigestCache,
  /** Digests that were just taken, by kind and path. */
  taken: ReadonlyMap<string, string> = new Map(),
): PlannedJob {
  const step = steps.get(job.step)
  if (step === undefined) throw new Error(`no step is called ${job.step}`)
  if (job.remake) return { job, stale: { reason: 'asked-for', detail: '--remake' } }
  const receipt = readReceipt(receiptPath(workspace, job))
  const digestOf = (f: SlotFile): string | null | undefined => {
    const known = taken.get(`${f.kind.name}\0${f.path}`) ?? digests.lookUp(f.path, f.kind.name)
    if (known !== undefined) return known
    const file = workspace.absolute(f.path)
    if (isFolderThere(f, file)) return undefined
    return f.kind.write !== undefined && fileStamp(file) === undefined ? null : undefined
  }
  return { job, stale: staleness(step, job, receipt, digestOf) }
}
