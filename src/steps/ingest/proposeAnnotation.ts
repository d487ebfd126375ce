import { heldBackJson } from '../../artifacts/heldBackJson.ts'
import { workbook } from '../../artifacts/workbook.ts'
import { type Finding, finding } from '../../core/finding.ts'
import { defineStep, each, editable, type ParamsOf, type Zod } from '../../engine/step.ts'
import type { Cell } from '../../formats/table/cell.ts'
import type { ColumnSpec, WorksheetSpec } from '../../formats/table/worksheetSpec.ts'
import { findingsSheet } from '../findingsSheet.ts'
import type { SeriesListing } from './listSeries.ts'
import { type SeriesCandidate, seriesCandidates } from './seriesCandidates.ts'
import { imageCount, seriesRule } from './seriesRule.ts'

/** The second worksheet: the one that extract-modalities reads where it is told nothing else. */
export const ANNOTATION_SHEET = 'Annotation'

const params = (z: Zod) =>
  z.object({
    pidColumn: z.string().describe('Title of the column of patients.'),
    modalities: z
      .array(
        z.object({
          name: z.string().describe('Name of the modality.'),
          column: z.string().describe('Title of its column.'),
          rule: seriesRule(z),
        }),
      )
      .describe('The modalities in the order of their columns.'),
    accept: z.string().describe('The command that reads the workbook, for its first worksheet.'),
  })
type Params = ParamsOf<typeof params>

interface Proposal {
  readonly pid: string
  /** By modality. */
  readonly candidates: Readonly<Record<string, readonly SeriesCandidate[]>>
}

export const proposeAnnotation = defineStep({
  name: 'propose-annotation',
  version: 1,
  summary: 'Writes a workbook that proposes the series of each modality by rule, for a person to correct.',
  per: 'dataset',
  params,
  inputs: { records: each(heldBackJson<SeriesListing>(), 'state.record') },
  outputs: { annotation: editable(workbook, 'annotation') },
  memory: () => 200e6,
  run({ records }, p: Params, context) {
    const proposals = Object.values(records).map((load): Proposal => {
      const { pid, series } = load()
      const of = p.modalities.map(({ name, rule }) => [name, seriesCandidates(series, rule)] as const)
      return { pid, candidates: Object.fromEntries(of) }
    })
    const findings = proposals.flatMap(proposal => doubts(proposal, p))
    for (const f of findings) context.report(f)
    return {
      annotation: {
        sheets: [
          explanationSheet(p),
          annotationSheet(proposals, p),
          candidatesSheet(proposals, p),
          findingsSheet(findings),
        ],
      },
    }
  },
})

const text = (...names: string[]): ColumnSpec[] => names.map(name => ({ name, kind: 'text' }))

function explanationSheet({ modalities, accept }: Params): WorksheetSpec {
  const names = modalities.map(m => m.name).join(', ')
  const lines = [
    `The worksheet ${ANNOTATION_SHEET} proposes for each patient the series of ${names}, told by rules from the headers.`,
    'Please check each row. Correct a cell by putting in another SeriesInstanceUID; the worksheet Candidates lists those that fit or nearly fit, the likeliest first.',
    'An empty cell means that no series fits the rule. A patient with an empty cell is left out whole; delete the rows of patients that should be left out.',
    `The column ${REMARK} and the worksheet Findings tell where several series fit or none does.`,
    'This file may be edited freely: it is not written anew while the series stay the same, and an edited file is kept when it is.',
    `Then run: ${accept}`,
    `工作表 ${ANNOTATION_SHEET} 按规则为每位患者列出 ${names} 的 SeriesInstanceUID，请逐行核对并改正；候选序列见工作表 Candidates。`,
    '空单元格表示没有符合规则的序列；有空单元格的患者将整体跳过。不需要的患者请删除整行。',
  ]
  return {
    name: 'Explanation',
    columns: [{ name: '说明 / Explanation', kind: 'text', width: 120 }],
    rows: lines.map(line => [line]),
  }
}

const REMARK = 'Remark'

function annotationSheet(proposals: readonly Proposal[], p: Params): WorksheetSpec {
  return {
    name: ANNOTATION_SHEET,
    title: 'Series of each patient, proposed by rule: please check and correct',
    columns: text(p.pidColumn, ...p.modalities.map(m => m.column), REMARK),
    rows: proposals.map(proposal => [
      proposal.pid,
      ...p.modalities.map(m => first(proposal, m.name)?.series.seriesInstanceUid ?? null),
      doubts(proposal, p)
        .map(f => f.message)
        .join('; '),
    ]),
  }
}

const first = ({ candidates }: Proposal, modality: string): SeriesCandidate | undefined =>
  candidates[modality]!.find(c => c.rank === 1)

/** A patient is no error as long as nothing was taken: the proposal asks, extract-modalities refuses. */
function doubts(proposal: Proposal, { modalities }: Params): Finding[] {
  return modalities.flatMap(({ name }) => {
    const candidates = proposal.candidates[name]!
    const fitting = candidates.filter(c => c.rank !== undefined)
    const tell = (code: 'series-missing' | 'series-ambiguous', message: string, remedy: string) => [
      finding(code, proposal.pid, `${name}: ${message}`, { severity: 'warning', remedy }),
    ]
    if (fitting.length === 1) return []
    if (fitting.length > 1)
      return tell(
        'series-ambiguous',
        `${fitting.length} series fit the rule`,
        `Check the cell ${name} of the patient; the worksheet Candidates lists all.`,
      )
    const near = candidates.length === 0 ? '' : `, the nearest has ${candidates[0]!.reason}`
    return tell(
      'series-missing',
      `no series fits the rule${near}`,
      `Put the right series into the cell ${name} of the patient, or delete the row.`,
    )
  })
}

function candidatesSheet(proposals: readonly Proposal[], { modalities }: Params): WorksheetSpec {
  return {
    name: 'Candidates',
    columns: [
      ...text('pid', 'modality', 'series UID'),
      { name: 'rank', kind: 'number' },
      ...text('reason'),
      { name: 'instances', kind: 'number' },
      ...text('ImageType', 'rows', 'columns', 'spacing_mm'),
      { name: 'slice_thickness_mm', kind: 'number' },
      ...text('kernel'),
      { name: 'series_number', kind: 'number' },
    ],
    rows: proposals.flatMap(({ pid, candidates }) =>
      modalities.flatMap(({ name }) => candidates[name]!.map(c => [pid, name, ...candidateCells(c)])),
    ),
  }
}

const candidateCells = ({ series: s, rank, reason }: SeriesCandidate): Cell[] => [
  s.seriesInstanceUid,
  rank ?? null,
  rank === undefined ? `does not fit: ${reason}` : reason,
  imageCount(s),
  s.imageType,
  s.rows,
  s.columns,
  s.spacing,
  s.sliceThicknessMm,
  s.kernel,
  s.seriesNumber,
]
