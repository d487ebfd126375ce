import { LineFollower } from '../../storage/lineLog.ts'
import type { JobOutcome } from '../job.ts'
import { type FoundArray, journalFile } from './slurmFolder.ts'
import type { JournalLine } from './slurmTask.ts'

/** How far the jobs of some arrays are. */
export interface ArraysTally {
  readonly jobs: number
  readonly done: number
  readonly failed: number
  /** Bytes of input, by which time left is told. */
  readonly weight: number
  readonly weightDone: number
}

interface CaseTally {
  done: number
  failed: number
  weight: number
}

/** Follows the journals of arrays, for whoever watches a root without being the run. */
export class JournalTally {
  readonly #followers = new Map<string, { file: LineFollower; cases: Map<number, CaseTally> }>()

  /** @param arrays those of one stage */
  of(arrays: readonly FoundArray[]): ArraysTally {
    const sum = { jobs: 0, done: 0, failed: 0, weight: 0, weightDone: 0 }
    for (const { folder, record } of arrays) {
      // What is tried again was counted when it was first submitted.
      if (!record.again) {
        sum.jobs += record.jobs
        sum.weight += record.weight
      }
      for (let index = 0; index < record.tasks; index++)
        for (const one of this.#cases(journalFile(folder, index)).values()) {
          sum.done += one.done
          sum.failed += one.failed
          sum.weightDone += one.weight
        }
    }
    return sum
  }

  #cases(file: string): ReadonlyMap<number, CaseTally> {
    let followed = this.#followers.get(file)
    if (followed === undefined) {
      followed = { file: new LineFollower(file), cases: new Map() }
      this.#followers.set(file, followed)
    }
    for (const text of followed.file.next()) tallyLine(text, followed.cases)
    return followed.cases
  }
}

function tallyLine(text: string, cases: Map<number, CaseTally>): void {
  let line: JournalLine
  try {
    line = JSON.parse(text) as JournalLine
  } catch {
    // Torn by a kill in the middle of a write.
    return
  }
  // A task that was started again goes through its cases again.
  if (line.type === 'begin') cases.set(line.at, { done: 0, failed: 0, weight: 0 })
  if (line.type !== 'outcome') return
  const one = cases.get(line.at)
  if (one !== undefined) countOutcome(one, line.outcome)
}

function countOutcome(one: CaseTally, { status, weight }: JobOutcome): void {
  if (status === 'failed') one.failed++
  else one.done++
  one.weight += weight
}
