import { FIGURES } from '../../core/caseDescription.ts'
import type { DatasetDescription } from '../../core/datasetDescription.ts'
import { type Html, html } from '../../formats/html/html.ts'
import { figureText } from './figureText.ts'

/** Figures that the plain table of samples shows. */
const PLAIN_FIGURES = ['sizeX', 'sizeY', 'sizeZ', 'labelVolumeMl', 'similarityAfter', 'mae'] as const

/** The wall is filled by the page's script; without one, samples are rows of a table. */
export function wallSection(data: DatasetDescription): Html {
  return html`<section id="samples" aria-labelledby="samples-title">
<h2 id="samples-title" tabindex="-1">Samples</h2>
<div id="wall" class="needs-script">
<form id="controls" class="controls" role="search" aria-label="Samples"></form>
<div id="chips" class="chips"></div>
<p id="count" class="count" role="status"></p>
<ul id="cards" class="cards"></ul>
<p id="unprinted" class="note"></p>
</div>
<noscript>${plainTable(data)}</noscript>
</section>`
}

function plainTable({ cases, attributes, figures }: DatasetDescription): Html {
  const keys = PLAIN_FIGURES.filter(key => figures.includes(key))
  return html`<p>Pictures, filters and sorting need JavaScript. These are the samples:</p>
<div class="scroll"><table class="plain"><thead><tr><th scope="col">sample</th>${attributes.map(a => html`<th scope="col">${a}</th>`)}${keys.map(k => html`<th scope="col" class="number">${FIGURES[k].title}</th>`)}<th scope="col">findings</th></tr></thead>
<tbody>${cases.map(
    (
      c,
      at,
    ) => html`<tr id="case-${at}"><th scope="row">${c.case}</th>${attributes.map(a => html`<td>${c.attributes[a] ?? ''}</td>`)}${keys.map(k => html`<td class="number">${c.figures[k] === undefined ? '' : figureText(k, c.figures[k])}</td>`)}<td>${[...new Set(c.findings.map(f => f.code))].join(', ')}</td></tr>
`,
  )}</tbody></table></div>`
}
