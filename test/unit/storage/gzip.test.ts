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

it('lets streams be made beside each other, and forgets one that is left in the middle', () => {
  const data = [1, 2, 3].map(seed => Uint8Array.from({ length: 3 << 20 }, (_, i) => (i * seed) >> (i & 7)))
  const alone = data.map(d => gzip([d]))
  const left = gzipParts([data[0]!], 4)
  left.next()
  left.next()
  left.return(undefined)
  const streams = data.map(d => ({ stream: gzipParts([d], 4), pieces: [] as Uint8Array[], done: false }))
  while (streams.some(s => !s.done))
    for (const s of streams) {
      const next = s.stream.next()
      if (next.done) s.done = true
      else s.pieces.push(next.value)
    }
  for (const [i, { pieces }] of streams.entries()) expect(Buffer.concat(pieces).equals(alone[i]!)).toBe(true)
})
