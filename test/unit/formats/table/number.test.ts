import { expect, it } from 'vitest'
import { formatNumber, parseNumber } from '../../../../src/formats/table/ooxml/number.ts'

const parse = (text: string) => {
  const bytes = new TextEncoder().encode(`<v>${text}</v>`)
  return parseNumber(bytes, 3, bytes.length - 4)
}

it.each([
  ['0', 0],
  ['-0', 0],
  ['-7', -7],
  ['0.1', 0.1],
  ['123456789012.345', 123456789012.345],
  ['0.30000000000000004', 0.30000000000000004],
  ['4.9406564584124654E-324', 5e-324],
  ['6.1E+18', 6.1e18],
  ['1e22', 1e22],
  ['+5', 5],
  ['.5', 0.5],
  ['5.', 5],
  [' 12 ', 12],
  ['', null],
  ['  ', null],
  ['9007199254740991', 9007199254740991],
  ['9007199254740993', '9007199254740993'],
  ['-12345678901234567890', '-12345678901234567890'],
])('%j is %j', (text, value) => {
  expect(parse(text)).toBe(value)
})

it.each(['abc', '1,5', '1e', '0x10', 'NaN', '--1', '1.2.3', '-'])('%j is no number', text => {
  expect(parse(text)).toBeUndefined()
})

it('writes what it reads back', () => {
  for (const value of [0.1, 1 / 3, 2 ** 53, 2 ** 60, -(2 ** 70), 5e-324, 1.7976931348623157e308, 1e21, -42])
    expect(parse(formatNumber(value))).toBe(value)
})
