import path from 'node:path'
import { EXIT, Fault } from '../core/fault.ts'
import type { Finding } from '../core/finding.ts'
import { appeared } from '../storage/appeared.ts'
import { sweepFolder } from '../storage/atomicWrite.ts'
import { DigestCache, type DigestEntry } from '../storage/digestCache.ts'
import { existsSync } from '../storage/exists.ts'
import { fileStamp } from '../storage/fileStamp.ts'
import { listFolder } from '../storage/listFolder.ts'
import { type Shard, shardName, takeRoot } from '../storage/runLock.ts'
import { sweepTree } from '../storage/sweepTree.ts'
import { DiskNeed } from './diskNeed.ts'
import type { Executor } from './executors/executor.ts'
import { Experience } from './experience.ts'
import { type Staleness, staleness } from './freshness.ts'
import { HandOver, type ReadAhead } from './handOver.ts'
import { type CasePlan, type Job, type JobOutcome, slotPaths, wholePlan } from './job.ts'
import { Receipts, readReceipt, receiptPath } from './receipt.ts'
import type { DispatchedCase } from './runCase.ts'
import { AS_WRITTEN, recordFailure } from './runJob.ts'
import { isFolderThere, type SlotFile, slotFiles } from './slotFiles.ts'
import type { LoadedSteps, StepRegistry } from './step.ts'
import { type StepWork, WorkSum } from './stepWork.ts'
import type { Workspace } from './workspace.ts'

/** What a stage is to do. */
export interface StartedStage {
  readonly title: string
  readonly cases: number
  readonly jobs: number
  readonly weight: number
  /** The same by step. */
  readonly work: readonly StepWork[]
}

/** What a run tells while it goes on. */
export interface RunListener {
  /** Before the first job of a stage: how much there is to do. */
  stageStarted(stage: StartedStage): void
  jobEnded(outcome: JobOutcome): void
  stageEnded(): void
}

export interface RunOptions {
  readonly workspace: Workspace
  readonly steps: StepRegistry
  /** Makes the executor for this many cases, which is told what jobs took before. */
  readonly executor: (cases: number, experience: Experience) => Executor
  readonly listener: RunListener
  readonly signal: AbortSignal
  /** The command line, for whoever meets the lock. */
  readonly command: string
  /** Folders that the run writes in, relative to the root. */
  readonly writes: readonly string[]
  /** What was read before the run: its digests need not be taken again. */
  readonly ahead?: readonly ReadAhead[]
  /** The part of the cases that this run has, where others work on the same root. */
  readonly shard?: Shard | undefined
  /** Go on although the disk has less space than a stage is expected to need. */
  readonly anySpace?: boolean
  /** How long an output may take to be seen that another process has written; 90 s if not given. */
  readonly appearingMs?: number
}

/** A worker has written a file that this process does not see, as on a shared disk that is slow to tell of it. */
export class OutputUnseenError extends Fault {}

const NONE: readonly never[] = []

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
  /** Without the files and digests of the jobs. */
  readonly outcomes: JobOutcome[] = []
  readonly swept: number
  readonly #digests: DigestCache
  readonly #lock: { release(): void }
  readonly #stop = new AbortController()
  readonly #experience = new Experience()
  /** Files that other processes have written in this run. */
  readonly #written = new Set<string>()

  constructor(readonly options: RunOptions) {
    const { workspace, command, writes, shard } = options
    const lock = takeRoot(workspace.root, workspace.state('run.lock'), command, writes, shard)
    this.#lock = lock
    this.swept = lock.swept
    this.#digests = openDigests(workspace, shard)
    if (shard === undefined) this.#digests.absorb(shardDigests(workspace))
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
  async stage(title: string, plans: Iterable<CasePlan>): Promise<JobOutcome[]> {
    const { workspace, executor, listener } = this.options
    const cases = [...plans]
    const sum = new WorkSum()
    for (const { jobs } of cases) for (const job of jobs) sum.add(job)
    const steps = await this.options.steps.load(sum.steps)
    this.#experience.learn(workspace, steps.keys())
    const work = sum.work(this.#experience)
    listener.stageStarted({
      title,
      cases: cases.length,
      jobs: work.reduce((s, w) => s + w.jobs, 0),
      weight: work.reduce((s, w) => s + w.weight, 0),
      work,
    })
    const outcomes: JobOutcome[] = []
    const unseen: string[] = []
    const take = (outcome: JobOutcome) => {
      // Of all jobs of a large run, what they read and wrote would be held to the end.
      const kept = { ...outcome, digests: NONE, inflated: NONE }
      outcomes.push(kept)
      this.outcomes.push(kept)
      if (outcome.status === 'done') {
        this.#experience.add(outcome.step, { ...outcome, written: outcome.bytesWritten })
        for (const [file] of outcome.digests) if (!this.#sees(file)) unseen.push(file)
      }
      if (outcome.unrecorded !== undefined && outcome.fault !== undefined) this.#recordFailure(outcome, steps)
      this.#digests.remember(outcome.digests)
      // How an editable file was written must not be forgotten, or it would be taken for edited.
      if (outcome.digests.some(([, kind]) => kind === AS_WRITTEN)) this.#digests.save()
      listener.jobEnded(outcome)
      if (outcome.fatal) this.#stop.abort()
    }
    const dispatched: DispatchedCase[] = []
    const receipts = new Receipts(workspace)
    const need = new DiskNeed(workspace, steps, this.#experience)
    for (const plan of cases) {
      const { jobs } = plan
      let stale: Staleness | undefined
      const firstStale = jobs.findIndex(job => {
        stale = checkJob(job, receipts, steps, this.#digests).stale
        return stale !== undefined
      })
      for (const job of firstStale < 0 ? jobs : jobs.slice(0, firstStale)) take(this.#freshOutcome(job))
      if (firstStale < 0) continue
      const rest = jobs.slice(firstStale)
      // Of what was made before, the new takes the place of the old.
      if (stale?.reason === 'never-made' || stale?.reason === 'failed-before')
        for (const job of rest) need.add(job)
      const awaited =
        this.#written.size === 0
          ? []
          : rest.flatMap(job => slotPaths(job.inputs)).filter(p => this.#written.has(p))
      dispatched.push({
        // As it is where all is left of it: its jobs need not be held.
        plan: firstStale === 0 ? plan : wholePlan(plan, rest),
        known: rest.flatMap(job => this.#knownOf(job, steps)),
        ...(awaited.length === 0 ? {} : { awaited }),
      })
    }
    if (!this.options.anySpace) need.require(title)
    if (dispatched.length > 0 && !this.stopped) {
      const chosen = executor(dispatched.length, this.#experience)
      const leftOff = await chosen.run(dispatched, take, this.#stop.signal)
      if (!chosen.goesOn?.()) await this.#sweep(leftOff, steps)
    }
    await this.#see(unseen)
    listener.stageEnded()
    return outcomes
  }

  /** Whether a file that a job names is there, as far as this process is told. */
  #sees(file: string): boolean {
    this.#written.add(file)
    return existsSync(this.options.workspace.absolute(file))
  }

  /** What comes next is planned by the files that are there, so those of this stage have to be seen first. */
  async #see(files: readonly string[]): Promise<void> {
    const { workspace, appearingMs } = this.options
    for (const file of files) {
      if (this.stopped || (await appeared(workspace.absolute(file), appearingMs))) continue
      throw new OutputUnseenError(
        `${file} was written by another process, but cannot be seen from here${files.length > 1 ? `, nor can others of ${files.length} files` : ''}`,
        {
          remedy:
            'If the data set lies on a shared disk, see that it is mounted the same everywhere and is not stale, then run again: what is finished is kept.',
          exitCode: EXIT.someFailed,
          where: file,
        },
      )
    }
  }

  #recordFailure({ unrecorded: job, fault }: JobOutcome, steps: LoadedSteps): void {
    if (job === undefined || fault === undefined) return
    const { workspace } = this.options
    try {
      recordFailure(job, { workspace, steps, handOver: new HandOver(), known: new Map() }, fault)
    } catch {
      // The outcome itself tells of the failure; the receipt only repeats it for `status`.
    }
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
    if (step === undefined || this.#digests.isEmpty) return []
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

  /**
   * Removes the temporary files of workers that were ended in the middle of a write. In a folder that other cases share,
   * another run may be writing: there only what stands for a file of the case itself.
   */
  async #sweep(cases: readonly CasePlan[], steps: LoadedSteps): Promise<void> {
    const { workspace } = this.options
    const targets = new Map<string, string[] | undefined>()
    const target = (file: string) => {
      const folder = path.dirname(file)
      if (targets.has(folder)) targets.get(folder)?.push(path.basename(file))
      else targets.set(folder, [path.basename(file)])
    }
    for (const { jobs } of cases)
      for (const job of jobs) {
        target(receiptPath(workspace, job))
        for (const f of slotFiles(steps.get(job.step)?.outputs ?? {}, job.outputs, () => [''])) {
          const file = workspace.absolute(f.path)
          if (f.kind.folder) sweepTree(file)
          // The step itself names the files of such a slot.
          else if (f.key === '') targets.set(path.dirname(file), undefined)
          else target(file)
        }
      }
    for (const [folder, names] of targets) await sweepFolder(folder, names)
  }
}

const SHARD_DIGESTS = /^digests\.shard-\d+-of-\d+\.jsonl$/

/** What shards have digested, each in a file of its own, since two processes would tear one file. */
const shardDigests = (workspace: Workspace): string[] =>
  existsSync(workspace.state())
    ? listFolder(workspace.state())
        .files.filter(name => SHARD_DIGESTS.test(name))
        .map(name => workspace.state(name))
    : []

export function openDigests(workspace: Workspace, shard?: Shard): DigestCache {
  const whole = workspace.state('digests.jsonl')
  return shard === undefined
    ? new DigestCache(workspace.root, whole, shardDigests(workspace))
    : new DigestCache(workspace.root, workspace.state(`digests.${shardName(shard)}.jsonl`), [whole])
}

/** Whether a job is finished, told from stamps alone, without reading any file but its receipt. */
export function checkJob(
  job: Job,
  receipts: Receipts,
  steps: LoadedSteps,
  digests: DigestCache,
  /** Digests that were just taken, by kind and path. */
  taken: ReadonlyMap<string, string> = new Map(),
): PlannedJob {
  const step = steps.get(job.step)
  if (step === undefined) throw new Error(`no step is called ${job.step}`)
  if (job.remake) return { job, stale: { reason: 'asked-for', detail: '--remake' } }
  const receipt = receipts.read(job)
  const { workspace } = receipts
  const digestOf = (f: SlotFile): string | null | undefined => {
    const known = taken.get(`${f.kind.name}\0${f.path}`) ?? digests.lookUp(f.path, f.kind.name)
    if (known !== undefined) return known
    const file = workspace.absolute(f.path)
    if (isFolderThere(f, file)) return undefined
    return f.kind.write !== undefined && fileStamp(file) === undefined ? null : undefined
  }
  return { job, stale: staleness(step, job, receipt, digestOf) }
}
