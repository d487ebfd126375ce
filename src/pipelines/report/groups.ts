import { FIGURES, type FigureKey } from '../../core/caseDescription.ts'
import type { CaseSummary, DatasetDescription } from '../../core/datasetDescription.ts'
import { numberText } from '../../core/numberText.ts'
import type { ReportFilter } from '../../core/reportData.ts'
import { figureText } from './figureText.ts'

/** A bar: how many cases, and how to see them. */
export interface Group {
  readonly title: string
  readonly cases: number
  readonly filter: ReportFilter
}

/** Attributes that tell cases apart rather than group them are not counted. */
const MOST_VALUES = 24
const ALWAYS_GROUPS = ['site', 'collection', 'subset']
/** Up to so many different values have a bar each, if they recur; others are put into bins. */
const MOST_SINGLE_BARS = 12
const FEW = 3
const [LEAST_BINS, MOST_BINS] = [5, 16]
/** Spacings that agree in so many digits are one. */
const SAME_DIGITS = 5

/** Counts of one key over the cases, largest first; `''` is shown as a dash. */
function countBy(
  cases: readonly CaseSummary[],
  of: (c: CaseSummary) => readonly string[],
  filter: (value: string) => ReportFilter,
): Group[] {
  const counts = new Map<string, number>()
  for (const c of cases) for (const value of new Set(of(c))) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([value, n]) => ({ title: value === '' ? '—' : value, cases: n, filter: filter(value) }))
}

/** Tables of counts: by the attributes that group cases, and by label. */
export function countedAttributes({ attributes, cases, labels }: DatasetDescription): {
  title: string
  groups: Group[]
}[] {
  const tables = attributes.flatMap(key => {
    const groups = countBy(
      cases,
      c => [c.attributes[key] ?? ''],
      value => ({ kind: 'attribute', key, value, label: `${key}: ${value || '—'}` }),
    )
    const isKey = groups.length > MOST_VALUES || groups.length > Math.max(2, cases.length / 2)
    return groups.length === 0 || (isKey && !ALWAYS_GROUPS.includes(key)) ? [] : [{ title: key, groups }]
  })
  const names = new Map(labels.map(l => [l.shortForm, l.name]))
  const byLabel = countBy(
    cases,
    c => c.labels.filter(l => l.voxels > 0).map(l => l.shortForm),
    value => ({ kind: 'label', value, label: `label: ${names.get(value) ?? value}` }),
  ).map(g => ({ ...g, title: names.get(g.title) ?? g.title }))
  return byLabel.length === 0 ? tables : [...tables, { title: 'label', groups: byLabel }]
}

/** Counts by what is text, such as orientation. */
export const countedTexts = ({ cases }: DatasetDescription, key: string, title: string): Group[] =>
  countBy(
    cases,
    c => (c.texts[key] === undefined ? [] : [c.texts[key]]),
    value => ({ kind: 'text', key, value, label: `${title}: ${value}` }),
  )

export interface FigureHistogram {
  readonly key: FigureKey
  readonly bars: readonly Group[]
  /** Whether each bar is one value. */
  readonly single: boolean
  readonly ends: readonly [string, string]
  readonly cases: number
}

/** The histogram of a figure; undefined where no case has it. */
export function figureHistogram(cases: readonly CaseSummary[], key: FigureKey): FigureHistogram | undefined {
  const values = cases.flatMap(c => {
    const value = c.figures[key]
    return value === undefined || !Number.isFinite(value) ? [] : [value]
  })
  if (values.length === 0) return undefined
  const bins = singleValues(values) ?? equalBins(values)
  const { title } = FIGURES[key]
  const bars = bins.map(({ from, to, closed, single }): Group => {
    const inside = values.filter(v => v >= from && (closed ? v <= to : v < to)).length
    const range = single ? figureText(key, from) : `${numberText(from)} to ${figureText(key, to)}`
    return {
      title: range,
      cases: inside,
      filter: { kind: 'figure', key, from, to, closed, label: `${title}: ${range}` },
    }
  })
  return {
    key,
    bars,
    single: bins[0]!.single,
    ends: [numberText(bins[0]!.from), numberText(bins.at(-1)!.to)],
    cases: values.length,
  }
}

interface Bin {
  readonly from: number
  readonly to: number
  readonly closed: boolean
  readonly single: boolean
}

/** A bin a value where there are few; undefined where there are many. */
function singleValues(values: readonly number[]): Bin[] | undefined {
  const near = new Map<number, { from: number; to: number }>()
  const most = Math.min(MOST_SINGLE_BARS, Math.max(FEW, values.length / 2))
  for (const v of values) {
    const key = Number(v.toPrecision(SAME_DIGITS))
    const bin = near.get(key)
    if (bin === undefined) near.set(key, { from: v, to: v })
    else {
      bin.from = Math.min(bin.from, v)
      bin.to = Math.max(bin.to, v)
    }
    if (near.size > most) return undefined
  }
  return [...near]
    .sort(([a], [b]) => a - b)
    .map(([, { from, to }]) => ({ from, to, closed: true, single: true }))
}

/** Bins of equal width with round borders that hold all values. */
function equalBins(values: readonly number[]): Bin[] {
  const low = values.reduce((a, b) => Math.min(a, b))
  const high = values.reduce((a, b) => Math.max(a, b))
  const wanted = Math.max(LEAST_BINS, Math.min(MOST_BINS, Math.ceil(2 * Math.cbrt(values.length))))
  const rough = (high - low) / wanted
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * (rough / power <= 1 ? 1 : rough / power <= 2 ? 2 : rough / power <= 5 ? 5 : 10)
  const first = Math.floor(low / step)
  const last = Math.max(first, Math.ceil(high / step) - 1)
  const border = (n: number) => Number((n * step).toPrecision(12))
  return Array.from({ length: last - first + 1 }, (_, i) => ({
    // A value may lie beyond the outermost border by less than a division or twelve digits can tell.
    from: i === 0 ? Math.min(low, border(first)) : border(first + i),
    to: first + i === last ? Math.max(high, border(last + 1)) : border(first + i + 1),
    closed: first + i === last,
    single: false,
  }))
}
