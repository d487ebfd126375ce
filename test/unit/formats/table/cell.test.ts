import { expect, it } from 'vitest'
import { textCell } from '../../../../src/formats/table/cell.ts'

it.each([
  ['0012', '0012'],
  [null, ''],
  [true, 'TRUE'],
  [false, 'FALSE'],
  [12, '12'],
  [-3, '-3'],
  [0.1, '0.1'],
  [1e15, '1000000000000000', true],
  [123456789012345, '123456789012345'],
  [1234567890123456, '1234567890123456'],
  [1234567890123450, '1234567890123450', true],
  [2 ** 53 - 1, '9007199254740991'],
  [2 ** 53, '9007199254740992', true],
  [6.1e18, '6100000000000000000', true],
  [1e21, '1000000000000000000000', true],
])('textCell(%j) is %j, damaged: %s', (cell, text, damaged = false) => {
  expect(textCell(cell)).toEqual({ text, damaged })
})
