import path from 'node:path'
import { balanceSum, type PatientBalance } from '../steps/ingest/sortRecord.ts'
import { rawCases } from './rawCases.ts'
import {
  SORT_BALANCE,
  type SortOptions,
  type SortPlace,
  sortBalanceJob,
  sortJob,
  sortRecords,
} from './sortJobs.ts'
import type { Stages, StagesResult } from './stages.ts'

export interface SortResult extends StagesResult {
  /** How many cases lie below the raw folders. */
  readonly cases: number
  /** What became of the files; undefined when that was not counted. */
  readonly balance: PatientBalance | undefined
}

/**
 * Sorts raw folders and gathers the balance sheet.
 *
 * @param options `isAsked` restricts it to some patients
 */
export async function sortStages(
  stages: Stages,
  place: SortPlace,
  options: SortOptions & { readonly isAsked?: (pid: string) => boolean },
): Promise<SortResult> {
  const { isAsked, ...sorting } = options
  const all = await rawCases(place.roots, place.output, options.pidFrom)
  const cases = isAsked === undefined ? all : all.filter(raw => raw.patients.some(isAsked))
  const outcomes = await stages.stage(
    'sort-by-series-uid',
    cases.map(raw => sortJob(place, raw, sorting)),
  )
  const none: SortResult = { cases: cases.length, balance: undefined, findings: [], results: [] }
  if (stages.stopped || cases.length === 0) return none
  const failed = outcomes.filter(o => o.status === 'failed').map(o => o.case)
  const [last] = await stages.stage('gen-sort-balance', [
    sortBalanceJob(place, failed.sort(), { remake: options.remake ?? false }),
  ])
  if (last === undefined || last.status === 'failed') return none
  return {
    ...none,
    balance: balanceSum(balances(place, new Set(failed))),
    results: [
      { what: 'sorted series', path: place.output },
      { what: 'balance sheet', path: path.join(place.output, SORT_BALANCE) },
    ],
  }
}

function* balances(place: SortPlace, failed: ReadonlySet<string>) {
  for (const [id, record] of sortRecords(place)) if (!failed.has(id)) yield* record.patients
}
