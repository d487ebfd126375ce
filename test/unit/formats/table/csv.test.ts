import { describe, expect, it } from 'vitest'
import { readCsv } from '../../../../src/formats/table/csv.ts'
import { CsvInvalidError } from '../../../../src/formats/table/fault.ts'

describe('readCsv', () => {
  it('keeps every cell as text', () => {
    const table = readCsv('pid,n,note\n0012,1e5,TRUE\n12345678901234567890,,=1+1\n')
    expect(table.columns).toEqual(['pid', 'n', 'note'])
    expect(table.rows).toEqual([
      ['0012', '1e5', 'TRUE'],
      ['12345678901234567890', null, '=1+1'],
    ])
    expect(table.rowNumbers).toEqual([2, 3])
  })

  it.each([
    [',', '2;3'],
    [';', '2,3'],
    ['\t', '2,3'],
  ])('finds the delimiter %j', (delimiter, cell) => {
    const table = readCsv(['a', 'b', 'c\n"x,y;z\t"', '1', cell].join(delimiter))
    expect(table.columns).toEqual(['a', 'b', 'c'])
    expect(table.rows).toEqual([['x,y;z\t', '1', cell]])
  })

  it('takes a delimiter that is given, or named in the file', () => {
    expect(readCsv('a,b;c\n', { delimiter: ';' }).columns).toEqual(['a,b', 'c'])
    const named = readCsv('sep=;\r\na,b;c\r\n1;2\r\n')
    expect(named.columns).toEqual(['a,b', 'c'])
    expect(named.rowNumbers).toEqual([3])
  })

  it('understands quotes, doubled quotes and lines within them', () => {
    const table = readCsv('a,b\r\n"say ""hi""","two\r\nlines"\r\n"x"y,last')
    expect(table.rows).toEqual([
      ['say "hi"', 'two\r\nlines'],
      ['xy', 'last'],
    ])
    expect(table.rowNumbers).toEqual([2, 4])
  })

  it.each(['\n', '\r\n', '\r'])('takes lines ended by %j', end => {
    const table = readCsv(['a,b', '', ' ,', '1,2', '3,4', ''].join(end))
    expect(table.rows).toEqual([
      [' ', null],
      ['1', '2'],
      ['3', '4'],
    ])
    expect(table.rowNumbers).toEqual([3, 4, 5])
  })

  it('fills short rows, keeps cells beyond the header, drops empty columns at the end', () => {
    const table = readCsv('a, b ,,\n1\n1,2,3,\n')
    expect(table.columns).toEqual(['a', 'b', ''])
    expect(table.rows).toEqual([
      ['1', null, null],
      ['1', '2', '3'],
    ])
  })

  it('reads a byte order mark in any encoding', () => {
    expect(readCsv('\ufeffä,b').columns).toEqual(['ä', 'b'])
    expect(readCsv(new TextEncoder().encode('\ufeffä,b')).columns).toEqual(['ä', 'b'])
    const utf16 = Uint8Array.from([0xff, 0xfe, 0xe4, 0, 0x2c, 0, 0x62, 0])
    expect(readCsv(utf16).columns).toEqual(['ä', 'b'])
  })

  it('reads another encoding when it is named, else says what to do', () => {
    const gbk = Uint8Array.from([0xce, 0xe4, 0xba, 0xba])
    expect(readCsv(gbk, { encoding: 'gb18030' }).columns).toEqual(['武汉'])
    expect(() => readCsv(gbk, { source: 'sites.csv' })).toThrow(CsvInvalidError)
    expect(() => readCsv(gbk, { source: 'sites.csv' })).toThrow(
      'sites.csv: the text is not in the encoding utf-8',
    )
  })

  it('names the line of a quote that is never closed', () => {
    const read = () => readCsv('a,b\n"1\n2",3\n4,"5\n6,7', { source: 'x.csv' })
    expect(read).toThrow('x.csv: a quoted field that begins in line 4 is never closed')
  })

  it('reads nothing from nothing', () => {
    expect(readCsv('')).toMatchObject({ columns: [], rows: [] })
    expect(readCsv('\n\n')).toMatchObject({ columns: [], rows: [] })
  })
})
