import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { gzipParts } from '../../../src/storage/gzip.ts'

const gzip = (parts: Uint8Array[], elementBytes: 1 | 2 | 4 | 8 = 4) =>
  Buffer.concat([...gzipParts(parts, elementBytes)])

it('is one gzip member of the parts, whatever their cut', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 5000 }),
      fc.nat(5000),
      fc.constantFrom(1, 2, 4, 8 as const),
      (data, cut, size) => {
        const whole = gzip([data], size as 1)
        expect(gunzipSync(whole).equals(data)).toBe(true)
        expect(gzip([data.subarray(0, cut), data.subarray(cut)], size as 1).equals(whole)).toBe(true)
      },
    ),
  )
})

it('has no name and no time, and the length at its end', () => {
  const bytes = gzip([new Uint8Array(3_000_000)])
  expect([...bytes.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])
  expect(bytes.readUInt32LE(bytes.length - 4)).toBe(3_000_000)
  expect(gzip([new Uint8Array(3_000_000)]).equals(bytes)).toBe(true)
  expect(bytes.length).toBeLessThan(10_000)
})
