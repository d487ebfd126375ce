import { describe, expect, it } from 'vitest'
import { affine } from '../../../../src/core/affine.ts'
import type { Volume } from '../../../../src/core/volume.ts'
import { type AxisOrder, permuteAxes } from '../../../../src/imaging/permuteAxes.ts'
import { axialSlices } from '../../../../src/imaging/render/axialSlices.ts'
import { colourMap } from '../../../../src/imaging/render/colourMaps.ts'

const grey = colourMap('grey')
const whole = { width: 256, level: 128 }

/** RAS voxels: 4 to the right, 3 to the front, 2 up; each value tells its place as 100 k + 10 j + i. */
const ras: Volume<Int16Array> = {
  grid: { shape: [4, 3, 2], affine: affine([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]) },
  data: Int16Array.from(
    { length: 24 },
    (_, n) => 100 * Math.floor(n / 12) + 10 * (Math.floor(n / 4) % 3) + (n % 4),
  ),
}

describe('axialSlices', () => {
  it('shows right on the left and the front at the top', () => {
    const slices = axialSlices(ras, whole, grey)
    expect([slices.count, slices.width, slices.height]).toEqual([2, 4, 3])
    expect(slices.slice(1)).toEqual({
      width: 4,
      height: 3,
      channels: 1,
      // The first pixel is the rightmost (i = 3) and frontmost (j = 2) voxel.
      data: Uint8Array.from([123, 122, 121, 120, 113, 112, 111, 110, 103, 102, 101, 100]),
    })
  })

  it('shows the same however the voxels are stored, and numbers slices as the file does', () => {
    const axes = [0, 1, 2] as const
    let stored = 0
    for (const a of axes)
      for (const b of axes)
        for (const c of axes)
          for (let flips = 0; flips < 8; flips++) {
            if (a === b || b === c || a === c) continue
            const order = [a, b, c].map((axis, n) => ({
              axis,
              reversed: ((flips >> n) & 1) === 1,
            })) as unknown as AxisOrder
            const slices = axialSlices(permuteAxes(ras, order), whole, grey)
            const upsideDown = order.find(({ axis }) => axis === 2)!.reversed
            expect(slices.slice(upsideDown ? 0 : 1)).toEqual(axialSlices(ras, whole, grey).slice(1))
            stored++
          }
    expect(stored).toBe(48)
  })

  it('shows an oblique volume by its nearest axes', () => {
    const tilted = {
      ...ras,
      grid: {
        ...ras.grid,
        affine: affine<'voxel', 'ras'>([0.9, 0.2, 0, 0, -0.2, 0.9, 0.1, 0, 0, -0.1, 0.9, 0]),
      },
    }
    expect(axialSlices(tilted, whole, grey).slice(0)).toEqual(axialSlices(ras, whole, grey).slice(0))
  })

  it('divides the window into 256 equal steps', () => {
    const values = [-1000, -0.1, 0, 0.5, 0.6, 75, 149.3, 149.5, 150, 3000, Number.NaN, Infinity, -Infinity]
    const line: Volume<Float32Array> = {
      grid: { shape: [values.length, 1, 1], affine: affine([-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]) },
      data: Float32Array.from(values),
    }
    const { data } = axialSlices(line, { width: 150, level: 75 }, grey).slice(0)
    expect([...data]).toEqual([0, 0, 0, 0, 1, 128, 254, 255, 255, 255, 0, 255, 0])
  })

  it('colours by the map', () => {
    const { data, channels } = axialSlices(ras, { width: 20, level: 110 }, colourMap('jet')).slice(1)
    expect(channels).toBe(3)
    // 123 is above the window: the last colour; 100 is its lower end: the first.
    expect([...data.subarray(0, 3)]).toEqual([127, 0, 0])
    expect([...data.subarray(-3)]).toEqual([0, 0, 127])
  })

  it('refuses what it cannot show', () => {
    expect(() => axialSlices(ras, { width: 0, level: 1 }, grey)).toThrow(/shows nothing/)
    expect(() => axialSlices(ras, whole, grey).slice(2)).toThrow(/no slice 2/)
  })
})
