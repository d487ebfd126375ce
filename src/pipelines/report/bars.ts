import { FIGURES } from '../../core/caseDescription.ts'
import { numberText } from '../../core/numberText.ts'
import type { ReportFilter } from '../../core/reportData.ts'
import { type Html, type HtmlPart, html } from '../../formats/html/html.ts'
import { counted } from './figureText.ts'
import type { FigureHistogram, Group } from './groups.ts'

const share = (part: number, whole: number): string => (whole === 0 ? '0' : (part / whole).toFixed(4))

/** A button that narrows the wall down. */
export const filterButton = (filter: ReportFilter, content: HtmlPart, extra: { label?: string } = {}): Html =>
  html`<button type="button" class="filter" data-filter="${JSON.stringify(filter)}"${
    extra.label === undefined ? '' : html` aria-label="${extra.label}"`
  }>${content}</button>`

/** A table of counts with a bar a row; each name is a button. */
export function barTable(title: string, groups: readonly Group[], all: number): Html {
  const most = Math.max(1, ...groups.map(g => g.cases))
  return html`<table class="bars">
<caption>${title}</caption>
<thead class="unseen"><tr><th scope="col">${title}</th><th scope="col">samples</th><th scope="col">share</th></tr></thead>
<tbody>${groups.map(
    g => html`<tr><th scope="row">${filterButton(g.filter, g.title)}</th><td class="number">${numberText(g.cases)}</td><td class="share"><span class="bar" style="--share:${share(g.cases, most)}"></span><span class="percent">${percentText(g.cases, all)}</span></td></tr>
`,
  )}</tbody>
</table>`
}

export const percentText = (part: number, whole: number): string =>
  whole === 0 ? '' : `${((100 * part) / whole).toFixed(part === whole || part === 0 ? 0 : 1)} %`

/** A histogram whose bars are buttons, with its figures as a table for who does not see it. */
export function histogramFigure({ key, bars, single, ends, cases }: FigureHistogram): Html {
  const { title, unit } = FIGURES[key]
  const most = Math.max(1, ...bars.map(b => b.cases))
  const named = unit === '' ? title : `${title} (${unit})`
  return html`<figure class="histogram">
<figcaption>${title}${unit === '' ? '' : html` <span class="unit">${unit}</span>`}</figcaption>
<div class="columns${single && bars.length <= MOST_NAMED ? ' few' : ''}" role="group" aria-label="Histogram of ${named}; each bar shows its samples">${bars.map(
    b =>
      html`<button type="button" class="column${b.cases === 0 ? ' none' : ''}" data-filter="${JSON.stringify(b.filter)}" aria-label="${b.title}: ${counted(b.cases, 'sample')}" title="${b.title}: ${counted(b.cases, 'sample')}"${
        b.cases === 0 ? html` disabled` : ''
      }><span style="--share:${share(b.cases, most)}"></span></button>`,
  )}</div>
${endsOf(bars, single, ends, unit)}
<details><summary>Table<span class="unseen"> of ${named}</span></summary>
<table class="plain"><thead><tr><th scope="col">${named}</th><th scope="col" class="number">samples</th></tr></thead>
<tbody>${bars
    .filter(b => b.cases > 0)
    .map(
      b => html`<tr><th scope="row">${b.title}</th><td class="number">${numberText(b.cases)}</td></tr>`,
    )}</tbody>
<tfoot><tr><th scope="row">all</th><td class="number">${numberText(cases)}</td></tr></tfoot></table></details>
</figure>`
}

/** What stands below the bars: each its value where they are few, else where they begin and end. */
function endsOf(
  bars: readonly Group[],
  single: boolean,
  ends: readonly [string, string],
  unit: string,
): Html {
  if (!single || bars.length > MOST_NAMED)
    return html`<div class="ends" aria-hidden="true"><span>${ends[0]}</span><span>${ends[1]}</span></div>`
  const values = bars.map(b => (unit === '' ? b.title : b.title.replace(` ${unit}`, '')))
  return html`<div class="ends each" aria-hidden="true">${values.map(value => html`<span>${value}</span>`)}</div>`
}

const MOST_NAMED = 5
