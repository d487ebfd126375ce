import type { DatasetDescription, SplitSummary } from '../../core/datasetDescription.ts'
import { numberText } from '../../core/numberText.ts'
import { type Html, html } from '../../formats/html/html.ts'
import { filterButton, percentText } from './bars.ts'
import { counted, listed } from './figureText.ts'

/** Fills of the subsets, told apart by pattern as well as by colour. */
const FILLS = ['fill-solid', 'fill-hatch', 'fill-dots', 'fill-cross'] as const
const WIDTH = 300
const HEIGHT = 18

const fillOf = (subsets: readonly string[], subset: string): string =>
  FILLS[subsets.indexOf(subset) % FILLS.length]!

/** Patterns that the bars refer to. */
const PATTERNS = html`<svg class="unseen" width="0" height="0" aria-hidden="true"><defs>
<pattern id="pattern-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="pattern-ground" width="6" height="6"/><rect class="pattern-ink" width="3" height="6"/></pattern>
<pattern id="pattern-dots" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="pattern-ground" width="6" height="6"/><circle class="pattern-ink" cx="3" cy="3" r="1.4"/></pattern>
<pattern id="pattern-cross" width="7" height="7" patternUnits="userSpaceOnUse"><rect class="pattern-ground" width="7" height="7"/><path class="pattern-line" d="M0 0 7 7M7 0 0 7"/></pattern>
</defs></svg>`

export function splitsSection(
  data: DatasetDescription,
  caseIndex: ReadonlyMap<string, number>,
): Html | undefined {
  const { splits } = data
  if (splits.length === 0) return undefined
  const subsets = [...new Set(splits.flatMap(s => s.subsets))]
  const largest = Math.max(1, ...splits.map(s => Object.keys(s.subsetOf).length))
  const leaks = splits.filter(s => s.onBothSides.length > 0)
  return html`<section id="splits" aria-labelledby="splits-title">
<h2 id="splits-title">Splits</h2>
${PATTERNS}
<ul class="legend">${subsets.map(s => html`<li><svg width="22" height="14" aria-hidden="true"><rect class="${fillOf(subsets, s)}" width="22" height="14"/></svg> ${s}</li>`)}</ul>
<div class="scroll" tabindex="0" role="region" aria-label="Table of splits"><table class="plain splits">
<thead><tr><th scope="col">split</th><th scope="col">picture</th>${subsets.map(s => html`<th scope="col" class="number">${s}</th>`)}<th scope="col" class="number">all</th><th scope="col" class="number">patients on both sides</th></tr></thead>
<tbody>${splits.map(s => splitRow(s, subsets, largest))}</tbody>
</table></div>
<h3>Patients on both sides</h3>
${
  leaks.length === 0
    ? html`<p>None: in no split has a patient samples in more than one subset.</p>`
    : html`${leaks.map(s => leakList(s, caseIndex))}<p class="note">In all other splits: none.</p>`
}
</section>`
}

function splitRow(split: SplitSummary, subsets: readonly string[], largest: number): Html {
  const assigned = Object.values(split.subsetOf)
  const count = (subset: string) => assigned.filter(s => s === subset).length
  const button = (subset: string) => {
    const n = count(subset)
    if (n === 0) return html`<span class="quiet">–</span>`
    return html`${filterButton(
      { kind: 'split', key: split.name, value: subset, label: `${split.name}: ${subset}` },
      numberText(n),
      { label: `${split.name}, ${subset}: ${counted(n, 'sample')}` },
    )} <span class="percent">${percentText(n, assigned.length)}</span>`
  }
  const leaks = split.onBothSides.length
  return html`<tr><th scope="row">${split.name}</th><td>${stackedBar(split, subsets, largest)}</td>${subsets.map(
    s => html`<td class="number">${button(s)}</td>`,
  )}<td class="number">${numberText(assigned.length)}</td><td class="number">${leaks === 0 ? 'none' : html`<strong>${numberText(leaks)}</strong>`}</td></tr>
`
}

function stackedBar(split: SplitSummary, subsets: readonly string[], largest: number): Html {
  const assigned = Object.values(split.subsetOf)
  let x = 0
  const parts: Html[] = []
  const told: string[] = []
  for (const subset of subsets) {
    const n = assigned.filter(s => s === subset).length
    if (n === 0) continue
    const width = (WIDTH * n) / largest
    parts.push(
      html`<rect class="${fillOf(subsets, subset)}" x="${x.toFixed(2)}" width="${Math.max(width - 1, 0.5).toFixed(2)}" height="${HEIGHT}"/>`,
    )
    x += width
    told.push(`${subset} ${n}`)
  }
  return html`<svg class="stack" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img"><title>${split.name}: ${listed(told)}</title>${parts}</svg>`
}

function leakList(split: SplitSummary, caseIndex: ReadonlyMap<string, number>): Html {
  const n = split.onBothSides.length
  return html`<p><strong>${split.name}</strong>: ${counted(n, 'patient')} ${n === 1 ? 'has' : 'have'} samples in more than one subset.</p>
<ul class="leaks">${split.onBothSides.map(({ patient, cases }) => {
    const indexes = cases.flatMap(c => caseIndex.get(c.case) ?? [])
    const told = cases.map(
      (c, i) =>
        html`${i === 0 ? '' : ', '}${caseLink(c.case, caseIndex)} <span class="quiet">(${c.subset})</span>`,
    )
    return html`<li>${filterButton({ kind: 'cases', value: indexes, label: `patient ${patient}` }, patient, { label: `Show the samples of patient ${patient}` })}: ${told}</li>
`
  })}</ul>`
}

/** A link to a case: the page opens it; without its script it leads to the row of the case. */
export function caseLink(id: string, caseIndex: ReadonlyMap<string, number>): Html {
  const at = caseIndex.get(id)
  const name = id.split('/').at(-1)!
  return at === undefined ? html`${name}` : html`<a href="#case-${at}">${name}</a>`
}
