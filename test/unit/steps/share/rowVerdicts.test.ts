import { describe, expect, it } from 'vitest'
import { standingVerdicts, type Verdict } from '../../../../src/core/verdict.ts'
import type { Cell } from '../../../../src/formats/table/cell.ts'
import { rowVerdicts } from '../../../../src/steps/share/rowVerdicts.ts'

const on = (name: string, verdict: Verdict['verdict'] = 'reject'): Verdict => ({
  case: name,
  verdict,
  comment: '',
  reviewer: 'A. Reader',
  at: '2026-01-02T03:04:05.678Z',
})
const table = (columns: string[], rows: Cell[][]) => ({
  ...{ name: 'Manifest', source: 'x.xlsx', columns, rows, cellErrors: [] },
  rowNumbers: rows.map((_, i) => i + 2),
})
const of = (main: ReturnType<typeof table>, ...verdicts: Verdict[]) => {
  const { byRow, unmatched } = rowVerdicts(main, 'ID', standingVerdicts(verdicts))
  return { byRow: byRow.map(v => v?.case ?? null), unmatched: unmatched.map(v => v.case) }
}

describe('the verdict on a row', () => {
  it('is that on the case in whose folder its files lie', () => {
    const main = table(
      ['ID', 'volume', 'mask'],
      [
        ['1', 'A/train/1/1_volume.nii.gz', null],
        ['1', 'B/train/1/1_volume.nii.gz', null],
        ['2', null, 'A/train/2/2_mask.nii.gz'],
        ['10', 'A/train/10/10_volume.nii.gz', null],
      ],
    )
    expect(of(main, on('B/train/1'), on('A/train/2'), on('A/train/1x'))).toEqual({
      byRow: [null, 'B/train/1', 'A/train/2', null],
      unmatched: ['A/train/1x'],
    })
  })

  it('is that on its id where it names no files, unless two cases have that id', () => {
    const main = table(['ID'], [[101], ['1023293'], ['2'], ['A/3']])
    expect(of(main, on('1023293'), on('A/101'), on('A/2'), on('B/2'), on('A/3'))).toEqual({
      byRow: ['A/101', '1023293', null, 'A/3'],
      unmatched: ['A/2', 'B/2'],
    })
  })

  it('is the last one given', () => {
    const standing = standingVerdicts([on('A/1'), on('A/2'), on('A/1', 'accept')])
    const { byRow } = rowVerdicts(table(['ID'], [['1'], ['2']]), 'ID', standing)
    expect(byRow.map(v => v?.verdict)).toEqual(['accept', 'reject'])
  })
})
