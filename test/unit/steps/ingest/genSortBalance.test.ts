import { describe, expect, it } from 'vitest'
import { atMost } from '../../../../src/steps/ingest/genSortBalance.ts'

const rows = (n: number) => Array.from({ length: n }, (_, i) => [i])

describe('rows of a worksheet', () => {
  it('are all there while they fit', () => {
    expect([...atMost(4, rows(3))]).toEqual(rows(3))
  })

  it('end with how many are left out', () => {
    expect([...atMost(4, rows(9))]).toEqual([...rows(3), [expect.stringContaining('6 more rows')]])
  })
})
