import { expect, it } from 'vitest'
import { SheetNameError } from '../../../../src/formats/table/fault.ts'
import { checkSheetName, requireSheetNames } from '../../../../src/formats/table/sheetName.ts'

it.each(['Manifest', 'split 1', "it's", '武汉', 'a'.repeat(31), 'Histories', '🧠'])('takes %j', name => {
  expect(checkSheetName(name, ['Other'])).toEqual([])
})

it.each([
  ['', 'is empty'],
  ['a'.repeat(32), 'is longer than 31 characters (32)'],
  ['a/b', 'holds /'],
  ['[x]:*?\\', 'holds [ ] : * ? \\'],
  ["'quoted", 'begins or ends with an apostrophe'],
  ["quoted'", 'begins or ends with an apostrophe'],
  ['history', 'is kept by Excel for itself'],
  ['a\nb', 'holds a control character'],
  ['half \ud83e', 'holds a control character'],
  ['manifest', 'is taken (as "Manifest")'],
  ['Manifest', 'is taken'],
])('refuses %j: %s', (name, reason) => {
  expect(checkSheetName(name, ['Manifest'])).toEqual([reason])
})

it('gives every reason', () => {
  expect(checkSheetName(`'${'/'.repeat(32)}`)).toHaveLength(3)
})

it('refuses a set with two names alike', () => {
  expect(() => requireSheetNames(['a', 'b', 'A'], 'out.xlsx')).toThrow(SheetNameError)
  expect(() => requireSheetNames(['a', 'b', 'A'], 'out.xlsx')).toThrow(
    'out.xlsx: the worksheet name "A" is taken (as "a")',
  )
  expect(() => requireSheetNames(['a', 'b'])).not.toThrow()
})
