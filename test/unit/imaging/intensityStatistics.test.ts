import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { intensityStatistics } from '../../../src/imaging/intensityStatistics.ts'

const quantile = (sorted: readonly number[], share: number) =>
  sorted[Math.round(share * (sorted.length - 1))]!

/** The same by sorting. */
function bySorting(values: readonly number[]) {
  const sorted = [...values].sort((a, b) => a - b)
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const above = sorted.filter(v => v !== sorted[0])
  return {
    min: sorted[0]!,
    max: sorted.at(-1)!,
    mean,
    sd: Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / values.length),
    p01: quantile(sorted, 0.01),
    median: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    above,
  }
}

describe('intensityStatistics', () => {
  it('of whole numbers within 16383 is what sorting gives', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1024, max: 15000 }), { minLength: 1, maxLength: 400 }),
        values => {
          const expected = bySorting(values)
          for (const data of [Int16Array.from(values), Float32Array.from(values)]) {
            const s = intensityStatistics(data)!
            for (const key of ['min', 'max', 'p01', 'median', 'p99'] as const)
              expect(s[key], key).toBe(expected[key])
            expect(s.mean).toBeCloseTo(expected.mean, 6)
            expect(s.sd).toBeCloseTo(expected.sd, 5)
            if (expected.above.length > 1 && expected.above[0] !== expected.above.at(-1)) {
              const [low, high] = [quantile(expected.above, 0.01), quantile(expected.above, 0.99)]
              expect(s.window[1]).toBe(high)
              if (low < high) expect(s.window[0]).toBe(low)
            }
          }
        },
      ),
    )
  })

  it('tells percentiles of fractions to a fine bin', () => {
    const values = Array.from({ length: 5000 }, (_, i) => Math.sin(i * 12.9898) ** 3)
    const expected = bySorting([...Float32Array.from(values)])
    const s = intensityStatistics(Float32Array.from(values))!
    for (const key of ['p01', 'median', 'p99'] as const)
      expect(Math.abs(s[key] - expected[key]), key).toBeLessThan(2 * 2 ** -13)
  })

  it('is not blinded by single values that are far off', () => {
    const data = Float32Array.from({ length: 20_000 }, (_, i) => i % 1000)
    const plain = intensityStatistics(data)!
    data[5] = 1e9
    data[6] = -1e9
    const s = intensityStatistics(data)!
    expect(s.max).toBe(1e9)
    for (const key of ['p01', 'median', 'p99'] as const)
      expect(Math.abs(s[key] - plain[key]), key).toBeLessThan(4)
    expect(s.window[1] - s.window[0]).toBeLessThan(1000)
    expect(s.histogram!.counts.reduce((a, b) => a + b, 0)).toBe(20_000)
  })

  it('leaves out NaN and infinity', () => {
    const data = Float32Array.of(
      Number.NaN,
      1,
      2,
      Number.POSITIVE_INFINITY,
      3,
      Number.NEGATIVE_INFINITY,
      4,
      5,
    )
    expect(intensityStatistics(data)).toMatchObject({ min: 1, max: 5, mean: 3, sd: Math.SQRT2, median: 3 })
    expect(intensityStatistics(Float32Array.of(Number.NaN))).toBeUndefined()
    expect(intensityStatistics(new Float32Array(0))).toBeUndefined()
  })

  it('keeps the spread of values with a large offset', () => {
    const data = Float32Array.from({ length: 1000 }, (_, i) => 1e6 + (i % 2))
    expect(intensityStatistics(data)!.sd).toBeCloseTo(0.5, 9)
  })

  it('counts in 64 bins what is above the background; the outer ones hold what is beyond', () => {
    // Half is background; the rest are 1 to 100, ten of each.
    const data = Float32Array.from({ length: 2000 }, (_, i) => (i < 1000 ? 0 : 1 + (i % 100)))
    const { window, histogram } = intensityStatistics(data)!
    expect(window).toEqual([2, 99])
    const { from, to, counts } = histogram!
    expect([from, to]).toEqual([2, 99])
    expect(counts).toHaveLength(64)
    expect(counts.reduce((a, b) => a + b, 0)).toBe(1000)
    const expected = new Array(64).fill(0)
    for (let v = 1; v <= 100; v++) expected[Math.min(63, Math.max(0, Math.floor(((v - 2) / 97) * 64)))] += 10
    expect(counts).toEqual(expected)
  })

  it('of a constant image has no histogram', () => {
    const s = intensityStatistics(new Int16Array(50).fill(7))!
    expect(s).toMatchObject({
      min: 7,
      max: 7,
      mean: 7,
      sd: 0,
      p01: 7,
      median: 7,
      p99: 7,
      histogram: undefined,
    })
  })

  it('of a large image takes percentiles from a part that is spread over it, and all else from all voxels', () => {
    const data = new Float32Array(9 << 20)
    for (let i = 0; i < data.length; i++) data[i] = (i * 7919) % 1000
    data[1500] = 5000
    const s = intensityStatistics(data)!
    expect(s.max).toBe(5000)
    expect(Math.abs(s.median - 500)).toBeLessThan(3)
    expect(Math.abs(s.p01 - 10)).toBeLessThan(3)
    expect(s.histogram!.counts.reduce((a, b) => a + b, 0)).toBeLessThan(4 << 20)
  })
})
