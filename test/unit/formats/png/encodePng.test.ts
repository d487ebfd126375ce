import { inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Picture } from '../../../../src/core/picture.ts'
import { adler32 } from '../../../../src/formats/deflate/adler32.ts'
import { encodePng } from '../../../../src/formats/png/encodePng.ts'
import { crc32 } from '../../../../src/formats/zip/crc32.ts'

/** Undoes the five filters from their definitions in section 9.2, apart from the encoder. */
function decode(png: Uint8Array): Picture {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength)
  const parts: Uint8Array[] = []
  let header: Uint8Array | undefined
  const types: string[] = []
  for (let at = 8; at < png.length; ) {
    const length = view.getUint32(at)
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8))
    const data = png.subarray(at + 8, at + 8 + length)
    expect(view.getUint32(at + 8 + length)).toBe(crc32(png.subarray(at + 4, at + 8 + length)))
    types.push(type)
    if (type === 'IHDR') header = data
    if (type === 'IDAT') parts.push(data)
    at += 12 + length
  }
  expect(types).toEqual(['IHDR', 'IDAT', 'IEND'])
  const h = new DataView(header!.buffer, header!.byteOffset)
  const [width, height] = [h.getUint32(0), h.getUint32(4)]
  const channels = header![9] === 0 ? 1 : 3
  expect([header![8], header![10], header![11], header![12]]).toEqual([8, 0, 0, 0])
  const rows = inflateSync(Buffer.concat(parts))
  const stride = width * channels
  const data = new Uint8Array(height * stride)
  for (let y = 0; y < height; y++)
    for (let i = 0; i < stride; i++) {
      const a = i < channels ? 0 : data[y * stride + i - channels]!
      const b = y === 0 ? 0 : data[(y - 1) * stride + i]!
      const c = i < channels || y === 0 ? 0 : data[(y - 1) * stride + i - channels]!
      const p = a + b - c
      const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)]
      const paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c
      const predicted = [0, a, b, Math.floor((a + b) / 2), paeth][rows[y * (stride + 1)]!]!
      data[y * stride + i] = rows[y * (stride + 1) + 1 + i]! + predicted
    }
  return { width, height, channels, data }
}

const picture = (width: number, height: number, channels: 1 | 3, of: (i: number) => number): Picture => ({
  width,
  height,
  channels,
  data: Uint8Array.from({ length: width * height * channels }, (_, i) => of(i)),
})

describe('encodePng', () => {
  const noise = (i: number) => (Math.imul(i ^ (i >>> 3), 0x9e3779b1) >>> 24) & 0xff
  it.each([
    ['one grey pixel', picture(1, 1, 1, () => 7)],
    ['one coloured pixel', picture(1, 1, 3, i => 100 * i)],
    ['a grey ramp', picture(300, 5, 1, i => i % 300)],
    ['coloured noise', picture(61, 47, 3, noise)],
    ['columns that only the row above predicts', picture(64, 64, 1, i => noise(i % 64))],
    ['a slope in both directions', picture(90, 80, 3, i => (i / 3 + Math.floor(i / 270) * 5) & 0xff)],
  ])('gives back %s', (_, p) => {
    const png = encodePng(p)
    expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10])
    expect(decode(png)).toEqual(p)
    expect(encodePng(p)).toEqual(png)
  })

  it('compresses what a filter predicts', () => {
    const p = picture(512, 512, 1, i => ((i % 512) + Math.floor(i / 512)) & 0xff)
    expect(encodePng(p).length).toBeLessThan(20_000)
  })

  it('refuses data of another size', () => {
    expect(() => encodePng({ width: 2, height: 2, channels: 3, data: new Uint8Array(4) })).toThrow(
      /2 × 2 × 3/,
    )
    expect(() => encodePng({ width: 0, height: 2, channels: 1, data: new Uint8Array(0) })).toThrow(RangeError)
  })
})

describe('adler32', () => {
  it('agrees with the published value and with the definition over long runs', () => {
    expect(adler32(new TextEncoder().encode('Wikipedia'))).toBe(0x11e60398)
    expect(adler32(new Uint8Array(0))).toBe(1)
    // 100,000 bytes of 255, summed without remainders in between: a = 1 + 255 n, b = n + 255 n (n + 1) / 2.
    const n = 100_000n
    const a = (1n + 255n * n) % 65521n
    const b = (n + (255n * n * (n + 1n)) / 2n) % 65521n
    expect(adler32(new Uint8Array(100_000).fill(255))).toBe(Number(b * 65536n + a))
  })
})
