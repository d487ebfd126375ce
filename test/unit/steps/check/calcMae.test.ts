import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { WorksheetSpec } from '../../../../src/formats/table/worksheetSpec.ts'
import { calcMae } from '../../../../src/steps/check/calcMae.ts'
import type { MaeRecord } from '../../../../src/steps/check/measureMae.ts'

const record = (suid: string, mae: number, maskMae: number | null, more: Partial<MaeRecord> = {}) => ({
  suid,
  mae,
  maskMae,
  maskVoxels: 1,
  ssim: 0.5,
  psnr: 30,
  reason: '',
  ...more,
})

function run(records: readonly MaeRecord[], failed: readonly { case: string; reason: string }[] = []) {
  const { csv, workbook } = calcMae.run(
    { records: Object.fromEntries(records.map(r => [r.suid, () => r])) },
    calcMae.params(z).parse({ failed }),
    { case: 'data set', fields: {}, source: () => '', destination: () => '', report: () => undefined },
  ) as { csv: string; workbook: { sheets: WorksheetSpec[] } }
  return { csv, sheet: workbook.sheets[0]! }
}

describe('calc-mae', () => {
  it('sorts best first by the error over the mask, then lists what failed with its reason', () => {
    const { csv, sheet } = run(
      [
        record('c', 1, 9),
        record('b', 7, 3),
        record('a', 5, 3),
        record('d', 4, null, { reason: 'no mask', ssim: null }),
        record('e', 0, 0, { psnr: null, ssim: 1 }),
      ],
      [
        { case: 'z', reason: 'register: the optimizer "diverged", see its log' },
        { case: 'y', reason: 'no CTA' },
      ],
    )
    expect(csv).toBe(
      'suid,mae,mask_mae,ssim,psnr,reason\n' +
        'e,0,0,1,inf,\n' +
        'a,5,3,0.5,30,\n' +
        'b,7,3,0.5,30,\n' +
        'd,4,,,30,no mask\n' +
        'c,1,9,0.5,30,\n' +
        'y,,,,,no CTA\n' +
        'z,,,,,"register: the optimizer ""diverged"", see its log"\n',
    )
    expect([...sheet.rows].map(row => row[0])).toEqual(['e', 'a', 'b', 'd', 'c', 'y', 'z'])
    expect(sheet.chart).toMatchObject({ kind: 'bar', series: ['mask_mae', 'mae'], rows: 5 })
  })

  it('draws lines of many cases, only what was measured, and nothing of none', () => {
    const many = Array.from({ length: 41 }, (_, n) => record(`p${n}`, n, null))
    expect(run(many).sheet.chart).toMatchObject({ kind: 'line', series: ['mae'], rows: 41 })
    const none = run([], [{ case: 'a', reason: 'no CTA' }])
    expect(none.sheet.chart).toBeUndefined()
    expect(none.csv).toBe('suid,mae,mask_mae,ssim,psnr,reason\na,,,,,no CTA\n')
  })
})
