import { heldBackJson } from '../../artifacts/heldBackJson.ts'
import { workbook } from '../../artifacts/workbook.ts'
import { defineStep, each, one, type Zod } from '../../engine/step.ts'
import type { Cell } from '../../formats/table/cell.ts'
import type { ColumnSpec, WorksheetSpec } from '../../formats/table/worksheetSpec.ts'
import { receiptFindings } from '../check/receiptFindings.ts'
import { findingsSheet } from '../findingsSheet.ts'
import { balanceSum, type PatientBalance, requireBalance, type SortRecord } from './sortRecord.ts'

const params = (z: Zod) =>
  z.object({
    failed: z.array(z.string()).default([]).describe('Cases that could not be sorted.'),
  })

type Records = Readonly<Record<string, () => SortRecord>>

/** Rows of a worksheet in Excel, less the header. */
const MOST_ROWS = 1_048_575

export const genSortBalance = defineStep({
  name: 'gen-sort-balance',
  version: 1,
  summary: 'Lists what became of every raw file: copied, a duplicate, or skipped and why.',
  per: 'dataset',
  params,
  inputs: {
    records: each(heldBackJson<SortRecord>(), 'state.record'),
    upstream: each(receiptFindings, 'state.receipt'),
  },
  outputs: { balance: one(workbook, 'sorted.balance') },
  memory: () => 300e6,
  run({ records, upstream }, { failed }) {
    return {
      balance: {
        sheets: [
          balanceSheet(records, failed),
          seriesSheet(records),
          skippedSheet(records),
          findingsSheet(Object.values(upstream).flat()),
        ],
      },
    }
  },
})

const text = (...names: string[]): ColumnSpec[] => names.map(name => ({ name, kind: 'text' }))
const numbers = (...names: string[]): ColumnSpec[] => names.map(name => ({ name, kind: 'number' }))

function balanceSheet(records: Records, failed: readonly string[]): WorksheetSpec {
  return {
    name: 'Balance',
    columns: [
      ...text('pid', 'raw_folder'),
      ...numbers('read', 'copied', 'duplicates', 'skipped', 'series'),
      ...text('status'),
    ],
    rows: balanceRows(records, failed),
  }
}

function* balanceRows(records: Records, failed: readonly string[]): Generator<Cell[]> {
  const sums: PatientBalance[] = []
  let series = 0
  for (const load of Object.values(records)) {
    const record = load()
    for (const balance of record.patients) {
      requireBalance(balance.pid ?? record.folders.join(', '), balance)
      const own = record.series.filter(s => s.pid === balance.pid).length
      series += own
      yield [balance.pid ?? '', record.folders.join(', '), ...counts(balance), own, 'sorted']
    }
    sums.push(balanceSum(record.patients))
  }
  for (const name of failed) yield [name, '', null, null, null, null, null, 'failed: see Findings']
  const sum = balanceSum(sums)
  requireBalance('the sum of all patients', sum)
  yield ['all', '', ...counts(sum), series, failed.length === 0 ? 'sorted' : `${failed.length} failed`]
}

const counts = (b: PatientBalance): number[] => [b.read, b.copied, b.duplicates, b.skipped]

function seriesSheet(records: Records): WorksheetSpec {
  return {
    name: 'Series',
    columns: [
      ...text('pid', 'SeriesInstanceUID', 'modality', 'ImageType'),
      ...numbers('instances'),
      ...text('rows', 'columns', 'spacing_mm'),
      ...numbers('slices'),
    ],
    rows: atMost(MOST_ROWS, seriesRows(records)),
  }
}

function* seriesRows(records: Records): Generator<Cell[]> {
  for (const load of Object.values(records))
    for (const s of load().series)
      yield [
        s.pid,
        s.seriesInstanceUid,
        s.modality,
        s.imageType,
        s.instances,
        s.rows,
        s.columns,
        s.spacing,
        s.slices,
      ]
}

function skippedSheet(records: Records): WorksheetSpec {
  return {
    name: 'Skipped',
    columns: text('pid', 'file_path', 'reason', 'message', 'remedy'),
    rows: atMost(MOST_ROWS, skippedRows(records)),
  }
}

function* skippedRows(records: Records): Generator<Cell[]> {
  for (const load of Object.values(records))
    for (const s of load().skipped) yield [s.pid ?? '', s.path, s.reason, s.message, s.remedy]
}

/** The rows as far as a worksheet can hold them; the last one says how many are left out. */
export function* atMost(most: number, rows: Iterable<Cell[]>): Generator<Cell[]> {
  let count = 0
  for (const row of rows) if (++count < most) yield row
  if (count >= most) yield [`… and ${count - most + 1} more rows, which the records in .voxmill/records list`]
}
