import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { writeWorkbook } from '../../../src/formats/table/writeWorkbook.ts'
import { partsOf } from '../../unit/formats/table/parts.ts'
import expectations from './expectations.json' with { type: 'json' }
import { SHEETS } from './sampleSheets.ts'

it('charts.xlsx is what we write, up to its compression', async () => {
  const committed = new Uint8Array(readFileSync(path.join(import.meta.dirname, 'charts.xlsx')))
  expect(await partsOf(await writeWorkbook(SHEETS))).toEqual(await partsOf(committed))
})

it('openpyxl reads the charts from it', () => {
  const series = (sheet: string) =>
    ['C', 'B'].map(column => [
      `'Doctor''s ${sheet}'!$${column}$1`,
      `'Doctor''s ${sheet}'!$A$2:$A$3`,
      `'Doctor''s ${sheet}'!$${column}$2:$${column}$3`,
    ])
  const shared = { title: 'Errors', axes: ['suid', 'MAE'], from: [4, 1] }
  expect(expectations).toEqual([
    { ...shared, sheet: "Doctor's bar", type: 'BarChart', series: series('bar') },
    { ...shared, sheet: "Doctor's line", type: 'LineChart', series: series('line') },
  ])
})
