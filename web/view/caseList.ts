import type { CaseRow } from '../../src/server/api.ts'
import { element } from './element.ts'

const ROW = 52
/** Rows beyond the visible ones that are kept, so that scrolling finds them drawn. */
const BEYOND = 8

const VERDICT_SIGNS = {
  accept: { sign: '✓', words: 'accepted' },
  reject: { sign: '✕', words: 'rejected' },
  'needs-work': { sign: '!', words: 'needs work' },
} as const

export interface ListedCase {
  readonly row: CaseRow
  /** The value that is sorted by, where it is none that the row shows anyway. */
  readonly sorted: string
}

/** The list of cases: of thousands of rows only those in sight are in the page. */
export class CaseList {
  readonly #box: HTMLElement
  readonly #tall = element('div', { class: 'tall', role: 'presentation' })
  #listed: readonly ListedCase[] = []
  #current: string | undefined
  #drawn = new Map<number, HTMLElement>()

  /** Hears which case was picked. */
  onPick: (id: string) => void = () => {}

  constructor(box: HTMLElement) {
    this.#box = box
    box.append(this.#tall)
    box.addEventListener('scroll', () => this.#draw())
    new ResizeObserver(() => this.#draw()).observe(box)
    box.addEventListener('click', event => {
      const row = (event.target as Element).closest<HTMLElement>('[data-id]')
      if (row) this.onPick(row.dataset.id!)
    })
  }

  /** @param listed in the order of the list */
  show(listed: readonly ListedCase[]): void {
    this.#listed = listed
    this.#tall.style.height = `${listed.length * ROW}px`
    this.refresh()
  }

  /** Draws the rows anew, after something in them changed. */
  refresh(): void {
    for (const row of this.#drawn.values()) row.remove()
    this.#drawn.clear()
    this.#draw()
  }

  get ids(): readonly string[] {
    return this.#listed.map(({ row }) => row.id)
  }

  set current(id: string) {
    this.#current = id
    const at = this.#listed.findIndex(({ row }) => row.id === id)
    if (at >= 0) {
      const [top, bottom] = [at * ROW, (at + 1) * ROW]
      const { scrollTop, clientHeight } = this.#box
      if (top < scrollTop) this.#box.scrollTop = top
      else if (bottom > scrollTop + clientHeight) this.#box.scrollTop = bottom - clientHeight
    }
    this.refresh()
  }

  #draw(): void {
    const first = Math.max(0, Math.floor(this.#box.scrollTop / ROW) - BEYOND)
    const last = Math.min(
      this.#listed.length,
      Math.ceil((this.#box.scrollTop + this.#box.clientHeight) / ROW) + BEYOND,
    )
    for (const [at, row] of this.#drawn)
      if (at < first || at >= last) {
        row.remove()
        this.#drawn.delete(at)
      }
    this.#box.removeAttribute('aria-activedescendant')
    for (let at = first; at < last; at++) {
      let row = this.#drawn.get(at)
      if (row === undefined) {
        row = this.#row(at)
        this.#drawn.set(at, row)
        this.#tall.append(row)
      }
      if (row.dataset.id === this.#current) this.#box.setAttribute('aria-activedescendant', row.id)
    }
  }

  #row(at: number): HTMLElement {
    const { row, sorted } = this.#listed[at]!
    const name = shortCase(row.case)
    // What the name says already is not said again.
    const attributes = Object.values(row.attributes).filter(value => value !== '' && !name.includes(value))
    const made = element(
      'div',
      {
        class: 'case',
        role: 'option',
        id: `case-${at}`,
        'data-id': row.id,
        'aria-selected': row.id === this.#current ? 'true' : 'false',
        'aria-setsize': this.#listed.length,
        'aria-posinset': at + 1,
        title: row.case,
      },
      element('span', { class: 'case-name' }, name),
      verdictSign(row),
      element('span', { class: 'case-more' }, attributes.join(' · ')),
      element('span', { class: 'case-sorted' }, sorted),
      severitySign(row),
    )
    made.style.transform = `translateY(${at * ROW}px)`
    return made
  }
}

/** The last part of a case's id, which tells it from others of its folder. */
export const shortCase = (id: string): string => id.slice(id.lastIndexOf('/') + 1)

function verdictSign({ verdict }: CaseRow): HTMLElement {
  if (verdict === null) return element('span', { class: 'case-verdict' })
  const { sign, words } = VERDICT_SIGNS[verdict]
  return element('span', { class: `case-verdict ${verdict}`, role: 'img', 'aria-label': words }, sign)
}

function severitySign({ severity, findings, failed }: CaseRow): HTMLElement {
  if (failed) return element('span', { class: 'severity error' }, 'failed')
  if (severity === null) return element('span', { class: 'severity' })
  return element(
    'span',
    {
      class: `severity ${severity}`,
      'aria-label': `${findings} finding${findings === 1 ? '' : 's'}, worst ${severity}`,
    },
    findings > 1 ? `${severity} ${findings}` : severity,
  )
}
