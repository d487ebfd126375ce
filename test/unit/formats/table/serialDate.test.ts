import { expect, it } from 'vitest'
import {
  isDateFormat,
  isDateFormatId,
  isoFromSerial,
} from '../../../../src/formats/table/ooxml/serialDate.ts'

it.each([
  [1, '1900-01-01'],
  [59, '1900-02-28'],
  [61, '1900-03-01'],
  [45894, '2025-08-25'],
  [45894.573263888888, '2025-08-25T13:45:30'],
  [45894.000005787, '2025-08-25T00:00:00.500'],
  [2958465, '9999-12-31'],
  [0.25, '06:00:00'],
  [0, '00:00:00'],
])('serial %d is %s', (serial, iso) => {
  expect(isoFromSerial(serial, false)).toBe(iso)
})

it('counts from 1904 where the workbook does', () => {
  expect(isoFromSerial(1, true)).toBe('1904-01-02')
  expect(isoFromSerial(45894 - 1462, true)).toBe('2025-08-25')
})

it.each([-1, 2958466, Number.NaN])('serial %d is no date', serial => {
  expect(isoFromSerial(serial, false)).toBeUndefined()
})

it.each([
  'yyyy-mm-dd',
  'd/m/yy h:mm',
  'mm:ss',
  '[$-804]yyyy"年"m"月"d"日"',
  '[Red]dd.mm.yyyy;@',
  'h:mm AM/PM',
])('%s shows a date or time', code => {
  expect(isDateFormat(code)).toBe(true)
})

it.each([
  'General',
  '0.00',
  '#,##0 "days"',
  '[h]:mm:ss',
  '[mm]:ss',
  '@',
  '0.0\\d',
  '[Red]0;[Blue]-0',
  '_($* #,##0_)',
  '0.00E+00',
])('%s shows a number', code => {
  expect(isDateFormat(code)).toBe(false)
})

it('knows the built-in formats', () => {
  expect([14, 22, 45, 58].every(isDateFormatId)).toBe(true)
  expect([0, 1, 13, 37, 46, 49, 164].some(isDateFormatId)).toBe(false)
})
