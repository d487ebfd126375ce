import type { DatasetDescription, StepFinding } from '../../core/datasetDescription.ts'
import type { FindingKind } from '../../core/finding.ts'
import { FINDING_CODES } from '../../core/findingCodes.ts'
import { type Html, html } from '../../formats/html/html.ts'
import { filterButton } from './bars.ts'
import { counted } from './figureText.ts'
import { severityBadge, severityRank } from './severity.ts'
import { caseLink } from './splits.ts'

interface Told {
  readonly finding: StepFinding
  /** undefined: it is about the data set. */
  readonly case: string | undefined
}

/** More findings of one code are not listed one by one; the wall and the workbooks have them all. */
const MOST_LISTED = 300

/** All findings by code, the worst first. */
export function findingsByCode({
  findings,
  cases,
}: DatasetDescription): (readonly [code: string, told: readonly Told[]])[] {
  const byCode = new Map<string, Told[]>()
  const add = (finding: StepFinding, id: string | undefined) => {
    const told = byCode.get(finding.code)
    if (told === undefined) byCode.set(finding.code, [{ finding, case: id }])
    else told.push({ finding, case: id })
  }
  for (const f of findings) add(f, undefined)
  for (const c of cases) for (const f of c.findings) add(f, c.case)
  return [...byCode].sort(
    ([codeA, a], [codeB, b]) => worst(a) - worst(b) || b.length - a.length || (codeA < codeB ? -1 : 1),
  )
}

const worst = (told: readonly Told[]): number => Math.min(...told.map(t => severityRank(t.finding.severity)))

export function findingsSection(data: DatasetDescription, caseIndex: ReadonlyMap<string, number>): Html {
  const codes = findingsByCode(data)
  const failed = data.cases.filter(c => c.failures.length > 0)
  return html`<section id="findings" aria-labelledby="findings-title">
<h2 id="findings-title">Findings</h2>
${codes.length === 0 && html`<p>There are none.</p>`}
${codes.map(([code, told]) => codeArticle(code, told, caseIndex))}
${
  failed.length > 0 &&
  html`<h3 id="failed">What could not be finished</h3>
<div class="scroll" tabindex="0" role="region" aria-label="Table of failures"><table class="plain">
<thead><tr><th scope="col">sample</th><th scope="col">step</th><th scope="col">reason</th><th scope="col">what to do</th></tr></thead>
<tbody>${failed.flatMap(c =>
    c.failures.map(
      f => html`<tr><th scope="row">${caseLink(c.case, caseIndex)}</th><td>${f.step}</td><td>${f.fault.message}</td><td>${f.fault.remedy}</td></tr>
`,
    ),
  )}</tbody></table></div>`
}
</section>`
}

function codeArticle(code: string, told: readonly Told[], caseIndex: ReadonlyMap<string, number>): Html {
  const kind: FindingKind | undefined = FINDING_CODES[code as keyof typeof FINDING_CODES]
  const cases = [...new Set(told.flatMap(t => t.case ?? []))]
  const severities = [...new Set(told.map(t => t.finding.severity))].sort(
    (a, b) => severityRank(a) - severityRank(b),
  )
  const remedies = [...new Set(told.map(t => t.finding.remedy))]
  return html`<article class="code">
<h3>${severities.map(severityBadge)} ${kind?.title ?? code} <span class="count">${counted(told.length, 'finding')}${cases.length > 0 && html` in ${counted(cases.length, 'sample')}`}</span></h3>
<p>${kind?.explanation ?? ''} <code>${code}</code></p>
<p class="remedy"><strong>What to do:</strong> ${remedies.length === 1 ? remedies[0] : (kind?.remedy ?? remedies[0])}</p>
${
  cases.length > 0 &&
  html`<p class="needs-script">${filterButton(
    { kind: 'finding', value: code, label: `finding: ${code}` },
    `Show ${cases.length === 1 ? 'the sample' : `the ${cases.length} samples`}`,
  )}</p>`
}
<details><summary>${told.length === 1 ? 'The finding' : `All ${told.length} findings`}<span class="unseen"> of ${code}</span></summary>
<div class="scroll" tabindex="0" role="region" aria-label="Findings ${code}"><table class="plain"><thead><tr><th scope="col">sample</th><th scope="col">severity</th><th scope="col">what was found</th><th scope="col">by</th></tr></thead>
<tbody>${told.slice(0, MOST_LISTED).map(
    t => html`<tr><th scope="row">${t.case === undefined ? 'the data set' : caseLink(t.case, caseIndex)}</th><td>${severityBadge(t.finding.severity)}</td><td>${whereText(t)}${t.finding.message}</td><td>${t.finding.step}</td></tr>
`,
  )}</tbody></table></div>
${told.length > MOST_LISTED && html`<p class="note">${counted(told.length - MOST_LISTED, 'more finding')} of this code: on the wall of samples, and in the worksheet Findings of the data set.</p>`}
</details>
</article>`
}

/** A file is worth naming; a case stands beside it already. */
const whereText = ({ finding, case: id }: Told): Html | undefined =>
  finding.where === id || finding.where === 'dataset' || finding.message.includes(finding.where)
    ? undefined
    : html`<span class="where">${finding.where}</span> `
