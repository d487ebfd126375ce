import { describe, expect, test } from 'vitest'
import { finiteTexts } from '../../../src/profiles/finitePattern.ts'
import { patternProblem, placeholderRegExp } from '../../../src/profiles/placeholderPattern.ts'

describe('patterns that are taken', () => {
  test.each([
    'images(Tr|Vd|Ts)',
    '\\d+',
    '[^._]+',
    '[A-Z]{2}\\d{3,5}',
    '(?:ab)+',
    '([A-Z]\\d{2})+',
    'v\\d+(_r\\d+)?',
    '\\p{L}+ \\p{Lu}?',
    '[\\]a]?x',
    '\\u{1F600}',
    'a+?b*?',
    '\\(x\\)',
    '\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}',
    'v\\d+(_r\\d+)?-[a-z]+',
  ])('%s', pattern => {
    expect(patternProblem(pattern)).toBeUndefined()
  })
})

describe('patterns that could take for ever, or have no use, are refused', () => {
  test.each([
    ['(\\d+)+', 'exponential'],
    ['(a|a)*', 'exponential'],
    ['(a|aa)+', 'exponential'],
    ['((ab)?)+', 'exponential'],
    ['(x[ab]+)*y', 'exponential'],
    ['(?:\\w*)*', 'exponential'],
    ['(a?){50}', 'exponential'],
    ['(\\w)\\1', 'back reference'],
    ['(?<n>a)\\k<n>', 'named groups'],
    ['(?=a)a', 'look-around'],
    ['(?<!a)b', 'look-around'],
    ['\\w*\\w*\\w*\\w*', 'could take very long'],
    ['\\w{1,200}\\w{1,200}\\w{1,200}\\w{1,200}', 'could take very long'],
    ['a?'.repeat(40), 'could take very long'],
    ['a{0,9}'.repeat(12), 'could take very long'],
    ['(a|ab)'.repeat(30), 'could take very long'],
    ['aa?)+(', 'does not compile'],
    ['^\\d+$', '^ has no use here'],
    ['[a-', 'does not compile'],
    ['a{2', 'does not compile'],
  ])('%s', (pattern, reason) => {
    expect(patternProblem(pattern)?.message).toContain(reason)
    expect(patternProblem(pattern)?.remedy).not.toBe('')
  })
})

test('the worst pattern that is taken ends soon on the longest file name', () => {
  const pattern = '\\w*\\w*\\w*!'
  expect(patternProblem(pattern)).toBeUndefined()
  const begin = performance.now()
  expect(placeholderRegExp(pattern).test('a'.repeat(255))).toBe(false)
  expect(performance.now() - begin).toBeLessThan(5_000)
})

test('a pattern covers the whole text', () => {
  expect(placeholderRegExp('Tr|Vd').test('Tr')).toBe(true)
  expect(placeholderRegExp('Tr|Vd').test('TrVd')).toBe(false)
  expect(placeholderRegExp('\\d+').test('12\n')).toBe(false)
})

describe('finiteTexts', () => {
  test.each([
    ['images(Tr|Vd|Ts)', ['imagesTr', 'imagesVd', 'imagesTs']],
    ['a|b(c|)', ['a', 'bc', 'b']],
    ['x\\.y', ['x.y']],
    ['(?:a|b)(1|2)', ['a1', 'a2', 'b1', 'b2']],
    ['\\d', undefined],
    ['a+', undefined],
    ['(a|b)?', undefined],
    ['[ab]', undefined],
    ['a.', undefined],
  ])('%s', (pattern, texts) => {
    expect(finiteTexts(pattern)).toEqual(texts)
  })
})
