import { numberText } from '../../src/core/numberText.ts'
import type { ReportCase, ReportData } from '../../src/core/reportData.ts'
import { byId, element } from './element.ts'
import type { PictureStore } from './pictureStore.ts'
import { type Selection, severityLevel } from './selection.ts'

/** Pictures are made when their card comes so near to the window. */
const AHEAD = '500px'
const LEVELS = ['', 'info', 'warning', 'high', 'error'] as const

/** The cards of all cases; pictures are made as they are looked at. */
export class Wall {
  readonly #data: ReportData
  readonly #selection: Selection
  readonly #pictures: PictureStore
  readonly #list = byId('cards')
  readonly #cards: readonly HTMLElement[]
  readonly #watcher: IntersectionObserver
  #current = 0

  constructor(data: ReportData, selection: Selection, pictures: PictureStore, open: (at: number) => void) {
    this.#data = data
    this.#selection = selection
    this.#pictures = pictures
    this.#cards = data.cases.map((c, at) => this.#card(c, at))
    this.#watcher = new IntersectionObserver(
      entries => {
        for (const { isIntersecting, target } of entries)
          if (isIntersecting) {
            this.#watcher.unobserve(target)
            void this.show(Number((target as HTMLElement).dataset.at))
          }
      },
      { rootMargin: AHEAD },
    )
    this.#list.addEventListener('click', event => {
      const card = (event.target as Element).closest('[data-at]')
      if (card instanceof HTMLElement) open(Number(card.dataset.at))
    })
    this.#list.addEventListener('keydown', event => this.#move(event))
    this.#list.addEventListener('focusin', event => {
      const card = (event.target as Element).closest('[data-at]')
      if (card instanceof HTMLElement) this.#makeCurrent(Number(card.dataset.at))
    })
    selection.onChange(() => this.#lay())
    this.#lay()
    for (const card of this.#cards) this.#watcher.observe(card)
  }

  get shown(): readonly number[] {
    return this.#selection.shown
  }

  cardOf(at: number): HTMLElement {
    return this.#cards[at]!
  }

  /** Puts the pictures of a case onto its card. */
  async show(at: number): Promise<void> {
    const strip = this.#cards[at]!.querySelector('.strip')
    if (strip === null || strip.childElementCount > 0) return
    const addresses = await this.#pictures.of(at)
    if (strip.childElementCount > 0) return
    strip.append(
      ...addresses.map(src => element('img', { src, alt: '', decoding: 'async', draggable: 'false' })),
    )
  }

  #card(c: ReportCase, at: number): HTMLElement {
    const level = severityLevel(c)
    const severity = c.failures.length > 0 ? 'failed' : LEVELS[level]!
    const place = ['site', 'collection', 'subset'].flatMap(key => c.attributes[key] || [])
    return element(
      'li',
      { id: `case-${at}`, 'data-at': at },
      element(
        'button',
        { type: 'button', class: 'card', tabindex: -1, 'aria-haspopup': 'dialog' },
        element('span', { class: `strip of-${Math.min(3, c.pictures.length)}`, 'aria-hidden': 'true' }),
        element(
          'span',
          { class: 'facts' },
          element('span', { class: 'name' }, c.name),
          element('span', { class: 'figure' }),
          element('span', { class: 'place' }, place.join(' · ')),
          severity !== '' &&
            element(
              'span',
              { class: `badge ${severity === 'failed' ? 'error' : severity}` },
              c.findings.length > 1 ? `${severity} +${c.findings.length - 1}` : severity,
            ),
        ),
      ),
    )
  }

  /** Puts the cards that are shown in order; the others leave the page. */
  #lay(): void {
    const { shown, sort } = this.#selection
    const figure = this.#data.figures.find(f => f.key === sort)
    for (const at of shown) {
      const place = this.#cards[at]!.querySelector('.figure')!
      const value = figure === undefined ? undefined : this.#data.cases[at]!.figures[figure.key]
      place.textContent =
        figure === undefined ? '' : value === undefined ? '–' : `${numberText(value)} ${figure.unit}`.trim()
    }
    this.#list.replaceChildren(...shown.map(at => this.#cards[at]!))
    const total = this.#data.cases.length
    byId('count').textContent =
      shown.length === total
        ? `${total === 1 ? '1 sample' : `All ${numberText(total)} samples`}`
        : `${numberText(shown.length)} of ${numberText(total)} samples`
    this.#makeCurrent(shown.includes(this.#current) ? this.#current : (shown[0] ?? 0))
  }

  /** The one card that the Tab key stops at; arrows lead to the others. */
  #makeCurrent(at: number): void {
    this.#buttonOf(this.#current)?.setAttribute('tabindex', '-1')
    this.#current = at
    this.#buttonOf(at)?.setAttribute('tabindex', '0')
  }

  #buttonOf(at: number): HTMLButtonElement | null | undefined {
    return this.#cards[at]?.querySelector('button')
  }

  #move(event: KeyboardEvent): void {
    const { shown } = this.#selection
    const from = shown.indexOf(this.#current)
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: this.#columns(),
      ArrowUp: -this.#columns(),
      Home: -from,
      End: shown.length - 1 - from,
    }
    const step = steps[event.key]
    if (step === undefined || from < 0) return
    event.preventDefault()
    const to = shown[Math.max(0, Math.min(shown.length - 1, from + step))]!
    this.#buttonOf(to)?.focus()
  }

  #columns(): number {
    return Math.max(1, getComputedStyle(this.#list).gridTemplateColumns.split(' ').length)
  }
}
