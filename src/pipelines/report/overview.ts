import type { DatasetDescription } from '../../core/datasetDescription.ts'
import { formatBytes } from '../../core/formatBytes.ts'
import { numberText } from '../../core/numberText.ts'
import { type Html, html } from '../../formats/html/html.ts'
import { barTable, filterButton } from './bars.ts'
import { counted, figureText, quartiles } from './figureText.ts'
import { countedAttributes } from './groups.ts'
import { SEVERITIES, SEVERITY_MEANING } from './severity.ts'

/** What the report knows besides the description. */
export interface ReportFacts {
  /** Bytes of all images of the cases on the disk. */
  readonly imageBytes: number
  readonly images: number
}

const MADE: Readonly<Record<DatasetDescription['made'], string>> = {
  nme: 'Volumes and masks, paired and checked',
  cta2mbf: 'Cardiac CT angiograms and myocardial blood flow, registered and cropped',
  other: 'Medical images',
}

/** Name of the attribute that tells patients apart. */
const PATIENT = 'pid'

export const patientsOf = ({ cases, made }: DatasetDescription): number | undefined => {
  if (made === 'cta2mbf') return cases.length
  const ids = new Set(cases.flatMap(c => c.attributes[PATIENT] || []))
  return ids.size === 0 ? undefined : ids.size
}

/** What a case is called: a patient has one sample in the cardiac pipeline. */
export const subtitleOf = ({ made }: DatasetDescription): string => MADE[made]

const tile = (value: string, title: string, note = ''): Html =>
  html`<div class="tile"><dt>${title}${note !== '' && html` <small>${note}</small>`}</dt><dd>${value}</dd></div>`

export function overviewSection(data: DatasetDescription, facts: ReportFacts): Html {
  const { cases, labels } = data
  const patients = patientsOf(data)
  const sites = new Set(cases.map(c => c.attributes.site ?? '').filter(s => s !== ''))
  const foreground = labels.filter(l => l.index !== 0)
  const failed = cases.filter(c => c.failures.length > 0).length
  const volume = quartiles(cases.flatMap(c => c.figures.labelVolumeMl ?? []))
  return html`<section id="overview" aria-labelledby="overview-title">
<h2 id="overview-title">What it is</h2>
<dl class="tiles">
${tile(numberText(cases.length), cases.length === 1 ? 'sample' : 'samples')}
${patients !== undefined && tile(numberText(patients), patients === 1 ? 'patient' : 'patients')}
${sites.size > 0 && tile(numberText(sites.size), sites.size === 1 ? 'site' : 'sites')}
${foreground.length > 0 && tile(numberText(foreground.length), foreground.length === 1 ? 'label' : 'labels', foreground.length === 1 ? foreground[0]!.name : '')}
${volume !== undefined && tile(figureText('labelVolumeMl', volume.median), 'median labelled volume', `middle half ${numberText(volume.q1)} to ${figureText('labelVolumeMl', volume.q3)}`)}
${facts.images > 0 && tile(formatBytes(facts.imageBytes), 'of images', counted(facts.images, 'file'))}
</dl>
${healthLine(data, failed)}
<div class="bar-tables">${countedAttributes(data).map(t => barTable(t.title, t.groups, cases.length))}</div>
</section>`
}

function healthLine({ cases, findings }: DatasetDescription, failed: number): Html {
  const all = [...findings, ...cases.flatMap(c => c.findings)]
  const counts = SEVERITIES.map(severity => ({
    severity,
    n: all.filter(f => f.severity === severity).length,
    cases: cases.filter(c => c.findings.some(f => f.severity === severity)).length,
  })).filter(c => c.n > 0)
  if (counts.length === 0 && failed === 0)
    return html`<p class="health">Nothing was found that wants a look.</p>`
  return html`<ul class="health">
${failed > 0 && html`<li>${filterButton({ kind: 'failed', label: 'failed' }, html`<span class="badge error">failed</span>`, { label: 'Show what failed' })} ${counted(failed, 'sample')} could not be finished</li>`}
${counts.map(
  c => html`<li>${
    c.cases === 0
      ? html`<span class="badge ${c.severity}">${c.severity}</span>`
      : filterButton(
          { kind: 'severity', value: c.severity, label: `findings: ${c.severity}` },
          html`<span class="badge ${c.severity}">${c.severity}</span>`,
          { label: `Show samples with findings of severity ${c.severity}` },
        )
  } ${counted(c.n, 'finding')} ${SEVERITY_MEANING[c.severity][c.n === 1 ? 0 : 1]}</li>
`,
)}</ul>`
}
