import { heldBackJson } from '../../artifacts/heldBackJson.ts'
import { workbook } from '../../artifacts/workbook.ts'
import type { Finding } from '../../core/finding.ts'
import { defineStep, each, one, type Zod } from '../../engine/step.ts'
import type { Cell } from '../../formats/table/cell.ts'
import type { WorksheetSpec } from '../../formats/table/worksheetSpec.ts'
import { receiptFindings } from '../check/receiptFindings.ts'
import { findingsSheet } from '../findingsSheet.ts'
import type { ExtractRecord } from './extractModalities.ts'

const params = (z: Zod) =>
  z.object({
    refused: z.array(z.string()).describe('Patients of which nothing was copied.'),
    findings: z.array(z.custom<Finding>()).describe('What was found before any series was read.'),
  })

export const genExtractReport = defineStep({
  name: 'gen-extract-report',
  version: 1,
  summary:
    'Lists which series were copied for each patient, and what was refused with the command to accept it.',
  per: 'dataset',
  params,
  inputs: {
    records: each(heldBackJson<ExtractRecord>(), 'state.record'),
    upstream: each(receiptFindings, 'state.receipt'),
  },
  outputs: { report: one(workbook, 'extracted.report') },
  memory: () => 200e6,
  run({ records, upstream }, { refused, findings }) {
    return {
      report: {
        sheets: [
          seriesSheet(Object.values(records), refused),
          findingsSheet([...findings, ...Object.values(upstream).flat()]),
        ],
      },
    }
  },
})

function seriesSheet(records: readonly (() => ExtractRecord)[], refused: readonly string[]): WorksheetSpec {
  return {
    name: 'Series',
    columns: [
      { name: 'pid', kind: 'text' },
      { name: 'modality', kind: 'text' },
      { name: 'SeriesInstanceUID', kind: 'text' },
      { name: 'chosen_by', kind: 'text' },
      { name: 'instances', kind: 'number' },
      { name: 'ImageType', kind: 'text' },
      { name: 'rows', kind: 'text' },
      { name: 'columns', kind: 'text' },
      { name: 'spacing_mm', kind: 'text' },
      { name: 'slice_thickness_mm', kind: 'number' },
      { name: 'status', kind: 'text' },
    ],
    rows: [
      ...records.flatMap(load => copiedRows(load())),
      ...refused.map((pid): Cell[] => [pid, ...Array<null>(9).fill(null), 'refused: see Findings']),
    ],
  }
}

const copiedRows = ({ pid, series }: ExtractRecord): Cell[][] =>
  Object.entries(series).map(([modality, s]) => [
    pid,
    modality,
    s.seriesInstanceUid,
    s.by,
    s.instances,
    s.imageType,
    s.rows,
    s.columns,
    s.spacing,
    s.sliceThicknessMm,
    'copied',
  ])
