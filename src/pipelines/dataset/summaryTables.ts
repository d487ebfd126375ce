import type { SummaryTable } from '../../core/datasetDescription.ts'
import type { RegistrationRecord } from '../../steps/align/registrationRecord.ts'
import type { MaeRecord } from '../../steps/check/measureMae.ts'

const percent = (share: number): number => 100 * share

/** How well each case is registered; undefined where none was. */
export function registrationTable(
  records: readonly (readonly [id: string, record: RegistrationRecord])[],
): SummaryTable | undefined {
  if (records.length === 0) return undefined
  return {
    title: 'Registration quality',
    columns: [
      'case',
      'verdict',
      'reasons',
      'mutual information before (nats)',
      'mutual information after (nats)',
      'correlation before',
      'correlation after',
      'folded (%)',
      'smallest Jacobian determinant',
      'largest displacement (mm)',
      'overlap of the fixed field (%)',
      'overlap of the moving field (%)',
      'engine',
    ],
    rows: records.map(([id, { quality, gate, version }]) => [
      id,
      gate.verdict,
      gate.reasons.join('; '),
      quality.before.mutualInformation,
      quality.after.mutualInformation,
      quality.before.correlation,
      quality.after.correlation,
      percent(quality.foldedShare),
      quality.leastDeterminant,
      quality.farthestMm,
      percent(quality.overlap.ofFixed),
      percent(quality.overlap.ofMoving),
      version,
    ]),
  }
}

/** How far generated maps are from the real ones, the best first; one table a part, such as `48x48x24`. */
export function maeTable(
  part: string,
  records: readonly (readonly [id: string, record: MaeRecord])[],
): SummaryTable {
  return {
    title: part === '' ? 'Mean absolute error' : `Mean absolute error, ${part}`,
    columns: ['case', 'MAE', 'MAE within the mask', 'SSIM', 'PSNR (dB)', 'note'],
    rows: records
      .toSorted(([, a], [, b]) => (a.maskMae ?? a.mae) - (b.maskMae ?? b.mae))
      .map(([id, r]) => [id, r.mae, r.maskMae, r.ssim, r.psnr, r.reason]),
  }
}
