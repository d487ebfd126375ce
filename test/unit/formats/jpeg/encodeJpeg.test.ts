import { describe, expect, it } from 'vitest'
import type { Picture } from '../../../../src/core/picture.ts'
import type { PixelDescription } from '../../../../src/formats/dicom/pixels/description.ts'
import { decodeJpeg } from '../../../../src/formats/dicom/pixels/jpeg/decodeJpeg.ts'
import { encodeJpeg } from '../../../../src/formats/jpeg/encodeJpeg.ts'
import { AC_TABLES, DC_TABLES, quantization, ZIGZAG } from '../../../../src/formats/jpeg/tables.ts'

const picture = (width: number, height: number, channels: 1 | 3, of: (i: number) => number): Picture => ({
  width,
  height,
  channels,
  data: Uint8Array.from({ length: width * height * channels }, (_, i) => of(i)),
})

/** The samples as they are coded: grey, or YCbCr. */
function decoded(jpeg: Uint8Array, { width, height, channels }: Picture): Uint8Array {
  const description = { rows: height, columns: width, samplesPerPixel: channels } as PixelDescription
  return decodeJpeg(jpeg, description).words as Uint8Array
}

function toYcc({ channels, data }: Picture): Uint8Array {
  if (channels === 1) return data
  const out = new Uint8ClampedArray(data.length)
  for (let i = 0; i < data.length; i += 3) {
    const [r, g, b] = [data[i]!, data[i + 1]!, data[i + 2]!]
    const y = 0.299 * r + 0.587 * g + 0.114 * b
    out.set([y, 128 + (b - y) / 1.772, 128 + (r - y) / 1.402], i)
  }
  return new Uint8Array(out)
}

const farthest = (a: Uint8Array, b: Uint8Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)

const markers = (jpeg: Uint8Array): number[] => {
  const found: number[] = []
  for (let at = 0; at < jpeg.length - 1; at++)
    if (jpeg[at] === 0xff && jpeg[at + 1] !== 0) found.push(jpeg[at + 1]!)
  return found
}

const smooth = (i: number) => 128 + 100 * Math.sin(i / 700) * Math.cos(i / 93)
const noise = (i: number) => (Math.imul(i ^ (i >>> 3), 0x9e3779b1) >>> 24) & 0xff

describe('encodeJpeg', () => {
  it.each([
    ['grey, a multiple of 8', picture(64, 40, 1, smooth)],
    ['grey, with rests', picture(61, 43, 1, smooth)],
    ['coloured, with rests', picture(35, 29, 3, smooth)],
    ['noise, whose coefficients are largest', picture(33, 17, 1, i => (noise(i) < 128 ? 0 : 255))],
    ['coloured noise', picture(40, 24, 3, noise)],
    ['one pixel', picture(1, 1, 1, () => 200)],
  ])('comes back within 2 levels at quality 100: %s', (_, p) => {
    const jpeg = encodeJpeg(p, { quality: 100 })
    expect(farthest(decoded(jpeg, p), toYcc(p))).toBeLessThanOrEqual(2)
    expect(encodeJpeg(p, { quality: 100 })).toEqual(jpeg)
  })

  it('has the segments of a baseline JFIF file, in order', () => {
    expect(markers(encodeJpeg(picture(9, 9, 1, smooth)))).toEqual([0xd8, 0xe0, 0xdb, 0xc0, 0xc4, 0xda, 0xd9])
    const jpeg = encodeJpeg(picture(300, 2, 3, noise))
    expect(markers(jpeg)).toEqual([0xd8, 0xe0, 0xdb, 0xc0, 0xc4, 0xda, 0xd9])
    expect(new TextDecoder().decode(jpeg.subarray(6, 11))).toBe('JFIF\0')
  })

  it('grows smaller and coarser with the quality', () => {
    const p = picture(64, 64, 1, i => smooth(i) * 0.8 + noise(i) * 0.2)
    const sizes = [100, 90, 50, 10, 1].map(quality => encodeJpeg(p, { quality }).length)
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a))
    expect(new Set(sizes).size).toBe(5)
    const errors = [90, 10].map(quality => farthest(decoded(encodeJpeg(p, { quality }), p), p.data))
    expect(errors[0]).toBeLessThan(errors[1]!)
    expect(encodeJpeg(p)).toEqual(encodeJpeg(p, { quality: 90 }))
  })

  it('refuses what no frame header can tell', () => {
    expect(() => encodeJpeg(picture(65536, 1, 1, noise))).toThrow(/65535/)
    expect(() => encodeJpeg(picture(8, 8, 1, noise), { quality: 0 })).toThrow(/quality/)
    expect(() => encodeJpeg({ width: 2, height: 2, channels: 3, data: new Uint8Array(4) })).toThrow(
      RangeError,
    )
  })
})

describe('the tables of annex K', () => {
  it('have 162 AC values and 12 DC values, each once', () => {
    for (const { counts, values } of AC_TABLES) {
      expect(counts.reduce((sum, n) => sum + n)).toBe(162)
      expect(new Set(values).size).toBe(162)
      expect(values).toHaveLength(162)
    }
    for (const { counts, values } of DC_TABLES) expect(counts.reduce((sum, n) => sum + n)).toBe(values.length)
  })

  it('have each coefficient once in the zig-zag sequence', () => {
    expect([...ZIGZAG].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 64 }, (_, i) => i))
  })

  it('are scaled by the quality', () => {
    const [luma, chroma] = quantization(50)
    expect([luma[0], luma[63], chroma[0], chroma[26], chroma[63]]).toEqual([16, 99, 17, 99, 99])
    expect([...quantization(100)[0]]).toEqual(new Array(64).fill(1))
    expect(quantization(10)[0][0]).toBe(80)
  })
})
