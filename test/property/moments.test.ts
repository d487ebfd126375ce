import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { momentsOf } from '../../src/imaging/moments/moments.ts'

/** By the definition, over the finite values. */
function byDefinition(data: Float32Array | Int16Array) {
  const finite = Array.from(data).filter(v => Number.isFinite(v))
  const mean = finite.reduce((sum, v) => sum + v, 0) / finite.length
  const variance = finite.reduce((sum, v) => sum + (v - mean) ** 2, 0) / finite.length
  return {
    voxels: finite.length,
    min: Math.min(...finite),
    max: Math.max(...finite),
    mean,
    sd: Math.sqrt(variance),
  }
}

function expectRight(data: Float32Array | Int16Array) {
  const { voxels, min, max, mean, sd } = momentsOf(data)
  const expected = byDefinition(data)
  expect({ voxels, min, max }).toEqual({ voxels: expected.voxels, min: expected.min, max: expected.max })
  if (voxels === 0) {
    expect(mean).toBeNaN()
    return
  }
  const scale = Math.max(Math.abs(min), Math.abs(max), 1)
  expect(Math.abs(mean - expected.mean)).toBeLessThanOrEqual(1e-12 * scale)
  expect(Math.abs(sd - expected.sd)).toBeLessThanOrEqual(1e-7 * scale)
}

describe('moments', () => {
  it('are those of the definition, whatever the length, with values that are not finite', () => {
    const value = fc.oneof(
      fc.float({ noNaN: true, min: -4000, max: 4000 }),
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0),
    )
    fc.assert(
      fc.property(fc.array(value, { maxLength: 70 }), fc.nat(3), (values, from) =>
        expectRight(Float32Array.from(values).subarray(from)),
      ),
    )
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -32768, max: 32767 }), { maxLength: 70 }), values =>
        expectRight(Int16Array.from(values)),
      ),
    )
  })

  it('go on over the pieces of a long array, the odd value anywhere', () => {
    const length = 3 * (1 << 15) + 5
    const data = Float32Array.from({ length }, (_, i) => ((i * 7919) % 4096) - 100)
    expectRight(data.subarray(0, 1 << 15))
    for (const at of [0, (1 << 15) - 1, 1 << 15, length - 1]) {
      const odd = data.slice()
      odd[at] = Number.NaN
      odd[(at + 1) % length] = 1e6
      odd[(at + 2) % length] = Number.NEGATIVE_INFINITY
      const { voxels, max } = momentsOf(odd)
      expect([voxels, max]).toEqual([length - 2, 1e6])
      expect(momentsOf(odd).mean).toBeCloseTo(byMean(odd), 6)
    }
  })
})

const byMean = (data: Float32Array): number => {
  const finite = data.filter(v => Number.isFinite(v))
  return finite.reduce((sum, v) => sum + v, 0) / finite.length
}
