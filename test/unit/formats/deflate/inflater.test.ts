import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { InflateError, InflateStreamError } from '../../../../src/formats/deflate/fault.ts'
import { createInflater } from '../../../../src/formats/deflate/inflater.ts'
import { bytesOf, ellipsoidMask, noisyVolume, uniform } from './syntheticVolumes.ts'

const inflater = createInflater()

/** The content, or the kind of the error. */
function outcome(input: Uint8Array, cut = input.length): Buffer | string {
  const parts: Buffer[] = []
  try {
    const stream = inflater.begin()
    for (let at = 0; at < input.length; at += cut)
      if (stream.push(input.subarray(at, at + cut), chunk => parts.push(Buffer.from(chunk))).done) break
    stream.finish()
  } catch (error) {
    if (error instanceof InflateError) return error.kind
    throw error
  }
  return Buffer.concat(parts)
}

function zlibOutcome(input: Uint8Array): Buffer | string {
  try {
    return inflateRawSync(input)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR' ? 'truncated' : 'corrupt'
  }
}

const agrees = (a: Buffer | string, b: Buffer | string): boolean =>
  typeof a === 'string' || typeof b === 'string' ? a === b : a.equals(b)

function shuffled(values: number[], seed: number): Uint8Array {
  const next = uniform(seed)
  for (let i = values.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1))
    ;[values[i], values[j]] = [values[j]!, values[i]!]
  }
  return Uint8Array.from(values)
}

/** Bytes whose counts are Fibonacci numbers: their Huffman codes have every length up to the limit of 15. */
function deepCodes(): Uint8Array {
  const counts = [1, 1]
  while (counts.length < 22) counts.push(counts.at(-1)! + counts.at(-2)!)
  return shuffled(
    counts.flatMap((count, value) => new Array<number>(count).fill(value * 11)),
    3,
  )
}

function randomBytes(length: number, seed = 1): Uint8Array {
  const next = uniform(seed)
  return Uint8Array.from({ length }, () => Math.floor(next() * 256))
}

/** Runs of every period up to 40 and beyond, of many lengths: every way to copy a match. */
function periods(): Uint8Array {
  const parts: Uint8Array[] = []
  for (let period = 1; period <= 70; period++) {
    const one = randomBytes(period, period)
    parts.push(Uint8Array.from({ length: period * 3 + 7 * period + 301 }, (_, i) => one[i % period]!))
  }
  return new Uint8Array(Buffer.concat(parts))
}

const contents: Record<string, Uint8Array> = {
  nothing: new Uint8Array(0),
  'one byte': Uint8Array.of(7),
  text: Buffer.from('the slices of the volume, the voxels of the slices. '.repeat(30)),
  zeros: new Uint8Array(700_000),
  'random bytes': randomBytes(150_000),
  'deep codes': deepCodes(),
  periods: periods(),
  'float32 volume': bytesOf(noisyVolume(44)),
  'int16 volume': bytesOf(Int16Array.from(noisyVolume(64))),
  'float64 mask': bytesOf(Float64Array.from(ellipsoidMask().subarray(0, 400_000))),
}
/** Small enough to try every bit and every cut. */
const small = contents.text!.subarray(0, 300)
const STRATEGIES = [
  constants.Z_DEFAULT_STRATEGY,
  constants.Z_FILTERED,
  constants.Z_HUFFMAN_ONLY,
  constants.Z_RLE,
  constants.Z_FIXED,
]

describe('what zlib deflates', () => {
  for (const [name, content] of Object.entries(contents)) {
    it(`${name}, at every level`, () => {
      for (let level = 0; level <= 9; level++)
        expect(agrees(outcome(deflateRawSync(content, { level })), Buffer.from(content))).toBe(true)
    })

    it(`${name}, by every strategy, memory level and window`, () => {
      const part = content.subarray(0, 200_000)
      for (const strategy of STRATEGIES)
        for (const [memLevel, windowBits] of [
          [1, 9],
          [3, 15],
          [9, 11],
          [9, 15],
        ])
          expect(
            agrees(
              outcome(deflateRawSync(part, { strategy, memLevel: memLevel!, windowBits: windowBits! })),
              Buffer.from(part),
            ),
          ).toBe(true)
    })

    it(`${name}, cut in pieces`, () => {
      for (const level of [0, 1, 6]) {
        const input = deflateRawSync(content, { level })
        for (const cut of [input.length < 20_000 ? 1 : 29, 31, 4096, 65_536, 65_537])
          expect(agrees(outcome(input, cut), Buffer.from(content))).toBe(true)
      }
    })
  }

  it('in many short blocks', () => {
    const content = contents['int16 volume']!.subarray(0, 60_000)
    const parts: Buffer[] = []
    for (let at = 0; at < content.length; at += 97)
      parts.push(
        deflateRawSync(content.subarray(at, at + 97), {
          finishFlush: constants.Z_SYNC_FLUSH,
          strategy: at % 2 ? constants.Z_FIXED : constants.Z_DEFAULT_STRATEGY,
          level: at % 3 ? 6 : 0,
        }),
      )
    parts.push(deflateRawSync(new Uint8Array(0)))
    const input = Buffer.concat(parts)
    for (const cut of [1, 7, input.length])
      expect(agrees(outcome(input, cut), Buffer.from(content))).toBe(true)
  })
})

describe('the end of the stream', () => {
  it('is found, however the input is cut, and what follows is left', () => {
    for (const options of [{ level: 0 }, { level: 6 }, { strategy: constants.Z_FIXED }]) {
      const body = deflateRawSync(contents.text!, options)
      const input = Buffer.concat([body, randomBytes(70)])
      for (const cut of [1, 2, 3, 5, 8, 64, input.length]) {
        const stream = inflater.begin()
        let used = 0
        let done = false
        for (let at = 0; !done; at += cut) {
          const result = stream.push(input.subarray(at, at + cut), () => undefined)
          used += result.consumed
          done = result.done
        }
        stream.finish()
        expect(used).toBe(body.length)
      }
    }
  })

  it('is missed at every cut', () => {
    for (const options of [{ level: 0 }, { level: 6 }, { strategy: constants.Z_FIXED }]) {
      const input = deflateRawSync(small, options)
      for (let length = 0; length < input.length; length++) {
        expect(outcome(input.subarray(0, length))).toBe('truncated')
        expect(outcome(input.subarray(0, length), 1)).toBe('truncated')
      }
    }
  })
})

describe('damage', () => {
  it('every bit of small streams flipped: as zlib', () => {
    for (const options of [{ level: 0 }, { level: 9 }, { strategy: constants.Z_FIXED }]) {
      const good = deflateRawSync(small, options)
      for (let bit = 0; bit < good.length * 8; bit++) {
        const input = Buffer.from(good)
        input[bit >> 3]! ^= 1 << (bit & 7)
        const expected = zlibOutcome(input)
        expect(agrees(outcome(input), expected), `bit ${bit}`).toBe(true)
        expect(agrees(outcome(input, 1), expected), `bit ${bit}, byte by byte`).toBe(true)
      }
    }
  })

  it('random flips of larger streams: as zlib', () => {
    const next = uniform(11)
    const streams = ['deep codes', 'periods', 'int16 volume', 'float32 volume'].flatMap(name =>
      [1, 6].map(level => deflateRawSync(contents[name]!.subarray(0, 40_000), { level })),
    )
    let successes = 0
    for (let round = 0; round < 4000; round++) {
      const input = Buffer.from(streams[round % streams.length]!)
      for (let flips = 1 + (round % 3); flips > 0; flips--)
        input[Math.floor(next() * input.length)]! ^= 1 << Math.floor(next() * 8)
      const expected = zlibOutcome(input)
      if (typeof expected !== 'string') successes++
      expect(agrees(outcome(input, round % 5 ? input.length : 13), expected), `round ${round}`).toBe(true)
    }
    // Both ways to end occur, so that both are compared.
    expect(successes).toBeGreaterThan(100)
    expect(successes).toBeLessThan(3900)
  })

  it('random bytes as blocks of each type: as zlib', () => {
    for (let seed = 0; seed < 6000; seed++) {
      const input = randomBytes(20 + (seed % 400), seed)
      // Not final and fixed, final and dynamic, final and fixed, final and stored.
      input[0] = (input[0]! & 0xf8) | [2, 5, 3, 1][seed % 4]!
      const expected = zlibOutcome(input)
      expect(agrees(outcome(input), expected), `seed ${seed}`).toBe(true)
      expect(agrees(outcome(input, 1), expected), `seed ${seed}, byte by byte`).toBe(true)
    }
  })
})

/** Packs fields as deflate sends them: [value, bits], the lowest bit first. */
function packed(...fields: [value: number, bits: number][]): Uint8Array {
  const bits = fields.flatMap(([value, count]) => Array.from({ length: count }, (_, i) => (value >> i) & 1))
  const bytes = new Uint8Array((bits.length + 7) >> 3)
  for (const [i, bit] of bits.entries()) bytes[i >> 3]! |= bit << (i & 7)
  return bytes
}

/** A final dynamic block whose code lengths are sent by codes of 5 bits: the symbols 0..18 and the lengths follow. */
function dynamicBlock(litlen: number[], dist: number[], ...rest: [number, number][]): Uint8Array {
  const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
  // 13 codes of 4 bits for 0..12 and 6 of 5 bits for the others fill the code space.
  const codeBits = (symbol: number) => (symbol < 13 ? 4 : 5)
  const reversed = (value: number, count: number) =>
    Array.from({ length: count }, (_, i) => ((value >> i) & 1) << (count - 1 - i)).reduce((a, b) => a | b, 0)
  const sent = (symbol: number): [number, number] =>
    symbol < 13 ? [reversed(symbol, 4), 4] : [reversed(26 + symbol - 13, 5), 5]
  return packed(
    [1, 1],
    [2, 2],
    [litlen.length - 257, 5],
    [dist.length - 1, 5],
    [15, 4],
    ...order.map((symbol): [number, number] => [codeBits(symbol), 3]),
    ...[...litlen, ...dist].map(sent),
    ...rest,
    [0, 32],
    [0, 32],
  )
}

const lengths = (count: number, set: Record<number, number>) =>
  Array.from({ length: count }, (_, i) => set[i] ?? 0)

describe('codes', () => {
  const cases: [name: string, input: Uint8Array, expected: string | number[]][] = [
    ['the reserved block type', packed([1, 1], [3, 2], [0, 32]), 'corrupt'],
    ['a stored length that does not agree', Uint8Array.of(1, 3, 0, 0xfd, 0xff, 1, 2, 3), 'corrupt'],
    ['a complete code', dynamicBlock(lengths(257, { 65: 1, 256: 1 }), [0], [0, 1], [0, 1], [1, 1]), [65, 65]],
    ['a code with too many symbols', dynamicBlock(lengths(257, { 65: 1, 66: 1, 256: 1 }), [0]), 'corrupt'],
    ['a code with too few symbols', dynamicBlock(lengths(257, { 65: 2, 256: 2 }), [0]), 'corrupt'],
    ['the end of the block as the only symbol', dynamicBlock(lengths(257, { 256: 1 }), [0], [0, 1]), []],
    ['what is not the only symbol', dynamicBlock(lengths(257, { 256: 1 }), [0], [1, 1]), 'corrupt'],
    ['the only symbol with two bits', dynamicBlock(lengths(257, { 256: 2 }), [0], [0, 2]), 'corrupt'],
    ['a block that cannot end', dynamicBlock(lengths(257, { 65: 1, 66: 1 }), [0]), 'corrupt'],
    ['287 symbols', dynamicBlock(lengths(287, { 65: 1, 256: 1 }), [0]), 'corrupt'],
    ['31 distances', dynamicBlock(lengths(257, { 65: 1, 256: 1 }), lengths(31, {})), 'corrupt'],
    [
      'a single distance',
      dynamicBlock(lengths(258, { 65: 1, 256: 2, 257: 2 }), [1], [0, 1], [3, 2], [0, 1], [1, 2]),
      [65, 65, 65, 65],
    ],
    [
      'what is not the single distance',
      dynamicBlock(lengths(258, { 65: 1, 256: 2, 257: 2 }), [1], [0, 1], [3, 2], [1, 1], [1, 2]),
      'corrupt',
    ],
    [
      'a distance where there is none',
      dynamicBlock(lengths(258, { 65: 1, 256: 2, 257: 2 }), [0], [0, 1], [3, 2], [0, 1], [1, 2]),
      'corrupt',
    ],
    [
      'a distance before the start',
      dynamicBlock(lengths(258, { 65: 1, 256: 2, 257: 2 }), [1], [3, 2], [0, 1], [1, 2]),
      'corrupt',
    ],
  ]
  it.each(cases)('%s', (_name, input, expected) => {
    const result = typeof expected === 'string' ? expected : Buffer.from(expected)
    expect(outcome(input)).toEqual(result)
    expect(outcome(input, 1)).toEqual(result)
    expect(agrees(zlibOutcome(input), result)).toBe(true)
  })

  it('reach back 32768 bytes, and no farther than the stream began', () => {
    // A stored block of 32768 bytes, or one less, then a fixed block: length 3 at the farthest distance, end.
    const far = (stored: number): Uint8Array => {
      const head = packed([0, 1], [0, 2], [0, 5], [stored, 16], [stored ^ 0xffff, 16])
      const tail = packed([1, 1], [1, 2], [0b1000000, 7], [0b10111, 5], [8191, 13], [0, 7], [0, 32])
      return Buffer.concat([head, randomBytes(stored, 5), tail])
    }
    const result = outcome(far(32_768))
    expect(result).toHaveLength(32_771)
    expect((result as Buffer).subarray(32_768).equals(randomBytes(3, 5))).toBe(true)
    // The inflater has just held more bytes than these, which may not be reached.
    expect(outcome(far(32_767))).toBe('corrupt')
    expect(zlibOutcome(far(32_767))).toBe('corrupt')
  })
})

describe('an inflater', () => {
  it('works as before after a stream that was corrupt or left', () => {
    const good = deflateRawSync(contents['int16 volume']!, { level: 6 })
    const bad = Buffer.from(good)
    bad.fill(0xff, 5000, 5100)
    expect(outcome(bad)).toBe('corrupt')
    inflater.begin().push(good.subarray(0, 70_000), () => undefined)
    expect(agrees(outcome(good), Buffer.from(contents['int16 volume']!))).toBe(true)
  })

  it('passes on what the sink throws, and the stream is finished then', () => {
    const stream = inflater.begin()
    const push = () =>
      stream.push(deflateRawSync(contents.text!), () => {
        throw new RangeError('enough')
      })
    expect(push).toThrow(RangeError)
    expect(push).toThrow(InflateStreamError)
    expect(() => stream.finish()).toThrow(InflateError)
  })

  it('tells a stream that is at its end or replaced, and a sink that begins another', () => {
    const input = deflateRawSync(contents.text!)
    const stream = inflater.begin()
    stream.push(input, () => undefined)
    expect(() => stream.push(input, () => undefined)).toThrow(InflateStreamError)
    const stale = inflater.begin()
    const fresh = inflater.begin()
    expect(() => stale.push(input, () => undefined)).toThrow(InflateStreamError)
    expect(() => fresh.push(input, () => void inflater.begin())).toThrow(InflateStreamError)
  })

  it('gives chunks of at most 260 KB', () => {
    let longest = 0
    inflater.begin().push(deflateRawSync(contents.zeros!), chunk => {
      longest = Math.max(longest, chunk.length)
    })
    expect(longest).toBeGreaterThan(200_000)
    expect(longest).toBeLessThan(260 * 1024)
  })
})
