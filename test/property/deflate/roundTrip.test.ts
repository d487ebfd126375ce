import { inflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createDeflater } from '../../../src/formats/deflate/deflater.ts'

const deflater = createDeflater()
const elementBytes = fc.constantFrom(1 as const, 2 as const, 4 as const, 8 as const)

/** Literals, runs and copies from before, in any order: the stuff of deflate. */
const pieces = fc.array(
  fc.oneof(
    fc.record({ bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }) }),
    fc.record({ value: fc.integer({ min: 0, max: 255 }), run: fc.integer({ min: 1, max: 2000 }) }),
    fc.record({ distance: fc.integer({ min: 1, max: 40_000 }), copy: fc.integer({ min: 1, max: 700 }) }),
  ),
  { maxLength: 200 },
)

function built(list: typeof pieces extends fc.Arbitrary<infer T> ? T : never): Uint8Array {
  const out: number[] = []
  for (const piece of list)
    if ('bytes' in piece) out.push(...piece.bytes)
    else if ('run' in piece) for (let i = 0; i < piece.run; i++) out.push(piece.value)
    else for (let i = 0; i < piece.copy; i++) out.push(out[out.length - piece.distance] ?? i & 255)
  return Uint8Array.from(out)
}

it('inflating undoes deflating', () => {
  fc.assert(
    fc.property(pieces, elementBytes, (list, size) => {
      const input = built(list)
      const output = deflater.deflate(input, { elementBytes: size })
      expect(Buffer.compare(inflateRawSync(output), input)).toBe(0)
    }),
    { numRuns: 300 },
  )
})

it('parts deflated apart join to the whole, however it was cut', () => {
  const cuts = fc.array(fc.nat(), { maxLength: 4 })
  fc.assert(
    fc.property(pieces, cuts, elementBytes, (list, places, size) => {
      const input = built(list)
      const borders = [0, ...places.map(n => n % (input.length + 1)).sort((a, b) => a - b), input.length]
      const outputs = borders.slice(1).map((end, i) =>
        deflater.deflate(input.subarray(borders[i], end), {
          elementBytes: size,
          final: i === borders.length - 2,
        }),
      )
      expect(Buffer.compare(inflateRawSync(Buffer.concat(outputs)), input)).toBe(0)
    }),
    { numRuns: 100 },
  )
})
