import type { FigureKey } from '../../src/core/caseDescription.ts'
import type { ReportCase, ReportData, ReportFilter } from '../../src/core/reportData.ts'

export type SortKey = 'order' | 'name' | 'severity' | FigureKey

const SEVERITIES = ['info', 'warning', 'high', 'error']

/** 0: no finding; 4: one of the worst, or a step that failed. */
export const severityLevel = (c: ReportCase): number =>
  c.failures.length > 0
    ? SEVERITIES.length
    : Math.max(0, ...c.findings.map(f => SEVERITIES.indexOf(f.severity) + 1))

/** Filters that take the place of each other: of one kind and key. */
export const placeOf = (f: ReportFilter): string => ('key' in f ? `${f.kind} ${f.key}` : f.kind)

function matches(c: ReportCase, at: number, f: ReportFilter): boolean {
  switch (f.kind) {
    case 'figure': {
      const value = c.figures[f.key]
      // The page has fewer digits than the borders of the bars.
      const slack = 1e-6 * Math.max(Math.abs(f.from), Math.abs(f.to))
      if (value === undefined || value < f.from - slack) return false
      return f.closed ? value <= f.to + slack : value < f.to - slack
    }
    case 'text':
      return c.texts[f.key] === f.value
    case 'attribute':
      return (c.attributes[f.key] ?? '') === f.value
    case 'split':
      return c.splits[f.key] === f.value
    case 'label':
      return c.labels.some(l => l.shortForm === f.value && l.voxels > 0)
    case 'finding':
      return c.findings.some(found => found.code === f.value)
    case 'severity':
      return c.findings.some(found => found.severity === f.value)
    case 'cases':
      return f.value.includes(at)
    case 'failed':
      return c.failures.length > 0
  }
}

/** Which cases are shown, and in which order. */
export class Selection {
  readonly #data: ReportData
  readonly #listeners: (() => void)[] = []
  readonly #texts: readonly string[]
  #filters: ReportFilter[] = []
  #words: readonly string[] = []
  #sort: SortKey = 'order'
  #descending = false
  #shown: readonly number[]

  constructor(data: ReportData) {
    this.#data = data
    this.#texts = data.cases.map(c =>
      [c.id, ...Object.values(c.attributes), ...c.findings.map(f => f.code), ...c.labels.map(l => l.name)]
        .join(' ')
        .toLowerCase(),
    )
    this.#shown = data.cases.map((_, at) => at)
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  get filters(): readonly ReportFilter[] {
    return this.#filters
  }

  get text(): string {
    return this.#words.join(' ')
  }

  get sort(): SortKey {
    return this.#sort
  }

  get descending(): boolean {
    return this.#descending
  }

  /** Places of the cases that are shown, in order. */
  get shown(): readonly number[] {
    return this.#shown
  }

  /** Shows what fits this filter, whatever was chosen before. */
  only(filter: ReportFilter): void {
    this.#words = []
    this.#filters = [filter]
    this.#update()
  }

  /** Adds a filter, in place of one of its kind. */
  add(filter: ReportFilter): void {
    this.#filters = [...this.#filters.filter(f => placeOf(f) !== placeOf(filter)), filter]
    this.#update()
  }

  remove(place: string): void {
    this.#filters = this.#filters.filter(f => placeOf(f) !== place)
    this.#update()
  }

  clear(): void {
    this.#filters = []
    this.#words = []
    this.#update()
  }

  search(text: string): void {
    this.#words = text
      .toLowerCase()
      .split(/\s+/)
      .filter(word => word !== '')
    this.#update()
  }

  order(sort: SortKey, descending: boolean): void {
    this.#sort = sort
    this.#descending = descending
    this.#update()
  }

  #update(): void {
    const { cases } = this.#data
    const shown = cases.flatMap((c, at) =>
      this.#words.every(word => this.#texts[at]!.includes(word)) &&
      this.#filters.every(f => matches(c, at, f))
        ? [at]
        : [],
    )
    this.#shown = this.#sorted(shown)
    for (const listener of this.#listeners) listener()
  }

  #sorted(places: number[]): number[] {
    const { cases } = this.#data
    const sign = this.#descending ? -1 : 1
    const key = this.#sort
    if (key === 'order') return this.#descending ? places.reverse() : places
    if (key === 'name')
      return places.sort(
        (a, b) => sign * cases[a]!.name.localeCompare(cases[b]!.name, 'en', { numeric: true }),
      )
    const value = (at: number) => (key === 'severity' ? severityLevel(cases[at]!) : cases[at]!.figures[key])
    return places.sort((a, b) => {
      const [x, y] = [value(a), value(b)]
      // What has no such figure comes last either way.
      if (x === undefined || y === undefined)
        return Number(x === undefined) - Number(y === undefined) || a - b
      return sign * (x - y) || a - b
    })
  }
}
