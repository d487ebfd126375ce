import { LineFollower, tailOf } from '../../storage/lineLog.ts'
import type { JobOutcome } from '../job.ts'
import type { SlurmCase } from './slurmCases.ts'
import { isAlive, type TaskState } from './slurmCommands.ts'
import { journalFile, logFile } from './slurmFolder.ts'
import type { JournalLine } from './slurmTask.ts'

/** Why a task ended before its work was done. */
export type Ending = 'memory' | 'time' | 'cancelled' | 'crash'

const LOG_TAIL_BYTES = 16 << 10

/**
 * Tells a task that was killed for memory from one that crashed. Where control groups keep the limit, Slurm says so itself;
 * where its own sampling does, the task only counts as failed by signal 9, and the step's log has the reason.
 */
export function endingOf(state: string | undefined, log: string): Ending {
  if (state === 'OUT_OF_MEMORY' || /exceeded (?:job |step )?memory limit|\boom[-_ ]kill/i.test(log))
    return 'memory'
  if (state === 'TIMEOUT' || state === 'DEADLINE') return 'time'
  if (state === 'CANCELLED') return 'cancelled'
  return 'crash'
}

/** How long what an ended task has left is waited for on a disk that shows things late, by what its end looks like. */
const LATE_MS = { explained: 1_000, unexplained: 3_000, completed: 60_000 } as const

/** One task as it is followed from outside: by its journal, by receipts, by what Slurm says. */
export class TrackedTask {
  /** Set when it has been started again by Slurm itself. */
  restarted = false
  isOver = false
  /** The case that is under way. */
  #current: SlurmCase | undefined
  #starts = 0
  #hasEnd = false
  #next = 0
  #endedAt: number | undefined
  readonly #journal: LineFollower
  /** Lines whose receipts cannot be seen yet, and what follows them. */
  #waiting: JournalLine[] = []

  constructor(
    readonly folder: string,
    readonly index: number,
    readonly cases: readonly SlurmCase[],
    readonly onOutcome: (outcome: JobOutcome) => void,
  ) {
    this.#journal = new LineFollower(journalFile(folder, index))
  }

  /** Reads on in the journal, as far as receipts bear it out. */
  follow(): void {
    for (const text of this.#journal.next()) {
      try {
        this.#waiting.push(JSON.parse(text) as JournalLine)
      } catch {
        // Torn by a kill in the middle of a write; receipts tell the same.
      }
    }
    let taken = 0
    while (taken < this.#waiting.length && this.#take(this.#waiting[taken]!)) taken++
    this.#waiting.splice(0, taken)
  }

  /** @returns false when it cannot be believed yet */
  #take(line: JournalLine): boolean {
    if (line.type === 'start') {
      this.#starts++
      this.restarted = this.#starts > 1
      this.#current = undefined
    } else if (line.type === 'begin') {
      this.#current = this.cases[line.at]
      this.#next = 0
    } else if (line.type === 'end') {
      this.#hasEnd = true
      this.#current = undefined
    } else return this.#takeOutcome(line.at, line.outcome)
    return true
  }

  #takeOutcome(at: number, said: JobOutcome): boolean {
    const one = this.cases[at]
    if (one === undefined || this.#next >= one.jobs.length) return true
    if (one.outcomes[this.#next] === undefined) {
      const outcome = one.confirmed(this.#next, said)
      if (outcome === undefined) return false
      one.outcomes[this.#next] = outcome
      this.onOutcome(outcome)
    }
    this.#next++
    if (this.#next === one.jobs.length && this.#current === one) this.#current = undefined
    return true
  }

  /** The case that the task ended in; where none had begun, nobody knows which, so each may have been. */
  get culprits(): readonly SlurmCase[] {
    const current = this.#current
    return current !== undefined && !current.isSettled ? [current] : this.cases.filter(one => !one.isSettled)
  }

  /** `done` when it has said so itself and receipts bear it out. */
  endedAlready(): 'done' | undefined {
    return this.#hasEnd && this.cases.every(one => one.isSettled) ? 'done' : undefined
  }

  /**
   * Whether nothing more is to come of the task.
   *
   * @returns undefined while there is; `done` when all was gone through; else why it ended
   */
  ended(state: TaskState | undefined, now: number): Ending | 'done' | undefined {
    if (this.endedAlready()) return 'done'
    if (isAlive(state)) {
      this.#endedAt = undefined
      return undefined
    }
    this.#endedAt ??= now
    const ending = endingOf(state?.state, tailOf(logFile(this.folder, this.index), LOG_TAIL_BYTES))
    const wait =
      ending !== 'crash'
        ? LATE_MS.explained
        : state?.state === 'COMPLETED'
          ? LATE_MS.completed
          : LATE_MS.unexplained
    if (now - this.#endedAt < wait) return undefined
    for (const one of this.cases) for (const outcome of one.takeReceipts()) this.onOutcome(outcome)
    if (this.cases.every(one => one.isSettled)) return 'done'
    return ending
  }
}
