import { heldBackJson } from '../../artifacts/heldBackJson.ts'
import { workbook } from '../../artifacts/workbook.ts'
import type { Finding } from '../../core/finding.ts'
import { defineStep, each, one, type Zod } from '../../engine/step.ts'
import type { Cell } from '../../formats/table/cell.ts'
import type { WorksheetSpec } from '../../formats/table/worksheetSpec.ts'
import { receiptFindings } from '../check/receiptFindings.ts'
import { findingsSheet } from '../findingsSheet.ts'
import { type LostCase, lostCases } from '../lostCases.ts'
import type { RegistrationRecord } from './registrationRecord.ts'

const params = (z: Zod) =>
  z.object({
    failed: lostCases(z).describe('Cases without a registration, and why.'),
    findings: z
      .array(z.custom<Finding>())
      .default([])
      .describe('What was found before any case was registered.'),
  })

export const genRegistrationReport = defineStep({
  name: 'gen-registration-report',
  version: 1,
  summary: 'Lists how good each registration is, and which are to be looked at.',
  per: 'dataset',
  params,
  inputs: {
    records: each(heldBackJson<RegistrationRecord>(), 'registered.record'),
    upstream: each(receiptFindings, 'state.receipt'),
  },
  outputs: { report: one(workbook, 'registered.report') },
  memory: () => 200e6,
  run({ records, upstream }, { failed, findings }) {
    return {
      report: {
        sheets: [
          qualitySheet(Object.values(records), failed),
          findingsSheet([...findings, ...Object.values(upstream).flat()]),
        ],
      },
    }
  },
})

const FIGURES = [
  'mutual_information_before_nats',
  'mutual_information_after_nats',
  'correlation_before',
  'correlation_after',
  'folded_percent',
  'smallest_jacobian',
  'largest_displacement_mm',
  'overlap_of_fixed_percent',
  'overlap_of_moving_percent',
] as const

function qualitySheet(
  records: readonly (() => RegistrationRecord)[],
  failed: readonly LostCase[],
): WorksheetSpec {
  const rows = [
    ...records.map(load => qualityRow(load())),
    ...failed.map((lost): Cell[] => [
      lost.case,
      'failed',
      lost.reason,
      ...FIGURES.map(() => null),
      null,
      null,
    ]),
  ]
  return {
    name: 'Quality',
    columns: [
      { name: 'pid', kind: 'text' },
      { name: 'verdict', kind: 'text' },
      { name: 'reasons', kind: 'text' },
      ...FIGURES.map(name => ({ name, kind: 'number' as const })),
      { name: 'engine', kind: 'text' },
      { name: 'restricted_to', kind: 'text' },
    ],
    rows: rows.sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1)),
  }
}

const rounded = (v: number | null): number | null => (v === null ? null : Number(v.toFixed(4)))

function qualityRow({ case: id, version, restriction, quality, gate }: RegistrationRecord): Cell[] {
  const { before, after, overlap } = quality
  return [
    id,
    gate.verdict,
    gate.reasons.join('; '),
    ...[
      before.mutualInformation,
      after.mutualInformation,
      before.correlation,
      after.correlation,
      100 * quality.foldedShare,
      quality.leastDeterminant,
      quality.farthestMm,
      100 * overlap.ofFixed,
      100 * overlap.ofMoving,
    ].map(rounded),
    version,
    restriction === null ? null : `${restriction.size.join(' × ')} of ${restriction.of.join(' × ')} voxels`,
  ]
}
