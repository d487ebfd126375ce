import { describe, expect, it } from 'vitest'
import type { Cell } from '../../../../src/formats/table/cell.ts'
import { SheetNameError, WorksheetLimitError } from '../../../../src/formats/table/fault.ts'
import { readWorkbook } from '../../../../src/formats/table/readWorkbook.ts'
import { writeWorkbook } from '../../../../src/formats/table/writeWorkbook.ts'
import { partsOf, readSheet } from './parts.ts'

const SHEET = 'xl/worksheets/sheet1.xml'
const one = (rows: Iterable<Cell[]>, columns = [{ name: 'a' }, { name: 'b' }]) => [
  { name: 'S', columns, rows },
]

describe('writeWorkbook', () => {
  it('gives the same bytes again, from an array or an iterator', async () => {
    const rows: Cell[][] = Array.from({ length: 300 }, (_, i) => [`x${i}`, i / 3])
    const first = await writeWorkbook(one(rows))
    expect(await writeWorkbook(one(rows))).toEqual(first)
    expect(await writeWorkbook(one(rows.values()))).toEqual(first)
  })

  it('reads back, worksheet by worksheet', async () => {
    const book = await readWorkbook(
      await writeWorkbook([
        { name: 'first', columns: [{ name: 'a' }], rows: [[1], [true], ['t']] },
        { name: "it's <2>", columns: [], rows: [] },
      ]),
    )
    expect(book.sheetNames).toEqual(['first', "it's <2>"])
    expect((await book.sheet('first')).rows).toEqual([[1], [true], ['t']])
    expect(await book.sheet("it's <2>")).toMatchObject({ columns: [], rows: [] })
  })

  it('writes text columns as text, and numbers with all their digits', async () => {
    const columns = [{ name: 'pid', kind: 'text' as const }, { name: 'n' }]
    const table = await readSheet(
      await writeWorkbook([
        {
          name: 'S',
          columns,
          rows: [
            ['0012345678901234567', 0.1],
            [12, '0012'],
            [true, 2 ** 60],
            [null, -1e-300],
            ['=1+1', Number.NaN],
            ['x', Number.POSITIVE_INFINITY],
          ],
        },
      ]),
      'S',
    )
    expect(table.rows).toEqual([
      ['0012345678901234567', 0.1],
      ['12', '0012'],
      ['TRUE', 2 ** 60],
      [null, -1e-300],
      ['=1+1', 'NaN'],
      ['x', 'Infinity'],
    ])
  })

  it('has a bold frozen header, a filter, text format and fitted widths', async () => {
    const parts = await partsOf(
      await writeWorkbook(
        one(
          [
            ['short', 'x'.repeat(70)],
            ['001', 'y'],
          ],
          [{ name: 'a long header' }, { name: 'b' }],
        ),
      ),
    )
    const sheet = parts.get(SHEET)!
    expect(sheet).toContain('<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>')
    expect(sheet).toContain('<autoFilter ref="A1:B3"/>')
    expect(sheet).toContain('<ignoredError sqref="A1:B3" numberStoredAsText="1"/>')
    expect(sheet).toContain(
      '<col min="1" max="1" width="16" customWidth="1"/><col min="2" max="2" width="60"',
    )
    expect(sheet).toContain('<c r="A1" s="1" t="inlineStr">')
    expect(sheet).toContain('<c r="A3" s="2" t="inlineStr"><is><t>001</t></is></c>')
    expect(parts.get('xl/styles.xml')).toContain(
      '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/><xf numFmtId="49" fontId="0"',
    )
    expect(parts.get('xl/styles.xml')).toContain('<font><b/><sz val="11"/>')
    expect(parts.get('xl/workbook.xml')).toContain(
      `<definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">'S'!$A$1:$B$3</definedName>`,
    )
  })

  it('takes widths that are given, and counts East Asian characters twice', async () => {
    const columns = [{ name: 'a', width: 33 }, { name: 'b' }]
    const sheet = (await partsOf(await writeWorkbook(one([['x', '武汉同济医院放射科']], columns)))).get(SHEET)
    expect(sheet).toContain('width="33" customWidth="1"/><col min="2" max="2" width="20"')
  })

  it('goes on beyond the rows that the widths are fitted to', async () => {
    const rows = function* (): Generator<Cell[]> {
      for (let i = 0; i < 20_005; i++) yield [i, `t${i}`]
    }
    const table = await readSheet(await writeWorkbook(one(rows())), 'S')
    expect(table.rows).toHaveLength(20_005)
    expect(table.rows[20_004]).toEqual([20_004, 't20004'])
    expect(table.rowNumbers[20_004]).toBe(20_006)
  })

  it('refuses what a worksheet cannot hold', async () => {
    const rows = function* (): Generator<Cell[]> {
      for (let i = 0; i < 1_048_576; i++) yield []
    }
    await expect(writeWorkbook(one(rows()))).rejects.toThrow(WorksheetLimitError)
    await expect(writeWorkbook(one([['a', 'x'.repeat(32_768)]]))).rejects.toThrow(
      'worksheet "S": the text in B2 has 32768 characters, a cell holds 32767',
    )
    const wide = Array.from({ length: 16_385 }, (_, i) => ({ name: `c${i}` }))
    await expect(writeWorkbook(one([], wide))).rejects.toThrow('16385 columns')
    await expect(writeWorkbook(one([['a', 'b', 'c']]))).rejects.toThrow('row 2 has 3 cells for 2 columns')
  })

  it('refuses names that Excel refuses', async () => {
    const sheet = (name: string) => ({ name, columns: [], rows: [] })
    await expect(writeWorkbook([sheet('a/b')])).rejects.toThrow(SheetNameError)
    await expect(writeWorkbook([sheet('a'), sheet('A')])).rejects.toThrow(SheetNameError)
  })
})
