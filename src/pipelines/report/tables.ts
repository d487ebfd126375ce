import type { DatasetDescription, SummaryTable } from '../../core/datasetDescription.ts'
import { numberText } from '../../core/numberText.ts'
import { type Html, html } from '../../formats/html/html.ts'
import { filterButton } from './bars.ts'
import { counted, listed, meanAndSd } from './figureText.ts'
import { caseLink } from './splits.ts'

const MAE = 'Mean absolute error'
/** Text of so many letters is kept in one line. */
const SHORT = 24
const REGISTRATION = 'Registration quality'

interface Gate {
  readonly maxFoldedShare?: number
  readonly minFieldOverlap?: number
  readonly maxDisplacementMm?: number
  readonly minSimilarityGain?: number
}

/** The gate that registrations were held to, as parameters tell it. */
export function gateOf({ provenance }: DatasetDescription): Gate | undefined {
  const params = provenance.find(p => p.step === 'register')?.params[0]?.params
  return (params as { gate?: Gate } | undefined)?.gate
}

/** The gate in words. */
export function gateText(gate: Gate): string {
  const { minSimilarityGain, maxFoldedShare, maxDisplacementMm, minFieldOverlap } = gate
  return listed(
    [
      minSimilarityGain !== undefined &&
        (minSimilarityGain === 0
          ? 'the mutual information did not decrease'
          : `the mutual information rose by at least ${numberText(minSimilarityGain)} nats`),
      maxFoldedShare !== undefined &&
        `at most ${numberText(100 * maxFoldedShare)} % of the voxels were folded`,
      maxDisplacementMm !== undefined && `no displacement exceeded ${numberText(maxDisplacementMm)} mm`,
      minFieldOverlap !== undefined &&
        `at least ${numberText(100 * minFieldOverlap)} % of the moving image lay on the fixed image`,
    ].filter(part => part !== false),
  )
}

export function registrationSection(
  data: DatasetDescription,
  caseIndex: ReadonlyMap<string, number>,
): Html | undefined {
  const table = data.tables.find(t => t.title === REGISTRATION)
  if (table === undefined) return undefined
  const review = table.rows.filter(r => r[1] !== 'ok')
  const gate = gateOf(data)
  const indexes = review.flatMap(r => caseIndex.get(String(r[0])) ?? [])
  return html`<section id="registration" aria-labelledby="registration-title">
<h2 id="registration-title">Registration quality</h2>
<p>${
    review.length === 0
      ? `All ${counted(table.rows.length, 'registration')} passed the gate.`
      : html`${counted(review.length, 'registration')} of ${numberText(table.rows.length)} did not pass the gate: ${filterButton({ kind: 'cases', value: indexes, label: 'registrations to review' }, 'show them')}.`
  }${gate !== undefined && html` A registration passes when ${gateText(gate)}.`}</p>
${summaryTable(table, caseIndex)}
</section>`
}

export function errorSection(
  data: DatasetDescription,
  caseIndex: ReadonlyMap<string, number>,
): Html | undefined {
  const tables = data.tables.filter(t => t.title.startsWith(MAE))
  if (tables.length === 0) return undefined
  return html`<section id="error" aria-labelledby="error-title">
<h2 id="error-title">Error of the generated blood flow</h2>
${tables.map(
  t => html`${tables.length > 1 && html`<h3>${t.title}</h3>`}
${summaryTable(t, caseIndex, true)}`,
)}
</section>`
}

/** Tables that have no section of their own. */
export function otherTables(
  data: DatasetDescription,
  caseIndex: ReadonlyMap<string, number>,
): Html | undefined {
  const tables = data.tables.filter(t => t.title !== REGISTRATION && !t.title.startsWith(MAE))
  if (tables.length === 0) return undefined
  return html`<section id="tables" aria-labelledby="tables-title">
<h2 id="tables-title">Tables</h2>
${tables.map(t => html`<h3>${t.title}</h3>${summaryTable(t, caseIndex)}`)}
</section>`
}

function summaryTable(
  { title, columns, rows }: SummaryTable,
  caseIndex: ReadonlyMap<string, number>,
  withMean = false,
): Html {
  // A column that is empty throughout says nothing.
  const shown = columns.map((_, at) => at).filter(at => at === 0 || rows.some(r => (r[at] ?? '') !== ''))
  const isNumber = (at: number) => rows.some(r => typeof r[at] === 'number')
  const cell = (value: string | number | null | undefined) =>
    value === null || value === undefined || value === ''
      ? '–'
      : typeof value === 'number'
        ? numberText(value)
        : value
  const mean = (at: number) => {
    const values = rows.flatMap(r => (typeof r[at] === 'number' ? [r[at]] : []))
    if (values.length === 0) return ''
    const { mean: m, sd } = meanAndSd(values)
    return sd === undefined ? numberText(m) : `${numberText(m)} ± ${numberText(sd)}`
  }
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table class="plain">
<thead><tr>${shown.map(at => html`<th scope="col"${isNumber(at) && html` class="number"`}>${columns[at]!}</th>`)}</tr></thead>
<tbody>${rows.map(
    row =>
      html`<tr>${shown.map(at =>
        at === 0
          ? html`<th scope="row">${caseLink(String(row[0]), caseIndex)}</th>`
          : html`<td${isNumber(at) ? html` class="number"` : String(row[at] ?? '').length <= SHORT && html` class="short"`}>${row[at] === 'review' ? html`<span class="badge high">review</span>` : cell(row[at])}</td>`,
      )}</tr>
`,
  )}</tbody>
${withMean && rows.length > 1 && html`<tfoot><tr>${shown.map(at => (at === 0 ? html`<th scope="row">mean ± SD</th>` : html`<td class="number">${isNumber(at) ? mean(at) : ''}</td>`))}</tr></tfoot>`}
</table></div>`
}
