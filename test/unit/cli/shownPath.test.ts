import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { shownPath } from '../../../src/cli/shownPath.ts'

const here = path.resolve('/home/reader/work')

describe('shownPath', () => {
  it('is relative below the folder', () => {
    expect(shownPath(path.join(here, 'data/a.xlsx'), here)).toBe(path.join('data', 'a.xlsx'))
  })

  it('is absolute where the way up is longer', () => {
    expect(shownPath(path.resolve('/tmp/d1/a.xlsx'), here)).toBe(path.resolve('/tmp/d1/a.xlsx'))
  })

  it('is relative for a neighbour that is nearer so', () => {
    expect(shownPath(path.resolve('/home/reader/other/a.xlsx'), here)).toBe(
      path.join('..', 'other', 'a.xlsx'),
    )
  })

  it('is a dot for the folder itself', () => {
    expect(shownPath(here, here)).toBe('.')
  })
})
