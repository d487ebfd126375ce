import { describe, expect, it } from 'vitest'
import { SeededRandom } from '../../../../src/imaging/phantom/seededRandom.ts'

const draw = (count: number, next: () => number) => Array.from({ length: count }, next)

describe('SeededRandom', () => {
  it('gives the same numbers for the same seed and others for its neighbour', () => {
    const [a, b, c] = [new SeededRandom(5), new SeededRandom(5), new SeededRandom(6)]
    const first = draw(20, () => a.int32())
    expect(draw(20, () => b.int32())).toEqual(first)
    expect(draw(20, () => c.int32())).not.toEqual(first)
  })

  it('spreads uniform numbers evenly over [0, 1)', () => {
    const random = new SeededRandom(1)
    const tenths = new Array<number>(10).fill(0)
    for (let n = 0; n < 100_000; n++) tenths[Math.floor(10 * random.uniform())]!++
    // Nine degrees of freedom: chi-square beyond 27.9 has probability 0.001.
    expect(tenths.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0)).toBeLessThan(27.9)
  })

  it('has normal numbers of mean 0 and variance 1', () => {
    const random = new SeededRandom(2)
    const values = draw(100_000, () => random.normal())
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length
    expect(Math.abs(mean)).toBeLessThan(0.012)
    expect(values.reduce((sum, v) => sum + v * v, 0) / values.length).toBeCloseTo(1, 1.7)
  })
})
