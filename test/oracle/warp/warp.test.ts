import { describe, expect, test } from 'vitest'
import { warpImages } from '../../../src/imaging/warp/warpImages.ts'
import { fixedGrid, floats, movingImage, shorts, warpCases } from './warpCases.ts'

const OUTSIDE = -1000
const float = { grid: movingImage.grid, data: Float32Array.from(movingImage.data) }

function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length)
  let most = 0
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!))
  return most
}

describe('images are carried over as transformix carries them', () => {
  test.each(warpCases)('$name', async ({ chain, results }) => {
    const [cubic, linear, nearest, whole] = await warpImages({
      chain,
      grid: fixedGrid,
      images: [
        { volume: float, order: 3, defaultValue: OUTSIDE },
        { volume: float, order: 1, defaultValue: OUTSIDE },
        { volume: float, order: 0, defaultValue: OUTSIDE },
        { volume: movingImage, order: 3, defaultValue: OUTSIDE },
      ],
    })
    const expected = floats(results.order3)
    const outside = expected.filter(v => v === OUTSIDE).length
    expect(outside).toBeGreaterThan(0)
    expect(outside).toBeLessThan(expected.length)
    expect(farthest(cubic, expected)).toBeLessThan(0.01)
    expect(farthest(linear, floats(results.order1))).toBeLessThan(0.01)
    expect([...nearest]).toEqual([...floats(results.order0)])
    expect([...whole]).toEqual([...shorts(results.order3int16)])
  })
})
