import { crc32 as nodeCrc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { crc32, tabledCrc32 } from '../../../../src/formats/zip/crc32.ts'

const text = (value: string) => new TextEncoder().encode(value)

describe.each([
  ['crc32', crc32],
  ['tabledCrc32', tabledCrc32],
])('%s', (_, crc32) => {
  it('gives the check value of the algorithm', () => {
    expect(crc32(text('123456789'))).toBe(0xcbf43926)
    expect(crc32(new Uint8Array(0))).toBe(0)
  })

  it('goes on from an earlier call, at any place', () => {
    const whole = text('the quick brown fox jumps over the lazy dog')
    for (let cut = 0; cut <= whole.length; cut++)
      expect(crc32(whole.subarray(cut), crc32(whole.subarray(0, cut)))).toBe(crc32(whole))
  })

  it.skipIf(nodeCrc32 === undefined)(
    'equals zlib for every byte (skipped where node has no zlib.crc32)',
    () => {
      const bytes = Uint8Array.from({ length: 1027 }, (_, i) => (i * 31 + (i >> 8)) & 0xff)
      expect(crc32(bytes)).toBe(nodeCrc32(bytes))
    },
  )
})
