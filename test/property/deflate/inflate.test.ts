import { crc32, deflateRawSync, gzipSync, inflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createDeflater } from '../../../src/formats/deflate/deflater.ts'
import { InflateError } from '../../../src/formats/deflate/fault.ts'
import { gunzipStream } from '../../../src/formats/deflate/gunzip.ts'
import { createInflater } from '../../../src/formats/deflate/inflater.ts'

const inflater = createInflater()

/** Literals, runs and copies from before, in any order: the stuff of deflate. */
const content = fc
  .array(
    fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 40 }).map(bytes => ({ bytes, distance: 0, copy: 0 })),
      fc.record({
        bytes: fc.constant(new Uint8Array(0)),
        distance: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 40_000 })),
        copy: fc.integer({ min: 1, max: 900 }),
      }),
    ),
    { maxLength: 150 },
  )
  .map(pieces => {
    const out: number[] = []
    for (const { bytes, distance, copy } of pieces) {
      out.push(...bytes)
      for (let i = 0; i < copy; i++) out.push(out[out.length - distance] ?? (i * 7) & 255)
    }
    return Uint8Array.from(out)
  })
const options = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  strategy: fc.integer({ min: 0, max: 4 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
  windowBits: fc.integer({ min: 9, max: 15 }),
})
const cuts = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 8 })

/** Pieces of the sizes in `sizes`, again and again. */
function* pieces(input: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, i = 0; at < input.length; i++) {
    const size = sizes[i % sizes.length]!
    yield input.subarray(at, at + size)
    at += size
  }
}

function inflated(input: Uint8Array, sizes: readonly number[]): Buffer | undefined {
  const parts: Buffer[] = []
  try {
    const stream = inflater.begin()
    for (const piece of pieces(input, sizes))
      if (stream.push(piece, chunk => parts.push(Buffer.from(chunk))).done) break
    stream.finish()
  } catch (error) {
    if (error instanceof InflateError) return undefined
    throw error
  }
  return Buffer.concat(parts)
}

function zlibInflated(input: Uint8Array): Buffer | undefined {
  try {
    return inflateRawSync(input)
  } catch {
    return undefined
  }
}

it('inflating undoes what zlib does, whatever the options and cuts', () => {
  fc.assert(
    fc.property(content, options, cuts, (bytes, how, sizes) => {
      expect(inflated(deflateRawSync(bytes, how), sizes)?.equals(bytes)).toBe(true)
    }),
    { numRuns: 400 },
  )
})

it('inflating undoes our own deflating', () => {
  const deflater = createDeflater()
  fc.assert(
    fc.property(
      content,
      fc.constantFrom(1 as const, 2 as const, 4 as const, 8 as const),
      cuts,
      (bytes, size, sizes) => {
        expect(inflated(deflater.deflate(bytes, { elementBytes: size }), sizes)?.equals(bytes)).toBe(true)
      },
    ),
    { numRuns: 200 },
  )
})

it('damaged streams succeed or fail as in zlib', () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 4,
  })
  fc.assert(
    fc.property(content, options, damage, cuts, (bytes, how, places, sizes) => {
      const input = deflateRawSync(bytes, how)
      for (const [at, change] of places) input[at % input.length]! ^= change
      const expected = zlibInflated(input)
      const result = inflated(input, sizes)
      expect(result === undefined).toBe(expected === undefined)
      expect(expected === undefined || result!.equals(expected)).toBe(true)
    }),
    { numRuns: 1500 },
  )
})

it('members of gzip join, however they are cut', () => {
  fc.assert(
    fc.property(fc.array(content, { minLength: 1, maxLength: 4 }), options, cuts, (list, how, sizes) => {
      const input = Buffer.concat(list.map(bytes => gzipSync(bytes, how)))
      const stream = gunzipStream(inflater, crc32)
      const parts: Buffer[] = []
      for (const piece of pieces(input, sizes)) stream.push(piece, chunk => parts.push(Buffer.from(chunk)))
      stream.finish()
      expect(Buffer.concat(parts).equals(Buffer.concat(list))).toBe(true)
    }),
    { numRuns: 150 },
  )
})
