import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { folderName } from '../../../../src/steps/ingest/folderName.ts'

describe('folderName', () => {
  it.each(['1.2.840.113619.2', 'P001', '01A_002', '张三-7', 'ID (2)'])('keeps %s', name => {
    expect(folderName(name)).toBe(name)
  })

  it.each([
    '../../etc/passwd',
    '..',
    '.',
    '.hidden',
    'a/b',
    'a\\b',
    'C:x',
    'tail.',
    'tail ',
    '',
    'x'.repeat(300),
  ])('makes a name of its own of %j', name => {
    expect(folderName(name)).toMatch(/^[\p{L}\p{N}_-]{0,100}-[0-9a-f]{12}$/u)
  })

  it('never leads out of its folder and never joins two identifiers', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        expect(folderName(a)).not.toMatch(/[/\\\0]|^\.|[. ]$/)
        if (a !== b) expect(folderName(a)).not.toBe(folderName(b))
      }),
    )
  })
})
