import { describe, expect, test } from 'vitest'
import { ArchiveMatcher, maskNames } from '../../../src/profiles/match.ts'
import { parseProfile } from '../../../src/profiles/parse.ts'
import { ProfileTableError, tableFromJson } from '../../../src/profiles/tableJoin.ts'
import { matched, profileText, smallMatcher } from './archive.ts'

const TABLE = "[{ file: a.csv, key: { P: '{pid}' }, attributes: { age: Age } }]"

const withTable = (columns: string[], rows: (string | number | boolean | null)[][], tables = TABLE) =>
  new ArchiveMatcher(parseProfile(profileText({ tables }), 'p.yaml'), [{ columns, rows }])

describe('values that would go wrong as names of folders', () => {
  const sections = {
    attributes: "{ code: { from: site, map: { A: '..', B: 'x/y', C: '', D: 'fine' } } }",
    layout: "{ folder: '{code}/{id}' }",
  }
  test.each([
    ['A', 'it means a folder of its own'],
    ['B', 'it holds a slash'],
    ['C', 'it is empty'],
  ])('%s', (site, reason) => {
    expect(smallMatcher(sections).match(`${site}/1.nii.gz`)).toMatchObject({
      status: 'unmatched',
      cause: 'value',
      message: expect.stringContaining(reason),
    })
  })

  test('others pass', () => {
    expect(matched(smallMatcher(sections).match('D/1.nii.gz')).attributes.code).toBe('fine')
  })

  test('a control character', () => {
    expect(smallMatcher().match('A/1\u0007.nii.gz')).toMatchObject({ cause: 'value' })
  })
})

test('an id that could be two samples is refused', () => {
  const matcher = smallMatcher({ placeholders: '{}', sample: "{ id: '{site}_{pid}' }" })
  expect(matched(matcher.match('A/B_C.nii.gz')).sampleId).toBe('A_B_C')
  expect(matcher.match('A_B/C.nii.gz')).toMatchObject({
    cause: 'ambiguous',
    message: "the folder A_B_C would not read back: site is 'A_B' here and 'A' there",
  })
})

test('keys of samples cannot run into each other', () => {
  const matcher = smallMatcher({ placeholders: '{}', sample: "{ id: '{site} {pid}', key: [site, pid] }" })
  const keys = ['a","b/c.nii.gz', 'a/b","c.nii.gz'].map(path => matched(matcher.match(path)).sampleKey)
  expect(new Set(keys).size).toBe(2)
})

test('the first entry that fits decides, and one that where keeps out leaves the file to the next', () => {
  const matcher = smallMatcher({
    files:
      "[{ role: mask, name: first, path: '{site}/{pid}.nii', where: { site: [A] } }, { role: volume, path: '{site}/{pid}.nii', where: { site: [A, B] } }]",
  })
  expect(matched(matcher.match('A/1.nii'))).toMatchObject({ role: 'mask', maskName: 'first', entry: 0 })
  expect(matched(matcher.match('B/1.nii'))).toMatchObject({ role: 'volume', maskName: undefined, entry: 1 })
  expect(matcher.match('C/1.nii')).toEqual({
    status: 'left-out',
    reason: "site is 'C', and the profile takes 'A'",
    entry: 0,
  })
})

test('a placeholder named like a property of objects is a placeholder', () => {
  const matcher = smallMatcher({
    files: "[{ role: volume, path: '{constructor}/{pid}.nii' }]",
    attributes: '{ site: { from: constructor, map: { a: A } } }',
  })
  expect(matched(matcher.match('a/1.nii')).attributes.site).toBe('A')
  expect(matcher.match('toString/1.nii')).toMatchObject({ cause: 'map' })
})

test('maskNames gives each mask once, in the order in which they are merged', () => {
  const files =
    "[{ role: mask, name: organ, path: '{site}/{pid}_o' }, { role: mask, name: tumour, path: '{site}/{pid}_t' }, { role: mask, name: organ, path: '{site}/{pid}_O' }, { role: volume, path: '{site}/{pid}' }]"
  expect(maskNames(parseProfile(profileText({ files }), 'p'))).toEqual(['organ', 'tumour'])
})

describe('tables', () => {
  test('cells become text; white space around them, and their Unicode form, do not matter', () => {
    const matcher = withTable(
      [' P ', 'Age'],
      [
        [' Zoe\u0308 ', 41],
        ['0017', true],
      ],
    )
    expect(matched(matcher.match('A/Zoë.nii.gz')).attributes.age).toBe('41')
    expect(matched(matcher.match('A/0017.nii.gz')).attributes.age).toBe('true')
  })

  test('rows with one key that agree are fine', () => {
    expect(
      matched(
        withTable(
          ['P', 'Age'],
          [
            ['1', 41],
            ['1', '41'],
          ],
        ).match('A/1.nii.gz'),
      ).attributes.age,
    ).toBe('41')
  })

  test('a number in the table and zeros in the name are told apart, with the cause', () => {
    const match = withTable(['P', 'Age'], [[17, 41]]).match('A/0017.nii.gz')
    expect(match).toMatchObject({
      cause: 'table',
      message: "a.csv has no row with P = '0017', but one without the leading zeros",
      remedy: 'Format the column of a.csv as text and type the value again with its zeros.',
    })
  })

  test('a number beyond what a double holds is not believed', () => {
    const match = withTable(['P', 'Age'], [['1', 6.1e18]]).match('A/1.nii.gz')
    expect(match).toMatchObject({ message: expect.stringContaining('more digits than a spreadsheet keeps') })
  })

  test('an optional table leaves attributes empty', () => {
    const optional = TABLE.replace('}]', ', optional: true }]')
    const matcher = withTable(['P', 'Age'], [['1', null]], optional)
    expect(matched(matcher.match('A/1.nii.gz')).attributes.age).toBe('')
    expect(matched(matcher.match('A/2.nii.gz')).attributes.age).toBe('')
  })

  test('a missing column is named with the nearest one', () => {
    expect(() => withTable(['P', 'age_'], [])).toThrow("a.csv has no column 'Age'; its columns are P, age_")
    try {
      withTable(['P', 'age_'], [])
    } catch (error) {
      expect((error as ProfileTableError).remedy).toContain("Did you mean 'age_'?")
    }
  })

  test('a missing table is named', () => {
    expect(() => new ArchiveMatcher(parseProfile(profileText({ tables: TABLE }), 'p.yaml'))).toThrow(
      'the profile small needs the table a.csv',
    )
  })
})

describe('tableFromJson', () => {
  test('columns are all keys in order; digits of long numbers survive', () => {
    const text =
      '\uFEFF[{"b": 1, "a": 6100000000000012345}, {"a": "x 12345678901234567890", "c": null, "d": 1.50}]'
    expect(tableFromJson(text, 't.json')).toEqual({
      columns: ['b', 'a', 'c', 'd'],
      rows: [
        [1, '6100000000000012345', null, null],
        [null, 'x 12345678901234567890', null, '1.50'],
      ],
    })
  })

  test.each([
    ['{}', 'it does not hold an array'],
    ['[1]', 'item 1 is no object'],
    ['[{"a": []}]', "'a' of item 1 is not a plain value"],
    ['[{]', 't.json is no table'],
  ])('%s', (text, reason) => {
    expect(() => tableFromJson(text, 't.json')).toThrow(ProfileTableError)
    expect(() => tableFromJson(text, 't.json')).toThrow(reason)
  })
})
