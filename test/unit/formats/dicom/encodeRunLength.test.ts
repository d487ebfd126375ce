import { describe, expect, it } from 'vitest'
import { encodeRunLength } from '../../../../src/formats/dicom/encodeRunLength.ts'
import type { PixelDescription } from '../../../../src/formats/dicom/pixels/description.ts'
import { decodeRunLength } from '../../../../src/formats/dicom/pixels/runLength.ts'
import { SeededRandom } from '../../../../src/imaging/phantom/seededRandom.ts'

const description = (rows: number, columns: number, bitsAllocated: number) =>
  ({ rows, columns, samplesPerPixel: 1, bitsAllocated }) as PixelDescription

describe('encodeRunLength', () => {
  it('packs runs of three and more, and bytes between them, row by row', () => {
    const encoded = encodeRunLength(Uint8Array.of(7, 7, 7, 7, 1, 2, 2, 2, 2, 1, 3, 3), 6, 1)
    expect([...encoded.subarray(0, 8)]).toEqual([1, 0, 0, 0, 64, 0, 0, 0])
    expect([...encoded.subarray(64)]).toEqual([253, 7, 1, 1, 2, 254, 2, 2, 1, 3, 3, 0])
  })

  it('puts the most significant byte first, each segment at an even place', () => {
    const encoded = encodeRunLength(Uint8Array.of(1, 2, 3, 2, 5, 2), 3, 2)
    expect([...encoded.subarray(0, 12)]).toEqual([2, 0, 0, 0, 64, 0, 0, 0, 66, 0, 0, 0])
    expect([...encoded.subarray(64)]).toEqual([254, 2, 2, 1, 3, 5])
  })

  it.each([1, 2, 3, 127, 128, 129, 130, 257, 300])('comes back through the decoder, %i columns', columns => {
    const random = new SeededRandom(columns)
    for (const spread of [1, 2, 3, 256])
      for (const cellBytes of [1, 2] as const) {
        const cells = Uint8Array.from({ length: 3 * columns * cellBytes }, () =>
          Math.floor(random.between(0, spread)),
        )
        const encoded = encodeRunLength(cells, columns, cellBytes)
        expect(encoded.length % 2).toBe(0)
        expect(decodeRunLength(encoded, description(3, columns, 8 * cellBytes))).toEqual(cells)
      }
  })
})
