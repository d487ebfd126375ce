import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { readAnnotation } from '../../../src/pipelines/annotationTable.ts'

const here = import.meta.dirname

it('reads a workbook made by openpyxl as a hospital would make it', async () => {
  const expected = JSON.parse(readFileSync(path.join(here, 'expectations.json'), 'utf8'))
  const { modalities, rows } = await readAnnotation(path.join(here, 'hospital.xlsx'), {
    sheet: 2,
    headerRow: 2,
    pidColumn: '病人编号（Patient ID）',
    columns: { CTA: 'CTA', MIP: 'MIP', AVG: 'AVG', BF: 'BF' },
  })
  expect(modalities).toEqual(['CTA', 'MIP', 'AVG', 'BF'])
  expect(rows.map(({ row, pid, cells }) => ({ row, pid, cells }))).toEqual(expected)
  expect(rows.some(r => r.pidDamaged)).toBe(false)
})
