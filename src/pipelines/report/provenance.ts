import type { DatasetDescription, StepProvenance } from '../../core/datasetDescription.ts'
import { numberText } from '../../core/numberText.ts'
import { type Html, html } from '../../formats/html/html.ts'
import { counted, listed } from './figureText.ts'
import { methodsText } from './methodsText.ts'

/** When the data set was last worked on: the date of the report, so that the same data make the same report. */
export const lastWork = ({ provenance }: DatasetDescription): string =>
  provenance.map(p => p.last).reduce((a, b) => (a > b ? a : b), '')

/** `2026-11-25 12:35 UTC` */
export const timeText = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`

export function provenanceSection(data: DatasetDescription): Html {
  const { provenance } = data
  const versions = [...new Set(provenance.flatMap(p => p.voxmill))].sort()
  return html`<section id="provenance" aria-labelledby="provenance-title">
<h2 id="provenance-title">How it was made</h2>
<p>With voxmill ${listed(versions)}, between ${timeText(provenance.map(p => p.first).reduce((a, b) => (a < b ? a : b)))} and ${timeText(lastWork(data))}. <code>voxmill why FILE</code> tells the same of a single file, with the digests of all that it was made from.</p>
<h3>Text for a methods section</h3>
<div class="methods" id="methods">${methodsText(data).map(paragraph => html`<p>${paragraph}</p>`)}</div>
<p class="needs-script"><button type="button" class="action" id="copy-methods">Copy the text</button> <span id="copied" role="status"></span></p>
<h3>Steps</h3>
<div class="scroll" tabindex="0" role="region" aria-label="Table of steps"><table class="plain steps">
<thead><tr><th scope="col">step</th><th scope="col" class="number">version</th><th scope="col" class="number">done</th><th scope="col" class="number">failed</th><th scope="col" class="number">computing time</th><th scope="col">last done</th><th scope="col">parameters</th></tr></thead>
<tbody>${provenance.map(stepRow)}</tbody></table></div>
</section>`
}

function stepRow(p: StepProvenance): Html {
  return html`<tr><th scope="row">${p.step}</th><td class="number">${p.version}</td><td class="number">${numberText(p.done)}</td><td class="number">${p.failed === 0 ? '–' : html`<strong>${numberText(p.failed)}</strong>`}</td><td class="number">${durationText(p.seconds)}</td><td>${timeText(p.last)}</td><td>${paramsCell(p)}</td></tr>
`
}

const isEmpty = (params: unknown): boolean =>
  typeof params !== 'object' || params === null || Object.keys(params).length === 0

function paramsCell({ step, params }: StepProvenance): Html | string {
  if (params.every(p => isEmpty(p.params))) return 'none'
  return html`<details><summary>${params.length === 1 ? 'parameters' : `${params.length} sets of parameters`}<span class="unseen"> of ${step}</span></summary>
${params.map(
  p =>
    html`${params.length > 1 && html`<p>${counted(p.jobs, 'job')}:</p>`}<dl class="params">${
      isEmpty(p.params)
        ? html`<div><dt>none</dt><dd></dd></div>`
        : Object.entries(p.params as Record<string, unknown>).map(
            ([name, value]) => html`<div><dt>${name}</dt><dd>${valueText(value)}</dd></div>`,
          )
    }</dl>`,
)}</details>`
}

function valueText(value: unknown): string {
  if (Array.isArray(value) && value.every(v => typeof v !== 'object'))
    return value.length === 0 ? 'none' : value.join(', ')
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}

/** `4.2 s`, `3 min 20 s`, `5 h 12 min` */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
