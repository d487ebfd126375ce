import { type ChildProcess, fork } from 'node:child_process'
import { EXIT, Fault, faultRecord } from '../../core/fault.ts'
import { formatBytes } from '../../core/formatBytes.ts'
import type { CasePlan, JobOutcome } from '../job.ts'
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
  /** Bytes that the jobs under way may be predicted to need together. */
  readonly memory: number
}

export type WorkerMessage =
  | { readonly type: 'outcome'; readonly outcome: JobOutcome }
  | { readonly type: 'case-done' }
  | { readonly type: 'broken'; readonly message: string }

const peak = (c: DispatchedCase): number => Math.max(...c.plan.jobs.map(j => j.memory), 0)

/**
 * Runs cases in child processes: as many at once as `workers` and `memory` allow, the largest first. A process that
 * dies takes nothing with it but its case, which is tried once more, alone, and then reported by name.
 */
export function poolExecutor(options: PoolOptions): Executor {
  return { run: (cases, onOutcome, signal) => new Pool(options, cases, onOutcome, signal).run() }
}

interface Worker {
  readonly child: ChildProcess
  current: DispatchedCase | undefined
  finishedJobs: number
}

/** Workers open no connection; reading certificates that they are told of would take longer than their own start. */
const workerEnvironment = (): NodeJS.ProcessEnv => {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env
  return env
}

class Pool {
  readonly #queue: DispatchedCase[]
  readonly #again: DispatchedCase[] = []
  readonly #workers = new Set<Worker>()
  /** Cases that a worker has died of once already. */
  readonly #retried = new WeakSet<DispatchedCase>()
  readonly #diedOf: CasePlan[] = []
  #memoryInUse = 0
  #settle: () => void = () => undefined
  #problem: Error | undefined

  constructor(
    readonly options: PoolOptions,
    cases: readonly DispatchedCase[],
    readonly onOutcome: (outcome: JobOutcome) => void,
    readonly signal: AbortSignal,
  ) {
    this.#queue = [...cases].sort((a, b) => peak(b) - peak(a))
  }

  async run(): Promise<readonly CasePlan[]> {
    if (this.#queue.length === 0) return []
    await new Promise<void>(resolve => {
      this.#settle = resolve
      this.signal.addEventListener('abort', () => this.#kill(), { once: true })
      if (this.signal.aborted) return resolve()
      this.#schedule()
    })
    if (this.#problem) throw this.#problem
    return this.#diedOf
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
      const next = this.#queue.findIndex(
        c => busy === 0 || this.#memoryInUse + peak(c) <= this.options.memory,
      )
      if (next >= 0 && busy < this.options.workers) {
        this.#dispatch(this.#queue.splice(next, 1)[0]!)
        continue
      }
      if (this.#queue.length === 0 && busy === 0 && this.#again.length > 0) {
        this.#dispatch(this.#again.shift()!)
        return
      }
      break
    }
    if (this.#queue.length === 0 && this.#again.length === 0)
      for (const w of this.#workers) if (w.current === undefined && w.child.connected) w.child.disconnect()
    if (this.#workers.size === 0) this.#settle()
  }

  #dispatch(dispatched: DispatchedCase): void {
    const worker = [...this.#workers].find(w => w.current === undefined && w.child.connected) ?? this.#start()
    worker.current = dispatched
    worker.finishedJobs = 0
    this.#memoryInUse += peak(dispatched)
    // A process that has just died cannot be told; its exit, which follows, gives the case back.
    worker.child.send(dispatched, () => undefined)
  }

  #start(): Worker {
    const child = fork(this.options.workerFile, [this.options.root], {
      serialization: 'advanced',
      env: workerEnvironment(),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const worker: Worker = { child, current: undefined, finishedJobs: 0 }
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
    if (worker.current !== undefined) this.#memoryInUse -= peak(worker.current)
    worker.current = undefined
  }

  #gone(worker: Worker, code: number | null, signal: NodeJS.Signals | null): void {
    const dispatched = worker.current
    this.#free(worker)
    this.#workers.delete(worker)
    if (dispatched !== undefined && !this.signal.aborted && !this.#problem) {
      this.#diedOf.push(dispatched.plan)
      const rest = {
        known: dispatched.known,
        plan: { ...dispatched.plan, jobs: dispatched.plan.jobs.slice(worker.finishedJobs) },
      }
      if (this.#retried.has(dispatched)) this.#giveUp(rest, code, signal)
      else {
        this.#retried.add(rest)
        this.#again.push(rest)
      }
    }
    this.#schedule()
  }

  #giveUp(rest: DispatchedCase, code: number | null, signal: NodeJS.Signals | null): void {
    const [job, ...later] = rest.plan.jobs
    if (job === undefined) return
    const how = signal === null ? `with exit code ${code}` : `by ${signal}`
    const fault = new WorkerDiedError(
      `the worker process of ${job.case} (${job.step}) was ended ${how}, twice; ${formatBytes(job.memory)} were expected to be enough`,
      {
        remedy:
          signal === 'SIGKILL'
            ? 'Most often the system ran out of memory: run on a machine with more, or close other programs, then run again.'
            : 'Run again with -j 1; if it happens again, report it with this message.',
        exitCode: EXIT.someFailed,
        where: job.case,
      },
    )
    const outcome: JobOutcome = {
      ...skipped(job, {} as JobOutcome),
      status: 'failed',
      fault: faultRecord(fault),
    }
    this.onOutcome(outcome)
    for (const job of later) this.onOutcome(skipped(job, outcome))
  }
}
