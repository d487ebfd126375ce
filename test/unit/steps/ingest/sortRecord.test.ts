import { describe, expect, it } from 'vitest'
import { EXIT } from '../../../../src/core/fault.ts'
import { BalanceError, balanceSum, requireBalance } from '../../../../src/steps/ingest/sortRecord.ts'

describe('the balance', () => {
  it('sums every column', () => {
    const a = { pid: 'A', read: 6, copied: 3, duplicates: 2, skipped: 1 }
    const b = { pid: 'B', read: 10, copied: 10, duplicates: 0, skipped: 0 }
    expect(balanceSum([a, b])).toEqual({ read: 16, copied: 13, duplicates: 2, skipped: 1 })
  })

  it('is an internal fault when files are lost or counted twice', () => {
    const good = { read: 6, copied: 3, duplicates: 2, skipped: 1 }
    expect(() => requireBalance('P1', good)).not.toThrow()
    for (const bad of [
      { ...good, read: 7 },
      { ...good, copied: 4 },
    ])
      expect(() => requireBalance('P1', bad)).toThrow(
        expect.objectContaining({ name: BalanceError.name, exitCode: EXIT.internal }),
      )
  })
})
