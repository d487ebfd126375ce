import { expect, it } from 'vitest'
import { readWorkbook } from '../../../../src/formats/table/readWorkbook.ts'
import { writeWorkbook } from '../../../../src/formats/table/writeWorkbook.ts'
import { partsOf } from './parts.ts'

const sheet = {
  name: 'a',
  columns: [{ name: 'pid', kind: 'text' as const }, { name: 'n' }],
  rows: [['7', 1]],
}

it('a title stands above the header, which stays frozen and filtered', async () => {
  const bytes = await writeWorkbook([{ ...sheet, title: 'All patients' }])
  const table = await (await readWorkbook(bytes)).sheet('a')
  expect(table.columns).toEqual(['All patients', ''])
  expect(table.rows).toEqual([
    ['pid', 'n'],
    ['7', 1],
  ])
  expect(table.rowNumbers).toEqual([2, 3])
  const xml = (await partsOf(bytes)).get('xl/worksheets/sheet1.xml')
  expect(xml).toContain('<pane ySplit="2" topLeftCell="A3"')
  expect(xml).toContain('<autoFilter ref="A2:B3"/>')
  expect((await partsOf(bytes)).get('xl/workbook.xml')).toContain('$A$2:$B$3')
})

it('without a title the header is the first row', async () => {
  const bytes = await writeWorkbook([sheet])
  expect((await partsOf(bytes)).get('xl/worksheets/sheet1.xml')).toContain('<autoFilter ref="A1:B2"/>')
})
