import { type ChildProcess, fork } from 'node:child_process'
import { EXIT, Fault, faultRecord } from '../../core/fault.ts'
import { formatBytes } from '../../core/formatBytes.ts'
import { kernelMemoryKills, residentMemory } from '../../storage/processMemory.ts'
import { type Admission, type JobMemory, memoryOf } from '../admission.ts'
import { type CasePlan, type Job, type JobOutcome, wholePlan } from '../job.ts'
import { type DispatchedCase, skipped } from '../runCase.ts'
import type { Executor } from './executor.ts'

/** A worker process ended in the middle of a case, twice. */
export class WorkerDiedError extends Fault {}

export interface PoolOptions {
  /** Script of the worker process; it answers `DispatchedCase` messages with `WorkerMessage`s. */
  readonly workerFile: string
  readonly root: string
  /** At most this many processes. */
  readonly workers: number
  /** Says what may be started beside what runs. */
  readonly admission: Admission
}

export type WorkerMessage =
  | { readonly type: 'outcome'; readonly outcome: JobOutcome }
  | { readonly type: 'case-done' }
  | { readonly type: 'broken'; readonly message: string }

/** How often the memory of workers is looked at, for the case that one is killed. */
const LOOK_MS = 250
/** So many waiting cases are looked at for one that fits; all of them would take too long where there are many. */
const LOOKED_THROUGH = 256

/**
 * Runs cases in child processes: as many at once as the number of workers and memory allow, the largest first. A process
 * that dies takes nothing with it but its case, which is tried once more, alone, and then reported by name.
 */
export function poolExecutor(options: PoolOptions): Executor {
  return { run: (cases, onOutcome, signal) => new Pool(options, cases, onOutcome, signal).run() }
}

/** A case that waits for its turn. */
interface Waiting {
  readonly dispatched: DispatchedCase
  readonly memory: readonly JobMemory[]
}

interface Worker {
  readonly child: ChildProcess
  current: DispatchedCase | undefined
  finishedJobs: number
  /** Bytes that are set aside for its case. */
  need: number
  /** The most that it was seen to have in memory during its job. */
  seen: number
}

/** Workers open no connection; reading certificates that they are told of would take longer than their own start. */
const workerEnvironment = (): NodeJS.ProcessEnv => {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env
  return env
}

class Pool {
  /** The largest last, as a list is soonest shortened at its end; of equal ones the first of the plan. */
  readonly #queue: Waiting[]
  readonly #again: DispatchedCase[] = []
  readonly #workers = new Set<Worker>()
  /** Cases that a worker has died of once already. */
  readonly #retried = new WeakSet<DispatchedCase>()
  /** What the process that died of a case first had in memory. */
  readonly #seen = new WeakMap<DispatchedCase, number>()
  readonly #memoryKills = kernelMemoryKills()
  /** Cases that a process was ended in, of itself or by the signal. */
  readonly #leftOff: CasePlan[] = []
  #memoryInUse = 0
  #settle: () => void = () => undefined
  #problem: Error | undefined

  constructor(
    readonly options: PoolOptions,
    cases: readonly DispatchedCase[],
    readonly onOutcome: (outcome: JobOutcome) => void,
    readonly signal: AbortSignal,
  ) {
    const { admission } = options
    this.#queue = cases
      .map(c => {
        const admitted = admission.admit(c)
        return { ...admitted, need: admission.need(admitted.memory) }
      })
      .reverse()
      .sort((a, b) => a.need - b.need)
  }

  async run(): Promise<readonly CasePlan[]> {
    if (this.#queue.length === 0) return []
    const looking = setInterval(() => this.#look(), LOOK_MS)
    await new Promise<void>(resolve => {
      this.#settle = resolve
      this.signal.addEventListener('abort', () => this.#kill(), { once: true })
      if (this.signal.aborted) return resolve()
      this.#schedule()
    })
    clearInterval(looking)
    if (this.#problem) throw this.#problem
    return this.#leftOff
  }

  #look(): void {
    for (const worker of this.#workers)
      if (worker.current !== undefined && worker.child.pid !== undefined)
        worker.seen = Math.max(worker.seen, residentMemory(worker.child.pid)?.peak ?? 0)
  }

  #kill(): void {
    for (const { child } of this.#workers) child.kill('SIGKILL')
    if (this.#workers.size === 0) this.#settle()
  }

  #schedule(): void {
    if (this.signal.aborted || this.#problem) {
      if (this.#workers.size === 0) this.#settle()
      return
    }
    for (;;) {
      const busy = [...this.#workers].filter(w => w.current !== undefined).length
      const next = busy < this.options.workers ? this.#nextThatFits(busy === 0) : -1
      if (next >= 0) {
        this.#dispatch(this.#queue.splice(next, 1)[0]!.dispatched)
        continue
      }
      if (this.#queue.length === 0 && busy === 0 && this.#again.length > 0) {
        // Idle processes keep memory of what they did before.
        for (const { child } of this.#workers) if (child.connected) child.disconnect()
        this.#dispatch(this.#again.shift()!)
        return
      }
      break
    }
    if (this.#queue.length === 0 && this.#again.length === 0)
      for (const w of this.#workers) if (w.current === undefined && w.child.connected) w.child.disconnect()
    if (this.#workers.size === 0) this.#settle()
  }

  /** @param alone whether nothing else runs; a case that needs more than jobs may need together then has its turn */
  #nextThatFits(alone: boolean): number {
    const { admission } = this.options
    const left = admission.limits.together - this.#memoryInUse
    const fits = ({ memory }: Waiting) => alone || admission.need(memory) <= left
    const last = this.#queue.length - 1
    for (let i = last; i >= 0 && i > last - LOOKED_THROUGH; i--) if (fits(this.#queue[i]!)) return i
    return last >= LOOKED_THROUGH && fits(this.#queue[0]!) ? 0 : -1
  }

  #dispatch(dispatched: DispatchedCase): void {
    const worker = [...this.#workers].find(w => w.current === undefined && w.child.connected) ?? this.#start()
    worker.current = dispatched
    worker.finishedJobs = 0
    worker.seen = 0
    const plan = wholePlan(dispatched.plan)
    worker.need = this.options.admission.need(memoryOf(plan.jobs))
    this.#memoryInUse += worker.need
    // A process that has just died cannot be told; its exit, which follows, gives the case back.
    worker.child.send({ ...dispatched, plan }, () => undefined)
  }

  #start(): Worker {
    const child = fork(this.options.workerFile, [this.options.root], {
      serialization: 'advanced',
      env: workerEnvironment(),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const worker: Worker = { child, current: undefined, finishedJobs: 0, need: 0, seen: 0 }
    this.#workers.add(worker)
    child.on('message', message => this.#hear(worker, message as WorkerMessage))
    child.on('error', error => {
      if (child.pid !== undefined) return
      this.#problem ??= error
      this.#gone(worker, null, null)
    })
    child.on('exit', (code, signal) => this.#gone(worker, code, signal))
    return worker
  }

  #hear(worker: Worker, message: WorkerMessage): void {
    if (message.type === 'outcome') {
      worker.finishedJobs++
      worker.seen = 0
      this.onOutcome(message.outcome)
    } else if (message.type === 'broken') {
      this.#problem ??= new Error(message.message)
      this.#kill()
    } else {
      this.#free(worker)
      this.#schedule()
    }
  }

  #free(worker: Worker): void {
    if (worker.current !== undefined) this.#memoryInUse -= worker.need
    worker.current = undefined
  }

  #gone(worker: Worker, code: number | null, signal: NodeJS.Signals | null): void {
    const dispatched = worker.current
    this.#free(worker)
    this.#workers.delete(worker)
    if (dispatched !== undefined) this.#leftOff.push(dispatched.plan)
    if (dispatched !== undefined && !this.signal.aborted && !this.#problem) {
      const rest: DispatchedCase = {
        ...dispatched,
        plan: wholePlan(dispatched.plan, dispatched.plan.jobs.slice(worker.finishedJobs)),
      }
      const seen = Math.max(worker.seen, this.#seen.get(dispatched) ?? 0)
      if (this.#retried.has(dispatched)) this.#giveUp(rest, seen, code, signal)
      else {
        this.#retried.add(rest)
        this.#seen.set(rest, seen)
        this.#again.push(rest)
      }
    }
    this.#schedule()
  }

  #giveUp(rest: DispatchedCase, seen: number, code: number | null, signal: NodeJS.Signals | null): void {
    const [job, ...later] = rest.plan.jobs
    if (job === undefined) return
    const outcome: JobOutcome = {
      ...skipped(job, {} as JobOutcome),
      status: 'failed',
      unrecorded: job,
      fault: faultRecord(this.#died(job, seen, code, signal)),
    }
    this.onOutcome(outcome)
    for (const job of later) this.onOutcome(skipped(job, outcome))
  }

  #died(job: Job, seen: number, code: number | null, signal: NodeJS.Signals | null): WorkerDiedError {
    const how = signal === null ? `with exit code ${code}` : `by ${signal}`
    const had = seen > 0 ? `it had ${formatBytes(seen)} in memory when it was last seen, and ` : ''
    const expected = formatBytes(this.options.admission.needOf(job))
    const kills = (kernelMemoryKills() ?? 0) - (this.#memoryKills ?? 0)
    const told =
      kills > 0 ? `; the kernel has ended ${kills} processes for want of memory since this stage began` : ''
    return new WorkerDiedError(
      `the worker process of ${job.case} (${job.step}) was ended ${how}, twice, the second time with nothing beside it; ${had}${expected} were expected to be enough${told}`,
      {
        remedy:
          signal === 'SIGKILL'
            ? 'Most often the system ran out of memory: run on a machine with more, or close other programs, then run again.'
            : 'Run again with -j 1; if it happens again, report it with this message.',
        exitCode: EXIT.someFailed,
        where: job.case,
      },
    )
  }
}
