import { expect, it } from 'vitest'
import { ColumnAmbiguousError, ColumnMissingError } from '../../../../src/formats/table/fault.ts'
import { columnIndex, columnLetters } from '../../../../src/formats/table/table.ts'

const table = {
  name: 'Manifest',
  source: 'manifest.xlsx',
  columns: ['file_path', 'site', '', 'seq', 'site'],
  rows: [],
  rowNumbers: [],
  cellErrors: [],
}

it('finds a column', () => {
  expect(columnIndex(table, 'seq')).toBe(3)
})

it('names file, worksheet and columns when there is none, and suggests the nearest', () => {
  const find = () => columnIndex(table, 'filepath')
  expect(find).toThrow(ColumnMissingError)
  expect(find).toThrow(
    'manifest.xlsx, worksheet "Manifest": there is no column "filepath"; it has "file_path", "site", "seq", "site"',
  )
  expect(find).toThrow(
    expect.objectContaining({ remedy: 'Did you mean "file_path"?', where: 'manifest.xlsx' }),
  )
})

it('refuses to choose among columns of one name', () => {
  expect(() => columnIndex(table, 'site')).toThrow(ColumnAmbiguousError)
})

it.each([
  [0, 'A'],
  [25, 'Z'],
  [26, 'AA'],
  [701, 'ZZ'],
  [702, 'AAA'],
  [16383, 'XFD'],
])('calls column %d %s', (column, letters) => {
  expect(columnLetters(column)).toBe(letters)
})
