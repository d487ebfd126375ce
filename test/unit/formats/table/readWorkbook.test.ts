import { describe, expect, it } from 'vitest'
import type { Cell } from '../../../../src/formats/table/cell.ts'
import { WorkbookCorruptError, WorksheetMissingError } from '../../../../src/formats/table/fault.ts'
import { readWorkbook, type Workbook } from '../../../../src/formats/table/readWorkbook.ts'
import { writeWorkbook } from '../../../../src/formats/table/writeWorkbook.ts'
import { packageOf, readSheet, withPart, workbookFile } from './parts.ts'

const SHEET = 'xl/worksheets/sheet1.xml'
const simple = () => writeWorkbook([{ name: 'S', columns: [{ name: 'a' }, { name: 'b' }], rows: [['x', 1]] }])
/** A worksheet with these rows of XML. */
const withRows = async (rows: string) =>
  withPart(await simple(), SHEET, text =>
    text.replace(/<sheetData>.*<\/sheetData>/, `<sheetData>${rows}</sheetData>`),
  )

/** One column of a worksheet, row by row. */
async function partOf(book: Workbook, sheet: string, title: string) {
  const rows: (readonly Cell[])[] = []
  const rowNumbers: number[] = []
  let columns: readonly string[] = []
  await book.eachRow(sheet, new Set([title]), head => {
    columns = head.columns
    return (row, rowNumber) => {
      rows.push([...row])
      rowNumbers.push(rowNumber)
    }
  })
  return { columns, rows, rowNumbers }
}

describe('readWorkbook', () => {
  it('lists the worksheets in tab order, hidden ones too', async () => {
    const book = await readWorkbook(workbookFile('styled.xlsx'))
    expect(book.sheetNames).toEqual(['Manifest', 'Übersicht & more', 'Hidden', 'Formulas'])
  })

  it('finds a worksheet whatever the case of its name, as Excel does', async () => {
    const book = await readWorkbook(workbookFile('styled.xlsx'))
    expect((await book.sheet('manifest')).name).toBe('Manifest')
  })

  it('reads only the columns that are wanted, and keeps every row', async () => {
    for (const name of ['styled.xlsx', 'values.xlsx']) {
      const book = await readWorkbook(workbookFile(name))
      for (const sheet of book.sheetNames) {
        const whole = await book.sheet(sheet)
        for (const title of whole.columns.filter(column => column !== '')) {
          const part = await partOf(book, sheet, title)
          const at = whole.columns.indexOf(title)
          expect(part.rowNumbers).toEqual(whole.rowNumbers)
          expect(part.columns.slice(0, at + 1)).toEqual(whole.columns.slice(0, at + 1))
          expect(part.rows.map(row => row[at] ?? null)).toEqual(whole.rows.map(row => row[at]))
          const others = part.rows.flatMap(row => row.filter((_, i) => whole.columns[i] !== title))
          expect(others.filter(cell => cell !== null)).toEqual([])
        }
      }
    }
  })

  it('passes on what is thrown while rows are taken, as it is', async () => {
    const book = await readWorkbook(await simple())
    const fault = new WorksheetMissingError('x.xlsx', 'T', ['S'])
    const refuse = () => {
      throw fault
    }
    await expect(book.eachRow('S', new Set(['a']), refuse)).rejects.toBe(fault)
    await expect(book.eachRow('S', new Set(['a']), () => refuse)).rejects.toBe(fault)
    await expect(book.eachRow('T', new Set(['a']), refuse)).rejects.toThrow(WorksheetMissingError)
  })

  it('takes the titles from the first row with a value, and passes over what follows the columns that are wanted', async () => {
    const cells = (row: number, ...xml: string[]) =>
      `<row r="${row}">${xml.map((x, i) => x.replace('<c', `<c r="${'ABCD'[i]}${row}"`)).join('')}</row>`
    const text = (t: string) => `<c t="inlineStr"><is><t>${t}</t></is></c>`
    const bytes = await withRows(
      cells(1, '<c t="e"><v>#N/A</v></c>') +
        cells(2, text('a'), text('b'), text('c'), text('d')) +
        cells(3, text('1'), text('2'), '<c><v>3</v></c>', '<c><f>1+1</f></c>') +
        cells(4, '<c/>', '<c/>', '<c/>', text('x')) +
        cells(5, text('5'), text('6'), text('</row in words'.replace('<', '&lt;')), text('y')) +
        cells(6, text('7'), '<c/>', '<c t="inlineStr"><is><t><![CDATA[</row>]]></t></is></c>', text('z')) +
        cells(7, '<c/>', '<c/>', '<c/>', '<c s="1"/>'),
    )
    const sheet = await partOf(await readWorkbook(bytes), 'S', 'b')
    expect(sheet.columns).toEqual(['a', 'b', 'c', 'd'])
    expect(sheet.rows.map(row => row[1] ?? null)).toEqual(['2', null, '6', null])
    expect(sheet.rowNumbers).toEqual([3, 4, 5, 6])
    expect((await readSheet(bytes, 'S')).rowNumbers).toEqual([3, 4, 5, 6])
  })

  it('names the worksheets that there are, and the nearest', async () => {
    const read = readSheet(workbookFile('styled.xlsx'), 'Manifst', 'styled.xlsx')
    await expect(read).rejects.toThrow(WorksheetMissingError)
    await expect(read).rejects.toThrow(
      'styled.xlsx: there is no worksheet "Manifst"; it has "Manifest", "Übersicht & more", "Hidden", "Formulas"',
    )
    await expect(read).rejects.toMatchObject({ remedy: 'Did you mean "Manifest"?' })
  })

  it('reads one worksheet where another is damaged', async () => {
    const damaged = await withPart(workbookFile('styled.xlsx'), 'xl/worksheets/sheet2.xml', () => '<broken')
    expect((await readSheet(damaged, 'Manifest')).rows).toHaveLength(12)
    await expect(readSheet(damaged, 'Übersicht & more', 'x.xlsx')).rejects.toThrow(
      'x.xlsx: the workbook is damaged: xl/worksheets/sheet2.xml: it ends in the middle of a tag',
    )
  })

  it('reports formulas without a value and errors, by row and column', async () => {
    const formulas = await readSheet(workbookFile('styled.xlsx'), 'Formulas')
    expect(formulas.cellErrors).toHaveLength(8)
    expect(formulas.cellErrors[0]).toEqual({ row: 2, column: 'doubled', error: 'formula without a value' })
    const values = await readSheet(workbookFile('values.xlsx'), 'Values')
    expect(values.cellErrors.map(({ column, error }) => [column, error])).toEqual([
      ['cell', '#N/A'],
      ['cell', '#DIV/0!'],
    ])
  })

  it('keeps row numbers where rows are blank', async () => {
    const table = await readSheet(
      await withRows(
        '<row r="3"><c r="B3" t="inlineStr"><is><t>id</t></is></c></row><row r="4"/><row r="9"><c r="B9"><v>5</v></c><c r="C9" t="e"><v>#REF!</v></c></row>',
      ),
      'S',
    )
    expect(table).toMatchObject({ columns: ['', 'id'], rows: [[null, 5]], rowNumbers: [9] })
    expect(table.cellErrors).toEqual([{ row: 9, column: 'C', error: '#REF!' }])
  })

  it('restores characters that XML cannot carry', async () => {
    const table = await readSheet(
      await withRows(
        '<row><c t="inlineStr"><is><t>h</t></is></c></row><row><c t="str"><v>a_x000D__x005F_x0041_ _x1</v></c></row>',
      ),
      'S',
    )
    expect(table.rows).toEqual([['a\r_x0041_ _x1']])
  })

  it('keeps the digits of an integer that no number holds, and dates as ISO text', async () => {
    const table = await readSheet(
      await withRows(
        '<row><c t="inlineStr"><is><t>h</t></is></c></row><row><c><v>1234567890123456789</v></c></row><row><c t="d"><v>2025-08-25</v></c></row>',
      ),
      'S',
    )
    expect(table.rows).toEqual([['1234567890123456789'], ['2025-08-25']])
  })

  it('reads a strict workbook', async () => {
    let strict = await simple()
    for (const part of [
      'xl/workbook.xml',
      '_rels/.rels',
      'xl/_rels/workbook.xml.rels',
      SHEET,
      'xl/styles.xml',
    ])
      strict = await withPart(strict, part, text =>
        text
          .replaceAll(
            'http://schemas.openxmlformats.org/spreadsheetml/2006/main',
            'http://purl.oclc.org/ooxml/spreadsheetml/main',
          )
          .replaceAll(
            'http://schemas.openxmlformats.org/officeDocument/2006/relationships',
            'http://purl.oclc.org/ooxml/officeDocument/relationships',
          ),
      )
    expect((await readSheet(strict, 'S')).rows).toEqual([['x', 1]])
  })

  it.each([
    ['<row><c r="XFE1"><v>1</v></c></row>', 'beyond column XFD'],
    ['<row><c r="1"><v>1</v></c></row>', 'no column letters'],
    ['<row><c><v>one</v></c></row>', '"one" where a number should be'],
    ['<row><c t="s"><v>0</v></c></row>', 'shared string that is not there'],
    ['<row><c t="zzz9"><v>0</v></c></row>', 'unknown type'],
    ['<row r="0"><c><v>0</v></c></row>', 'number 0'],
    ['<row><c r="A1><v>0</v></c></row>', 'damaged'],
  ])('refuses the cells %s', async (rows, reason) => {
    const read = readSheet(await withRows(rows), 'S', 'x.xlsx')
    await expect(read).rejects.toThrow(WorkbookCorruptError)
    await expect(read).rejects.toThrow(reason)
  })
})

describe('what is no workbook', () => {
  const text = (value: string) => new TextEncoder().encode(value)
  const ole = (content: string) =>
    Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, ...[...content].flatMap(c => [c.charCodeAt(0), 0])])

  it.each([
    ['nothing', new Uint8Array(0), 'the file is empty'],
    ['.xls', ole('Workbook'), 'old .xls workbook'],
    ['a protected workbook', ole('EncryptionInfo EncryptedPackage'), 'protected by a password'],
    ['CSV', text('a,b\n1,2\n'), 'a text file such as CSV'],
    ['HTML', text('\n<!DOCTYPE html><html></html>'), 'an HTML page'],
    ['XML', text('<?xml version="1.0"?><Workbook/>'), 'an XML file'],
    ['a picture', Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0, 1]), 'this is not an .xlsx workbook'],
    ['a cut archive', workbookFile('styled.xlsx').subarray(0, 5000), 'was not copied whole'],
  ])('%s is told as what it is', async (_, bytes, reason) => {
    await expect(readWorkbook(bytes, 'in.xlsx')).rejects.toThrow(WorkbookCorruptError)
    await expect(readWorkbook(bytes, 'in.xlsx')).rejects.toThrow(reason)
    await expect(readWorkbook(bytes, 'in.xlsx')).rejects.toThrow('in.xlsx: ')
  })

  it('another zip archive, a binary workbook, a text document', async () => {
    const rels = (target: string) =>
      `<Relationships><Relationship Id="a" Type="x/officeDocument" Target="${target}"/></Relationships>`
    await expect(readWorkbook(await packageOf([['a.txt', 'a']]))).rejects.toThrow('a zip archive, but not')
    await expect(readWorkbook(await packageOf([['_rels/.rels', rels('xl/workbook.bin')]]))).rejects.toThrow(
      '.xlsb',
    )
    await expect(readWorkbook(await packageOf([['_rels/.rels', rels('word/document.xml')]]))).rejects.toThrow(
      'an Office document, but not a workbook',
    )
    await expect(readWorkbook(await packageOf([['_rels/.rels', rels('xl/workbook.xml')]]))).rejects.toThrow(
      'lacks its part xl/workbook.xml',
    )
    const ods = [['mimetype', 'application/vnd.oasis.opendocument.spreadsheet']] as const
    const stored = await packageOf(ods)
    const local = new TextEncoder().encode(ods[0].join(''))
    stored.set(local, 30)
    await expect(readWorkbook(stored)).rejects.toThrow('OpenDocument')
  })

  it('a workbook without worksheets', async () => {
    const empty = await withPart(await simple(), 'xl/workbook.xml', part => part.replace(/<sheet .*?\/>/, ''))
    await expect(readWorkbook(empty)).rejects.toThrow('lists no worksheet')
  })
})
