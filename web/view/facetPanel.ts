import type { Facet } from './caseFilter.ts'
import { element } from './element.ts'

/** The boxes to tick, a group for each facet. */
export class FacetPanel {
  readonly #box: HTMLElement
  readonly #chosen = new Map<string, Set<string>>()

  onChange: () => void = () => {}

  constructor(box: HTMLElement) {
    this.#box = box
  }

  get chosen(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#chosen
  }

  /** How many values are ticked. */
  get count(): number {
    return [...this.#chosen.values()].reduce((sum, values) => sum + values.size, 0)
  }

  show(facets: readonly Facet[]): void {
    const focused = document.activeElement?.id
    this.#box.replaceChildren(
      ...facets.map((facet, f) =>
        element(
          'fieldset',
          {},
          element('legend', {}, facet.title),
          ...facet.values.map(({ value, count }, v) =>
            this.#tick(facet.key, value, count, `facet-${f}-${v}`),
          ),
        ),
      ),
      element('button', { type: 'button', onclick: () => this.clear() }, 'Clear filters'),
    )
    if (focused?.startsWith('facet-')) document.getElementById(focused)?.focus()
  }

  clear(): void {
    this.#chosen.clear()
    for (const box of this.#box.querySelectorAll('input')) box.checked = false
    this.onChange()
  }

  #tick(key: string, value: string, count: number, id: string): HTMLElement {
    const values = this.#chosen.get(key) ?? new Set()
    this.#chosen.set(key, values)
    const box = element('input', { type: 'checkbox', id, checked: values.has(value) })
    box.addEventListener('change', () => {
      if (box.checked) values.add(value)
      else values.delete(value)
      this.onChange()
    })
    return element(
      'label',
      {},
      box,
      element('span', {}, value),
      element('span', { class: 'tally' }, String(count)),
    )
  }
}
