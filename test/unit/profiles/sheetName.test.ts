import { expect, test } from 'vitest'
import { sheetNameProblem } from '../../../src/profiles/sheetName.ts'

test.each([
  ['split01_Tongji', undefined],
  ['x'.repeat(31), undefined],
  ["it's", undefined],
  ['x'.repeat(32), 'at most 31'],
  ['', 'needs a name'],
  ['a:b', 'the character :'],
  ['a[b', 'the character ['],
  ["'a", 'apostrophe'],
  ["a'", 'apostrophe'],
  ['HISTORY', 'keeps the name History'],
  ['findings', 'already in the workbook'],
  ['a\nb', 'control'],
])('%j', (name, problem) => {
  if (problem === undefined) expect(sheetNameProblem(name)).toBeUndefined()
  else expect(sheetNameProblem(name)).toContain(problem)
})
