import type { ReportData, ReportFilter } from '../../src/core/reportData.ts'
import { byId, element } from './element.ts'
import { placeOf, type Selection, type SortKey } from './selection.ts'

/** A list to choose from is no help with more values than these, nor where nearly every case has its own. */
const MOST_VALUES = 40
const ALWAYS_GROUPS = ['site', 'collection', 'subset']
const WAIT_MS = 120

/** The row of search, filters and order above the wall, and the filters that are on. */
export class Controls {
  readonly #data: ReportData
  readonly #selection: Selection
  readonly #search = element('input', {
    type: 'search',
    id: 'search',
    autocomplete: 'off',
    spellcheck: 'false',
  })
  readonly #choices = new Map<string, { select: HTMLSelectElement; filters: readonly ReportFilter[] }>()
  readonly #sort = element('select', { id: 'sort' })
  readonly #direction = element('button', { type: 'button', class: 'action', id: 'direction' })

  constructor(data: ReportData, selection: Selection) {
    this.#data = data
    this.#selection = selection
    const form = byId('controls')
    form.append(
      field('Search', this.#search),
      ...this.#filterLists(),
      field('Sort by', this.#sort),
      element('div', { class: 'field' }, this.#direction),
    )
    this.#fillSort()
    form.addEventListener('submit', event => event.preventDefault())
    let waiting = 0
    this.#search.addEventListener('input', () => {
      clearTimeout(waiting)
      waiting = window.setTimeout(() => selection.search(this.#search.value), WAIT_MS)
    })
    this.#sort.addEventListener('change', () =>
      selection.order(this.#sort.value as SortKey, selection.descending),
    )
    this.#direction.addEventListener('click', () => selection.order(selection.sort, !selection.descending))
    selection.onChange(() => this.#tell())
    this.#tell()
  }

  #filterLists(): HTMLElement[] {
    const data = this.#data
    const values = (key: string) =>
      [...new Set(data.cases.map(c => c.attributes[key] ?? ''))].sort((a, b) => a.localeCompare(b, 'en'))
    const attributes = data.attributes.flatMap(key => {
      const all = values(key)
      const isKey = all.length > data.cases.length / 2 && !ALWAYS_GROUPS.includes(key)
      if (all.length < 2 || all.length > MOST_VALUES || isKey) return []
      return this.#choice(
        key,
        all.map(value => ({
          title: value || '—',
          filter: { kind: 'attribute', key, value, label: `${key}: ${value || '—'}` } as const,
        })),
      )
    })
    const split = data.splits.flatMap(key =>
      [...new Set(data.cases.flatMap(c => c.splits[key] ?? []))].map(value => ({
        title: `${key}: ${value}`,
        filter: { kind: 'split', key, value, label: `${key}: ${value}` } as const,
      })),
    )
    const label = data.labels.map(({ shortForm, name }) => ({
      title: name,
      filter: { kind: 'label', value: shortForm, label: `label: ${name}` } as const,
    }))
    const finding = data.codes.map(({ code, cases }) => ({
      title: `${code} (${cases})`,
      filter: { kind: 'finding', value: code, label: `finding: ${code}` } as const,
    }))
    return [
      ...attributes,
      ...(split.length > 0 ? this.#choice('split', split) : []),
      ...(label.length > 1 ? this.#choice('label', label) : []),
      ...(finding.length > 0 ? this.#choice('finding', finding) : []),
    ]
  }

  #choice(title: string, options: readonly { title: string; filter: ReportFilter }[]): HTMLElement[] {
    const select = element(
      'select',
      { id: `choose-${this.#choices.size}` },
      element('option', { value: '' }, 'all'),
    )
    select.append(...options.map((option, at) => element('option', { value: at }, option.title)))
    const filters = options.map(o => o.filter)
    this.#choices.set(title, { select, filters })
    const places = new Set(filters.map(placeOf))
    select.addEventListener('change', () => {
      const chosen = select.value
      for (const { place } of this.#placed(places)) this.#selection.remove(place)
      if (chosen !== '') this.#selection.add(filters[Number(chosen)]!)
    })
    return [field(title, select)]
  }

  #placed(places: ReadonlySet<string>): { place: string }[] {
    return this.#selection.filters.map(f => ({ place: placeOf(f) })).filter(({ place }) => places.has(place))
  }

  #fillSort(): void {
    const options: readonly (readonly [SortKey, string])[] = [
      ['order', 'order of the data set'],
      ['name', 'name'],
      ['severity', 'severity of findings'],
      ...this.#data.figures.map(
        ({ key, title, unit }) => [key, unit === '' ? title : `${title} (${unit})`] as const,
      ),
    ]
    this.#sort.append(...options.map(([value, title]) => element('option', { value }, title)))
  }

  /** Shows what is chosen, wherever it was chosen. */
  #tell(): void {
    const { filters, sort, descending, text } = this.#selection
    if (text !== this.#search.value.toLowerCase().trim().replaceAll(/\s+/g, ' ')) this.#search.value = text
    this.#sort.value = sort
    this.#direction.textContent = descending ? '↓ descending' : '↑ ascending'
    this.#direction.setAttribute('aria-label', `Direction: ${descending ? 'descending' : 'ascending'}`)
    for (const { select, filters: options } of this.#choices.values()) {
      const at = options.findIndex(o => filters.some(f => JSON.stringify(f) === JSON.stringify(o)))
      select.value = at < 0 ? '' : String(at)
    }
    const chips = filters.map(f => {
      const chip = element(
        'button',
        { type: 'button', class: 'chip', 'aria-label': `Remove the filter ${f.label}` },
        f.label,
      )
      chip.addEventListener('click', () => this.#selection.remove(placeOf(f)))
      return chip
    })
    const clear = element('button', { type: 'button', class: 'chip clear' }, 'Show all')
    clear.addEventListener('click', () => this.#selection.clear())
    byId('chips').replaceChildren(...chips, ...(filters.length > 0 || text !== '' ? [clear] : []))
  }
}

const field = (title: string, control: HTMLElement): HTMLElement =>
  element('div', { class: 'field' }, element('label', { for: control.id }, title), control)
