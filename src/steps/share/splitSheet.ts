import { UsageError } from '../../core/fault.ts'
import { type Finding, finding } from '../../core/finding.ts'
import {
  type Assignment,
  acrossSitesSplit,
  patientsInSeveralSubsets,
  predefinedSplit,
  type SplitRow,
} from '../../core/split.ts'
import type { Verdict } from '../../core/verdict.ts'
import type { Cell } from '../../formats/table/cell.ts'
import type { Table } from '../../formats/table/table.ts'
import { columnIndex } from '../../formats/table/table.ts'
import type { WorksheetSpec } from '../../formats/table/worksheetSpec.ts'
import { rowVerdicts } from './rowVerdicts.ts'

/** Which columns of the main worksheet a split goes by. */
export interface SplitColumns {
  readonly id: string
  readonly site: string
  readonly collection: string
  readonly subset: string
  /** Column that tells patients apart; undefined when the profile does not say. */
  readonly patient?: string | undefined
}

export type SplitRule =
  | {
      readonly method: 'predefined'
      readonly name: string
      readonly sites?: readonly string[] | undefined
      readonly collections?: readonly string[] | undefined
    }
  | {
      readonly method: 'across-sites'
      readonly name: string
      readonly keepSites: readonly string[]
      readonly testRatio: number
      readonly valRatio: number
      readonly seed: number
      readonly groupBy?: string | undefined
      readonly stratifyBy?: readonly string[] | undefined
    }

interface TableRow extends SplitRow {
  readonly cells: readonly Cell[]
}

/**
 * A split of the main worksheet as a worksheet: the subset first, under the split's name, then all columns.
 *
 * @param standing verdicts by case: rejected samples are left out, before anything is shuffled
 * @throws UsageError when there is nothing to split
 */
export function splitSheet(
  main: Table,
  rule: SplitRule,
  columns: SplitColumns,
  standing: ReadonlyMap<string, Verdict> = new Map(),
): { sheet: WorksheetSpec; findings: Finding[] } {
  const rows = splitRows(main, columns)
  const verdicts = verdictsOf(main, rows, columns, standing)
  const isRejected = (row: TableRow) => verdicts.get(row)?.verdict === 'reject'
  // Of a predefined split those are told that it would have had. What a shuffle would have made of the others, no one knows.
  const asked = rule.method === 'predefined' ? assign(rows, rule).map(a => a.row) : rows
  const rejected = asked.filter(isRejected)
  if (rejected.length > 0 && rejected.length === asked.length)
    throw new UsageError(`all ${rejected.length} samples of the split ${rule.name} were rejected`, {
      remedy: 'Judge some of them anew in `voxmill view`, or make the split without --respect_verdicts.',
    })
  const assignments =
    rule.method === 'predefined'
      ? assign(rows, rule).filter(a => !isRejected(a.row))
      : assign(
          rows.filter(row => !isRejected(row)),
          rule,
        )
  const sheet: WorksheetSpec = {
    name: rule.name,
    columns: [{ name: rule.name, kind: 'text' }, ...main.columns.map(name => ({ name }))],
    rows: assignments.map(({ row, subset }) => [subset, ...row.cells]),
  }
  const needWork = assignments.filter(({ row }) => verdicts.get(row)?.verdict === 'needs-work')
  return {
    sheet,
    findings: [
      ...rejected.map(row => rejectedSample(row, verdicts.get(row)!)),
      ...samplesNeedingWork(
        rule.name,
        needWork.map(({ row }) => row.id),
      ),
      ...(columns.patient === undefined ? [] : patientsInSeveralSubsets(assignments, columns.patient)),
    ],
  }
}

function verdictsOf(
  main: Table,
  rows: readonly TableRow[],
  columns: SplitColumns,
  standing: ReadonlyMap<string, Verdict>,
): Map<TableRow, Verdict> {
  if (standing.size === 0) return new Map()
  const { byRow } = rowVerdicts(main, columns.id, standing)
  return new Map(rows.flatMap((row, i) => (byRow[i] === undefined ? [] : [[row, byRow[i]]])))
}

/** Without who said so and why: a finding goes into receipts and reports, and `voxmill verdicts` lists both. */
const rejectedSample = ({ id }: TableRow, { at }: Verdict): Finding =>
  finding('sample-rejected', id, `${id} is left out: it was rejected on ${at.slice(0, 10)}`)

const MOST_NAMED = 5

function samplesNeedingWork(split: string, ids: readonly string[]): Finding[] {
  if (ids.length === 0) return []
  const named = `${ids.slice(0, MOST_NAMED).join(', ')}${ids.length > MOST_NAMED ? ', …' : ''}`
  const message = `${ids.length} of its samples need work: ${named}`
  return [finding('sample-needs-work', split, message, { numbers: { samples: ids.length } })]
}

function splitRows(main: Table, columns: SplitColumns): TableRow[] {
  const at = (name: string) => columnIndex(main, name)
  const [id, site, collection, subset] = [
    at(columns.id),
    at(columns.site),
    at(columns.collection),
    at(columns.subset),
  ]
  const text = (cell: Cell | undefined) => (cell === null || cell === undefined ? '' : String(cell).trim())
  return main.rows.map(cells => ({
    id: text(cells[id]),
    site: text(cells[site]),
    collection: text(cells[collection]),
    subset: text(cells[subset]),
    values: Object.fromEntries(main.columns.map((name, i) => [name, text(cells[i])])),
    cells,
  }))
}

function assign(rows: readonly TableRow[], rule: SplitRule): Assignment<TableRow>[] {
  if (rule.method === 'predefined') {
    const every = (of: (row: TableRow) => string) => [...new Set(rows.map(of))]
    return predefinedSplit(rows, {
      sites: rule.sites ?? every(r => r.site),
      collections: rule.collections ?? every(r => r.collection),
    })
  }
  const present = new Set(rows.map(r => r.site))
  return acrossSitesSplit(rows, {
    keepSites: rule.keepSites.filter(site => present.has(site)),
    testRatio: rule.testRatio,
    valRatio: rule.valRatio,
    seed: rule.seed,
    ...(rule.groupBy === undefined ? {} : { groupBy: rule.groupBy }),
    ...(rule.stratifyBy === undefined ? {} : { stratifyBy: rule.stratifyBy }),
  })
}

/**
 * The rows of a split worksheet that are in one of the subsets, as the only worksheet of an index manifest.
 *
 * @throws UsageError naming the subsets that no row has, and those that there are.
 */
export function indexSheet(split: Table, name: string, subsets: readonly string[]): WorksheetSpec {
  const at = columnIndex(split, name)
  const there = [...new Set(split.rows.map(r => String(r[at] ?? '')))]
  const missing = subsets.filter(s => !there.includes(s))
  if (missing.length > 0)
    throw new UsageError(`no row of the split ${name} is ${missing.join(' or ')}`, {
      remedy: `The split has ${there.join(', ') || 'no rows'}; name those with --subsets. Nothing was written.`,
    })
  return {
    name,
    columns: split.columns.map(column => ({ name: column })),
    rows: split.rows.filter(r => subsets.includes(String(r[at] ?? ''))),
  }
}

/** Whether the rows of a split are still those of the main worksheet, which may have been made anew since. */
export function outdatedSplit(split: Table, main: Table, name: string): Finding[] {
  const shared = main.columns.filter(column => column !== '' && split.columns.includes(column))
  const picked = (table: Table) => {
    const at = shared.map(column => table.columns.indexOf(column))
    return table.rows.map(row => JSON.stringify(at.map(i => row[i] ?? null)))
  }
  const there = new Set(picked(main))
  const gone = picked(split).filter(row => !there.has(row)).length
  if (gone === 0) return []
  const message = `${gone} of its ${split.rows.length} rows are no longer in the worksheet ${main.name} as they stand`
  return [finding('worksheet-outdated', name, message, { numbers: { rows: gone } })]
}

/** File name of an index manifest: the split and its subsets in the order given. */
export const indexFileName = (split: string, subsets: readonly string[]): string =>
  `${[split, ...subsets].join('_')}.xlsx`
