import type { FigureKey } from '../../src/core/caseDescription.ts'
import { VERDICTS } from '../../src/core/verdict.ts'
import type { CaseRow, DatasetReply } from '../../src/server/api.ts'

/** A property of cases with few values, by which they are chosen. */
export interface Facet {
  readonly key: string
  readonly title: string
  readonly values: readonly { readonly value: string; readonly count: number }[]
}

export interface CaseQuery {
  readonly text: string
  /** Values asked for, by facet; a facet without values asks for nothing. */
  readonly facets: ReadonlyMap<string, ReadonlySet<string>>
  /** `case`, `attribute:NAME`, `figure:KEY`, `severity`, `verdict` */
  readonly sortBy: string
  readonly descending: boolean
}

export const NO_QUERY: CaseQuery = { text: '', facets: new Map(), sortBy: 'case', descending: false }

const MOST_VALUES = 24
const SEVERITIES = ['none', 'info', 'warning', 'high', 'error'] as const
export const NOT_JUDGED = 'not judged'

const severityOf = (row: CaseRow): string => (row.failed ? 'error' : (row.severity ?? 'none'))

/** The values that a case has of a facet: several for labels. */
function valuesOf(row: CaseRow, key: string): readonly string[] {
  if (key === 'label') return row.labels.length > 0 ? row.labels : ['none']
  if (key === 'severity') return [severityOf(row)]
  if (key === 'verdict') return [row.verdict ?? NOT_JUDGED]
  const name = key.slice(key.indexOf(':') + 1)
  const value = key.startsWith('split:') ? row.subsets[name] : row.attributes[name]
  return [value === undefined || value === '' ? 'none' : value]
}

const ORDERS: Readonly<Record<string, readonly string[]>> = {
  severity: [...SEVERITIES].reverse(),
  verdict: [NOT_JUDGED, ...VERDICTS],
}

const byNumber = new Intl.Collator('en', { numeric: true }).compare

function facetOf(rows: readonly CaseRow[], key: string, title: string): Facet {
  const counts = new Map<string, number>()
  for (const row of rows)
    for (const value of valuesOf(row, key)) counts.set(value, (counts.get(value) ?? 0) + 1)
  const order = ORDERS[key]
  const rank = (value: string) => order?.indexOf(value) ?? 0
  const values = [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => rank(a.value) - rank(b.value) || byNumber(a.value, b.value))
  return { key, title, values }
}

/** The facets in which cases differ: attributes and splits of few values, labels, severity and verdict. */
export function facetsOf(rows: readonly CaseRow[], dataset: DatasetReply): Facet[] {
  const some = [
    ...dataset.attributes.map(name => facetOf(rows, `attribute:${name}`, name)),
    ...dataset.splits.map(name => facetOf(rows, `split:${name}`, `Split ${name}`)),
    facetOf(rows, 'label', 'Label'),
    facetOf(rows, 'severity', 'Worst finding'),
  ].filter(f => f.values.length > 1 && f.values.length <= MOST_VALUES)
  return [facetOf(rows, 'verdict', 'Verdict'), ...some]
}

/** What the words that are typed are looked for in. */
export const searchText = (row: CaseRow): string =>
  [row.case, ...Object.values(row.attributes), ...row.labels, ...row.codes].join(' ').toLowerCase()

type Key = number | string | undefined

function sortKey(row: CaseRow, sortBy: string): Key {
  if (sortBy === 'severity') return SEVERITIES.indexOf(severityOf(row) as (typeof SEVERITIES)[number])
  if (sortBy === 'verdict') return ORDERS.verdict!.indexOf(row.verdict ?? NOT_JUDGED)
  if (sortBy.startsWith('figure:')) return row.figures[sortBy.slice(7) as FigureKey]
  return sortBy.startsWith('attribute:') ? row.attributes[sortBy.slice(10)] : row.case
}

function inOrder(a: Key, b: Key): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return byNumber(String(a), String(b))
}

/**
 * The cases that are asked for, in order. Every typed word must occur; a case without the figure that is sorted by comes
 * last, whichever way the order goes.
 *
 * @param texts `searchText` of each row
 * @returns positions in `rows`
 */
export function findCases(rows: readonly CaseRow[], texts: readonly string[], query: CaseQuery): number[] {
  const words = query.text.toLowerCase().split(/\s+/).filter(Boolean)
  const asked = [...query.facets].filter(([, values]) => values.size > 0)
  const found: number[] = []
  for (let i = 0; i < rows.length; i++)
    if (
      words.every(word => texts[i]!.includes(word)) &&
      asked.every(([key, values]) => valuesOf(rows[i]!, key).some(value => values.has(value)))
    )
      found.push(i)
  const keys = new Map(found.map(i => [i, sortKey(rows[i]!, query.sortBy)]))
  const way = query.descending ? -1 : 1
  return found.sort((a, b) => {
    const [x, y] = [keys.get(a), keys.get(b)]
    if (x === undefined || y === undefined) return x === y ? a - b : x === undefined ? 1 : -1
    return way * inOrder(x, y) || a - b
  })
}
