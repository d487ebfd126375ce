import { createHash } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createDeflater, type DeflateOptions } from '../../../../src/formats/deflate/deflater.ts'
import { DeflateStreamError } from '../../../../src/formats/deflate/fault.ts'
import { bytesOf, ellipsoidMask, noisyVolume, uniform } from './syntheticVolumes.ts'

const ELEMENT_BYTES = [1, 2, 4, 8] as const
const CHUNK = 1 << 20
const deflater = createDeflater()

function randomBytes(length: number, seed = 1): Uint8Array {
  const next = uniform(seed)
  return Uint8Array.from({ length }, () => Math.floor(next() * 256))
}

const fills: Record<string, (length: number) => Uint8Array> = {
  zeros: length => new Uint8Array(length),
  'one value': length => new Uint8Array(length).fill(200),
  'a period of 3': length => Uint8Array.from({ length }, (_, i) => i % 3),
  'a period of 32768': length => Uint8Array.from({ length }, (_, i) => ((i % 32768) * 2654435761) >>> 24),
  'a period of 32769': length => Uint8Array.from({ length }, (_, i) => ((i % 32769) * 2654435761) >>> 24),
  'random bytes': randomBytes,
  'few values': length => randomBytes(length).map(v => (v > 250 ? v & 7 : 0)),
}

/** The output inflated by zlib, which must have read it to its last byte. */
function inflated(output: Uint8Array): Uint8Array {
  const { buffer, engine } = inflateRawSync(output, { info: true }) as unknown as {
    buffer: Uint8Array
    engine: { bytesWritten: number }
  }
  expect(engine.bytesWritten).toBe(output.length)
  return new Uint8Array(buffer)
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

describe('deflate', () => {
  const borders = [258, 259, 516, 32768, 65535, 65536, 131072, CHUNK].flatMap(n => [n - 1, n, n + 1])
  const lengths = [
    0,
    1,
    2,
    3,
    4,
    7,
    8,
    9,
    15,
    16,
    17,
    255,
    ...borders,
    CHUNK + 32769,
    2 * CHUNK,
    2 * CHUNK + 5,
  ]

  describe.each(Object.keys(fills))('of %s', name => {
    it.each(ELEMENT_BYTES)(
      'inflates to the input at every length, for elements of %i bytes',
      elementBytes => {
        const longest = fills[name]!(Math.max(...lengths))
        const wrong = lengths.filter(length => {
          const input = longest.subarray(0, length)
          return !same(inflated(deflater.deflate(input, { elementBytes })), input)
        })
        expect(wrong).toEqual([])
      },
    )
  })

  it.each([
    ['float32 noise', bytesOf(noisyVolume(80)), 4],
    ['int16 noise', bytesOf(Int16Array.from(noisyVolume(80))), 2],
    ['float32 of whole numbers', bytesOf(Float32Array.from(noisyVolume(80), Math.round)), 4],
    ['float64 of whole numbers', bytesOf(Float64Array.from(noisyVolume(80), Math.round)), 8],
    ['uint8 mask', ellipsoidMask(), 1],
    ['float64 mask', bytesOf(Float64Array.from(ellipsoidMask())), 8],
  ] as const)('inflates to the input for a volume of %s', (_, input, elementBytes) => {
    expect(same(inflated(deflater.deflate(input, { elementBytes })), input)).toBe(true)
  })

  it('reads a view into a larger buffer', () => {
    const input = randomBytes(5000).subarray(1234, 4321)
    expect(same(inflated(deflater.deflate(input, { elementBytes: 4 })), input)).toBe(true)
  })

  it('reaches back over the border of two chunks', () => {
    const input = new Uint8Array(CHUNK + 30000)
    input.set(randomBytes(30000), CHUNK - 30000)
    input.set(randomBytes(30000), CHUNK)
    // The matcher looks at some places only in what seems random, so a part of the copy is sent as literals.
    expect(deflater.deflate(input, { elementBytes: 4 }).length).toBeLessThan(30000 * 1.2)
  })

  it('stores what does not compress, with at most 5 bytes of overhead in 32768', () => {
    const input = randomBytes(3 * CHUNK)
    const limit = input.length + 5 * Math.ceil(input.length / 32768)
    for (const elementBytes of ELEMENT_BYTES)
      expect(deflater.deflate(input, { elementBytes }).length).toBeLessThanOrEqual(limit)
  })

  it('limits the code where counts grow like Fibonacci numbers', () => {
    const counts = [1, 1]
    while (counts.length < 22) counts.push(counts.at(-1)! + counts.at(-2)!)
    const values = counts.flatMap((count, value) => new Array<number>(count).fill(value * 11))
    const next = uniform(3)
    for (let i = values.length - 1; i > 0; i--) {
      const j = Math.floor(next() * (i + 1))
      ;[values[i], values[j]] = [values[j]!, values[i]!]
    }
    const input = Uint8Array.from(values)
    const output = deflater.deflate(input, { elementBytes: 1 })
    expect(same(inflated(output), input)).toBe(true)
    expect(output.length).toBeLessThan(input.length / 2)
  })
})

describe('size', () => {
  const zlib = (input: Uint8Array, level: number): number =>
    deflateRawSync(input, { level, memLevel: 9 }).length

  it('of float32 noise is at most 1.02 of zlib level 1', () => {
    const input = bytesOf(noisyVolume(128))
    expect(deflater.deflate(input, { elementBytes: 4 }).length).toBeLessThan(1.02 * zlib(input, 1))
  })

  it('of float32 volumes of whole numbers is at most 1.06 of zlib level 1', () => {
    const input = bytesOf(Float32Array.from(noisyVolume(128), Math.round))
    expect(deflater.deflate(input, { elementBytes: 4 }).length).toBeLessThan(1.06 * zlib(input, 1))
  })

  it('of a mask is at most 1.2 of zlib level 6', () => {
    const input = ellipsoidMask()
    expect(deflater.deflate(input, { elementBytes: 1 }).length).toBeLessThan(1.2 * zlib(input, 6))
  })
})

describe('determinism', () => {
  const volume = bytesOf(Float32Array.from(noisyVolume(100), Math.round))
  const options: DeflateOptions = { elementBytes: 4 }

  it('gives the same bytes from a fresh deflater and from one that has worked', () => {
    const worked = createDeflater()
    for (const elementBytes of ELEMENT_BYTES)
      worked.deflate(randomBytes(70000, elementBytes), { elementBytes })
    expect(same(worked.deflate(volume, options), createDeflater().deflate(volume, options))).toBe(true)
  })

  it('gives the committed bytes for whole numbers', () => {
    const input = bytesOf(Uint16Array.from({ length: 300_000 }, (_, i) => ((i * i) >>> 7) % 900))
    const digest = createHash('sha256')
      .update(deflater.deflate(input, { elementBytes: 2 }))
      .digest('hex')
    expect(digest).toBe('242fccc97c5b714346999575c22455e97ad2788c33d8c23c7a5429bfc2c5ad03')
  })

  it.each([1, 4096, 999_983, CHUNK, CHUNK + 1])('gives the same bytes pushed %i at a time', size => {
    // One byte at a time only as far as that is quick.
    const input = size === 1 ? volume.subarray(0, 50_000) : volume
    const stream = deflater.begin(options)
    const parts: Uint8Array[] = []
    for (let at = 0; at < input.length; at += size) parts.push(...stream.push(input.subarray(at, at + size)))
    parts.push(...stream.finish())
    expect(same(Buffer.concat(parts), deflater.deflate(input, options))).toBe(true)
  })
})

describe('parts that are not final', () => {
  it('join to one stream with a final part', () => {
    const input = bytesOf(noisyVolume(70))
    const cuts = [0, 0, 1, 70_001, CHUNK + 70_001, input.length]
    const outputs = cuts.map((from, i) =>
      deflater.deflate(input.subarray(from, cuts[i + 1] ?? input.length), {
        elementBytes: 4,
        final: i === cuts.length - 1,
      }),
    )
    expect(same(inflated(Buffer.concat(outputs)), input)).toBe(true)
  })

  it('end with an empty stored block', () => {
    const output = deflater.deflate(randomBytes(100), { elementBytes: 1, final: false })
    expect([...output.subarray(-4)]).toEqual([0, 0, 255, 255])
  })
})

describe('misuse', () => {
  it('of a finished stream is told', () => {
    const stream = deflater.begin({ elementBytes: 1 })
    stream.finish()
    expect(() => stream.push(new Uint8Array(1))).toThrow(DeflateStreamError)
    expect(() => stream.finish()).toThrow(DeflateStreamError)
  })

  it('of a stream whose deflater began another is told, and the other goes on', () => {
    const stale = deflater.begin({ elementBytes: 1 })
    const stream = deflater.begin({ elementBytes: 1 })
    expect(() => stale.push(new Uint8Array(1))).toThrow(/began another/)
    const parts = [...stream.push(Uint8Array.of(1, 2, 3)), ...stream.finish()]
    expect([...inflated(Buffer.concat(parts))]).toEqual([1, 2, 3])
  })
})
