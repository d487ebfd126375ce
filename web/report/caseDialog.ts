import type { Histogram } from '../../src/core/caseDescription.ts'
import { numberText } from '../../src/core/numberText.ts'
import type { ReportCase, ReportData } from '../../src/core/reportData.ts'
import { element, svgElement } from './element.ts'
import type { PictureStore } from './pictureStore.ts'
import type { Selection } from './selection.ts'

/** One case with all that is known of it. */
export class CaseDialog {
  readonly #data: ReportData
  readonly #selection: Selection
  readonly #pictures: PictureStore
  readonly #dialog = element('dialog', { class: 'case', 'aria-labelledby': 'case-title' })
  #at = 0

  constructor(data: ReportData, selection: Selection, pictures: PictureStore) {
    this.#data = data
    this.#selection = selection
    this.#pictures = pictures
    document.body.append(this.#dialog)
    this.#dialog.addEventListener('keydown', event => {
      if (event.key === 'ArrowRight') this.#go(1)
      if (event.key === 'ArrowLeft') this.#go(-1)
    })
    // A click beside the dialog closes it.
    this.#dialog.addEventListener('click', event => {
      if (event.target === this.#dialog) this.#dialog.close()
    })
  }

  open(at: number): void {
    const c = this.#data.cases[at]
    if (c === undefined) return
    this.#at = at
    this.#fill(c, at)
    if (!this.#dialog.open) this.#dialog.showModal()
    this.#dialog.scrollTop = 0
  }

  #go(step: number): void {
    const { shown } = this.#selection
    const next = shown[shown.indexOf(this.#at) + step]
    if (next !== undefined) this.open(next)
  }

  #fill(c: ReportCase, at: number): void {
    const strip = element('div', { class: 'large' })
    this.#dialog.replaceChildren(
      this.#head(c, at),
      strip,
      element('div', { class: 'columns-2' }, this.#figures(c), this.#aside(c)),
      ...findingsOf(c),
    )
    void this.#pictures.of(at).then(addresses => {
      if (this.#at !== at) return
      addresses.forEach((src, i) => {
        const { alt, key } = c.pictures[i]!
        strip.append(
          element('figure', {}, element('img', { src, alt }), element('figcaption', {}, wordsOf(key))),
        )
      })
    })
  }

  #head(c: ReportCase, at: number): HTMLElement {
    const { shown } = this.#selection
    const place = shown.indexOf(at)
    const step = (title: string, sign: number) => {
      const button = element(
        'button',
        { type: 'button', class: 'action', disabled: shown[place + sign] === undefined || place < 0 },
        title,
      )
      button.addEventListener('click', () => this.#go(sign))
      return button
    }
    const close = element('button', { type: 'button', class: 'action', autofocus: true }, 'Close')
    close.addEventListener('click', () => this.#dialog.close())
    return element(
      'header',
      {},
      element(
        'div',
        {},
        element('h2', { id: 'case-title' }, c.name),
        c.id !== c.name && element('p', { class: 'quiet' }, c.id),
      ),
      element('div', { class: 'buttons' }, step('Previous', -1), step('Next', 1), close),
    )
  }

  #figures(c: ReportCase): HTMLElement {
    const rows = this.#data.figures.flatMap(({ key, title, unit }) => {
      const value = c.figures[key]
      return value === undefined ? [] : [row(title, `${numberText(value)} ${unit}`.trim())]
    })
    return element(
      'table',
      { class: 'plain' },
      element('caption', {}, 'Figures'),
      element('tbody', {}, ...rows),
    )
  }

  #aside(c: ReportCase): HTMLElement {
    const texts = [...Object.entries(c.attributes), ...Object.entries(c.texts), ...Object.entries(c.splits)]
    const box = element('div', {})
    if (texts.length > 0)
      box.append(
        element(
          'table',
          { class: 'plain' },
          element('caption', {}, 'What it is'),
          element('tbody', {}, ...texts.map(([k, v]) => row(k, v))),
        ),
      )
    if (c.labels.length > 0)
      box.append(
        element(
          'table',
          { class: 'plain' },
          element('caption', {}, 'Labels'),
          element(
            'tbody',
            {},
            ...c.labels.map(l => {
              const swatch = element('span', { class: 'swatch', 'aria-hidden': 'true' })
              swatch.style.background = l.color
              return element(
                'tr',
                {},
                element('th', { scope: 'row' }, swatch, l.name),
                element('td', { class: 'number' }, `${numberText(l.volumeMl)} mL`),
              )
            }),
          ),
        ),
      )
    if (c.histogram !== undefined) box.append(histogramFigure(c.histogram))
    return box
  }
}

const row = (title: string, value: string): HTMLElement =>
  element('tr', {}, element('th', { scope: 'row' }, title), element('td', { class: 'number' }, value))

/** `bloodFlow` is `blood flow`. */
const wordsOf = (key: string): string => key.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()

function findingsOf(c: ReportCase): HTMLElement[] {
  const told = [
    ...c.failures.map(f => ({
      severity: 'error',
      what: `${f.step} failed: ${f.message}`,
      remedy: f.remedy,
      code: '',
    })),
    ...c.findings.map(f => ({ severity: f.severity, what: f.message, remedy: f.remedy, code: f.code })),
  ]
  if (told.length === 0) return []
  return [
    element(
      'section',
      { 'aria-label': 'Findings' },
      element('h3', {}, 'Findings'),
      element(
        'ul',
        { class: 'told' },
        ...told.map(f =>
          element(
            'li',
            {},
            element('span', { class: `badge ${f.severity}` }, f.severity),
            ' ',
            f.what,
            ' ',
            f.code !== '' && element('code', {}, f.code),
            element('p', { class: 'quiet' }, f.remedy),
          ),
        ),
      ),
    ),
  ]
}

const WIDTH = 240
const HEIGHT = 60

/** Intensities of the case. Counts are drawn by their root, or air would hide all else. */
function histogramFigure({ from, to, counts }: Histogram): HTMLElement {
  const most = Math.sqrt(Math.max(1, ...counts))
  const width = WIDTH / counts.length
  const bars = counts.map((n, i) => {
    const height = (HEIGHT * Math.sqrt(n)) / most
    return svgElement('rect', { x: i * width, y: HEIGHT - height, width: width * 0.92, height })
  })
  const title = svgElement('title', {})
  title.textContent = `Histogram of intensities from ${numberText(from)} to ${numberText(to)}`
  const svg = svgElement(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', class: 'intensities' },
    title,
    ...bars,
  )
  return element(
    'figure',
    {},
    svg as unknown as HTMLElement,
    element(
      'figcaption',
      { class: 'quiet' },
      `Intensities from ${numberText(from)} to ${numberText(to)}, counts by their root`,
    ),
  )
}
