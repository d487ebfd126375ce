import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT, Fault } from '../../core/fault.ts'
import { removeFolder } from '../../storage/scratchFolder.ts'
import type { Experience } from '../experience.ts'
import { type CasePlan, type JobOutcome, wholePlan } from '../job.ts'
import type { DispatchedCase } from '../runCase.ts'
import type { Workspace } from '../workspace.ts'
import type { Executor } from './executor.ts'
import { SlurmCase } from './slurmCases.ts'
import {
  cancelJobs,
  cancelJobsNow,
  endOfTask,
  isAlive,
  isQueued,
  submitScript,
  type TaskState,
  taskKey,
  taskStates,
} from './slurmCommands.ts'
import {
  type ArrayRecord,
  isCancelled,
  logFile,
  newRunFolder,
  removeRun,
  scriptFile,
  writeArray,
  writeRecord,
} from './slurmFolder.ts'
import { type ArrayPlan, planArrays } from './slurmPlan.ts'
import { arrayScript, slurmMemory } from './slurmScript.ts'
import { classFor, predictedBytes, type SlurmSizes } from './slurmShards.ts'
import { type Ending, TrackedTask } from './slurmTracking.ts'
import { endText, givenUp, isTriedAgain, type TaskEnd } from './slurmVerdict.ts'

/** The jobs of a run were cancelled while it waited for them. */
export class SlurmCancelledError extends Fault {}

export interface SlurmSettings extends SlurmSizes {
  /** The program that takes the file of a shard as its last argument: the same path on every node. */
  readonly program: readonly string[]
  /** Lines for sbatch that win over ours. */
  readonly args: readonly string[]
  /** Whether jobs go on when the run is interrupted. */
  readonly leaveJobs: boolean
}

/** The arrays of one run on one root: hands out an executor for each of its stages. */
export class SlurmRun {
  readonly folder: string
  #stages = 0

  constructor(
    readonly workspace: Workspace,
    readonly settings: SlurmSettings,
    /** A line for people. */
    readonly tell: (text: string) => void,
  ) {
    this.folder = newRunFolder(workspace, new Date())
  }

  /**
   * Carries out cases on a cluster that shares the disk of the root: writes shards, submits an array of tasks for each
   * class of memory, and follows them by their receipts. What a task did not live to do is submitted again.
   */
  executor(experience: Experience): Executor {
    const stage = ++this.#stages
    let goesOn = false
    return {
      goesOn: () => goesOn,
      run: async (cases, onOutcome, signal) => {
        const work = new SlurmStage(this, stage, onOutcome, signal)
        const diedOf = await work.run(cases.map(dispatched => this.caseOf(dispatched, experience)))
        goesOn = work.goesOn
        return diedOf
      },
    }
  }

  caseOf(one: DispatchedCase, experience: Experience): SlurmCase {
    const { classes, memoryScale } = this.settings
    const dispatched = { ...one, plan: wholePlan(one.plan) }
    const predicted = predictedBytes(dispatched, 1, experience)
    return new SlurmCase(dispatched, this.workspace, classFor(memoryScale * predicted, classes), predicted)
  }

  /** What is submitted for an array. */
  scriptOf(plan: ArrayPlan, name: string, folder: string): string {
    const { program, args } = this.settings
    const { bytes, minutes, shards } = plan
    const { root } = this.workspace
    return arrayScript({ name, tasks: shards.length, bytes, minutes, folder, root, program, args })
  }

  /** Name of the job and folder of the `n`th array of a stage; no two runs share a name. */
  arrayAt(stage: number, step: string, n: number): { name: string; folder: string } {
    const folder = path.join(this.folder, `stage${stage}-${n}`)
    return { name: `voxmill-${step}-${path.basename(this.folder)}-${path.basename(folder)}`, folder }
  }
}

interface SubmittedArray {
  readonly folder: string
  readonly record: ArrayRecord & { readonly job: string }
  readonly tasks: readonly TrackedTask[]
  isOver: boolean
}

const SOONEST_MS = 300
const LATEST_MS = 10_000
/** The longer it takes, the less often Slurm is asked. */
const SHARE_OF_WAITING = 1 / 30
/** The command line ends three seconds after Ctrl-C, whatever is under way. */
const CANCEL_MS = 2_000
/** Reasons to wait that no waiting ends. */
const STUCK =
  /PartitionTimeLimit|BadConstraints|MaxMemPerLimit|MaxWallDuration|Held|InvalidAccount|InvalidQOS/

class SlurmStage {
  readonly #arrays: SubmittedArray[] = []
  readonly #diedOf = new Set<CasePlan>()
  /** Cases of tasks that were cancelled. */
  readonly #leftOff: CasePlan[] = []
  readonly #told = new Set<string>()
  #count = 0
  /** Whether tasks may be at work although nobody waits for them. */
  goesOn = false

  constructor(
    readonly slurm: SlurmRun,
    readonly stage: number,
    readonly onOutcome: (outcome: JobOutcome) => void,
    readonly signal: AbortSignal,
  ) {}

  async run(cases: readonly SlurmCase[]): Promise<readonly CasePlan[]> {
    const started = Date.now()
    try {
      await this.#submit(cases)
      while (this.#open.length > 0 && !this.signal.aborted) {
        const pause = Math.min(LATEST_MS, Math.max(SOONEST_MS, (Date.now() - started) * SHARE_OF_WAITING))
        await sleep(pause, undefined, { signal: this.signal }).catch(() => undefined)
        if (!this.signal.aborted) await this.#look()
      }
    } catch (error) {
      await cancelJobs(this.#jobs).catch(() => undefined)
      throw error
    }
    if (this.signal.aborted) await this.#interrupted()
    this.#clearUp()
    return [...this.#diedOf, ...this.#leftOff]
  }

  get #open(): SubmittedArray[] {
    return this.#arrays.filter(array => !array.isOver)
  }

  get #jobs(): string[] {
    return this.#open.map(array => array.record.job)
  }

  async #submit(cases: readonly SlurmCase[], again = false): Promise<void> {
    const { slurm, stage } = this
    for (const plan of planArrays(cases, slurm.settings)) {
      if (this.signal.aborted) return
      const jobs = plan.shards.flatMap(shard => shard.flatMap(one => one.jobs))
      const { name, folder } = slurm.arrayAt(stage, jobs[0]?.step ?? 'job', ++this.#count)
      const record: ArrayRecord = {
        name,
        stage,
        ...(again ? { again } : {}),
        step: jobs[0]?.step ?? '',
        tasks: plan.shards.length,
        jobs: jobs.length,
        weight: jobs.reduce((sum, job) => sum + job.weight, 0),
        bytes: plan.bytes,
        submitted: new Date().toISOString(),
      }
      const shards = plan.shards.map(shard => shard.map(one => one.dispatched))
      writeArray(folder, slurm.workspace.root, shards, slurm.scriptOf(plan, name, folder), record)
      const submitted = { ...record, job: await this.#submitted(folder) }
      this.#arrays.push({
        folder,
        record: submitted,
        tasks: plan.shards.map((shard, index) => new TrackedTask(folder, index, shard, this.onOutcome)),
        isOver: false,
      })
      writeRecord(folder, submitted)
      const tasks = `${record.tasks} task${record.tasks === 1 ? '' : 's'}`
      slurm.tell(`submitted job ${submitted.job}: ${tasks} of ${slurmMemory(plan.bytes)}, ${record.step}`)
    }
  }

  /** @returns the number of the job; of one that was refused nothing is left */
  async #submitted(folder: string): Promise<string> {
    try {
      return await submitScript(scriptFile(folder))
    } catch (error) {
      removeFolder(folder)
      removeRun(this.slurm.folder)
      throw error
    }
  }

  async #look(): Promise<void> {
    const states = await this.#states()
    const again: SlurmCase[] = []
    for (const array of this.#open) {
      for (const task of array.tasks.filter(task => !task.isOver)) {
        const state = states?.get(taskKey(array.record.job, task.index))
        if (state !== undefined && isQueued(state)) this.#tellStuck(array, state)
        else task.follow()
        // Without an answer of Slurm nothing is known of a task but what it says itself.
        const ending = states === undefined ? task.endedAlready() : task.ended(state, Date.now())
        if (ending === undefined || this.signal.aborted) continue
        task.isOver = true
        if (task.restarted) for (const one of task.cases) this.#diedOf.add(one.dispatched.plan)
        if (ending !== 'done') again.push(...(await this.#broken(array, task, ending)))
      }
      if (array.tasks.every(task => task.isOver)) this.#close(array)
    }
    if (again.length > 0) await this.#submit(again, true)
  }

  #close(array: SubmittedArray): void {
    array.isOver = true
    writeRecord(array.folder, { ...array.record, ended: true })
  }

  async #states(): Promise<ReadonlyMap<string, TaskState> | undefined> {
    try {
      const states = await taskStates(this.#jobs)
      this.#told.delete('silent')
      return states
    } catch (error) {
      // A controller that is restarted is no reason to give up jobs that go on meanwhile.
      this.#tellOnce('silent', `Slurm does not answer, waiting: ${(error as Error).message}`)
      return undefined
    }
  }

  #tellOnce(key: string, text: string): void {
    if (this.#told.has(key)) return
    this.#told.add(key)
    this.slurm.tell(text)
  }

  #tellStuck({ record: { job } }: SubmittedArray, { reason }: TaskState): void {
    if (STUCK.test(reason))
      this.#tellOnce(
        `${job} ${reason}`,
        `job ${job} may wait for ever (${reason}); Ctrl-C cancels it, --slurm_memory and --slurm_arg ask for something else`,
      )
  }

  /** @returns what is to be submitted again of a task that ended too early */
  async #broken(array: SubmittedArray, task: TrackedTask, ending: Ending): Promise<SlurmCase[]> {
    const { settings, folder, workspace, tell } = this.slurm
    if (ending === 'cancelled' && isCancelled(folder))
      throw new SlurmCancelledError('the jobs of this run were cancelled', {
        remedy: 'Run again when it is to go on: what is finished is kept.',
        exitCode: EXIT.interrupted,
      })
    const { job, bytes } = array.record
    const end: TaskEnd = {
      ending,
      job: taskKey(job, task.index),
      bytes,
      how: ending === 'crash' ? await endOfTask(job, task.index).catch(() => undefined) : undefined,
      log: workspace.relative(logFile(array.folder, task.index)),
    }
    const culprits = task.culprits
    const again: SlurmCase[] = []
    for (const one of task.cases.filter(one => !one.isSettled)) {
      const rest = one.rest()
      if (!culprits.includes(one)) {
        // What is no smaller than the case that was killed would be killed next.
        if (ending === 'memory' && culprits.some(c => c.predicted <= one.predicted))
          rest.memoryClass = Math.min(rest.memoryClass + 1, settings.classes.length - 1)
        again.push(rest)
        continue
      }
      this.#diedOf.add(one.dispatched.plan)
      rest.alone = culprits.length === 1
      if (isTriedAgain(rest, end, settings.classes.length)) again.push(rest)
      else for (const outcome of givenUp(rest, end)) this.onOutcome(outcome)
    }
    tell(endText(end, culprits, again))
    return again
  }

  /** Ends the tasks, or leaves them to go on, as was asked for. */
  async #interrupted(): Promise<void> {
    const jobs = this.#jobs
    if (jobs.length === 0) return
    if (this.slurm.settings.leaveJobs) {
      this.goesOn = true
      this.slurm.tell(
        `left to go on: job ${jobs.join(', ')}; the same command waits for them and does what is left`,
      )
      return
    }
    cancelJobsNow(jobs)
    const deadline = Date.now() + CANCEL_MS
    let alive = true
    while (alive && Date.now() < deadline) {
      const states = await taskStates(jobs).catch(() => undefined)
      alive = states === undefined || [...states.values()].some(isAlive)
      if (alive) await sleep(SOONEST_MS)
    }
    for (const { tasks } of this.#open) for (const task of tasks) task.follow()
    for (const { tasks } of this.#open)
      for (const { cases } of tasks)
        for (const one of cases) if (!one.isSettled) this.#leftOff.push(one.dispatched.plan)
    this.goesOn = alive
    this.slurm.tell(`cancelled job ${jobs.join(', ')}${alive ? ', which takes a while to end' : ''}`)
    if (!alive) for (const array of this.#open) this.#close(array)
  }

  /** Logs of what went wrong stay; the rest is in the receipts. */
  #clearUp(): void {
    if (this.goesOn || this.#diedOf.size > 0) return
    for (const { folder } of this.#arrays) removeFolder(folder)
    removeRun(this.slurm.folder)
  }
}
