import { describe, expect, it } from 'vitest'
import type { AxialSlices } from '../../../../src/imaging/render/axialSlices.ts'
import { contactSheet, shrunk, spreadEvenly } from '../../../../src/imaging/render/contactSheet.ts'

const flat = (count: number, width: number, height: number, channels: 1 | 3): AxialSlices => ({
  count,
  width,
  height,
  slice: index => ({
    width,
    height,
    channels,
    data: Uint8Array.from({ length: width * height * channels }, (_, n) => 10 * index + (n % channels)),
  }),
})

describe('contactSheet', () => {
  it('has a row a volume, with slices spread over it', () => {
    const sheet = contactSheet([flat(4, 2, 1, 1), flat(4, 2, 1, 3)], { tiles: 2, tileSize: 10 })
    expect([sheet.width, sheet.height, sheet.channels]).toEqual([6, 4, 3])
    const row = (y: number) => [...sheet.data.subarray(y * 18, (y + 1) * 18)]
    const gap = new Array(6).fill(64)
    expect(row(0)).toEqual([...new Array(6).fill(10), ...gap, ...new Array(6).fill(30)])
    expect(row(1)).toEqual(new Array(18).fill(64))
    expect(row(3)).toEqual([10, 11, 12, 10, 11, 12, ...gap, 30, 31, 32, 30, 31, 32])
  })

  it('shrinks large slices to the size of a tile', () => {
    const sheet = contactSheet([flat(3, 385, 200, 1), flat(1, 100, 100, 1)], { tiles: 3, tileSize: 192 })
    // 385 pixels take a factor of 3.
    expect([sheet.width, sheet.height]).toEqual([3 * 129 + 2 * 2, 2 * 100 + 2])
  })
})

describe('shrunk', () => {
  it('takes the mean of squares, and of what is left of them at the edges', () => {
    const picture = {
      width: 3,
      height: 3,
      channels: 1,
      data: Uint8Array.of(0, 4, 9, 8, 12, 20, 1, 2, 7),
    } as const
    expect(shrunk(picture, 2)).toEqual({ width: 2, height: 2, channels: 1, data: Uint8Array.of(6, 15, 2, 7) })
    expect(shrunk(picture, 1)).toEqual(picture)
  })
})

describe('spreadEvenly', () => {
  it('gives the middles of equal parts', () => {
    expect(spreadEvenly(160, 8)).toEqual([10, 30, 50, 70, 90, 110, 130, 150])
    expect(spreadEvenly(3, 8)).toEqual([0, 1, 2])
    expect(spreadEvenly(5, 2)).toEqual([1, 3])
  })
})
