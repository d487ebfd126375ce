import { describe, expect, it } from 'vitest'
import { affine } from '../../../src/core/affine.ts'
import type { Grid, Shape } from '../../../src/core/volume.ts'
import { imageDifference, peakSignalToNoise } from '../../../src/imaging/imageDifference.ts'
import { structuralSimilarity } from '../../../src/imaging/structuralSimilarity.ts'
import expectations from './expectations.json' with { type: 'json' }

it('has the pairs that it is meant to have', () => {
  expect(expectations.map(e => e.type)).toEqual(['int16', 'float32', 'int16', 'float32'])
})

describe.each(expectations)('$name', e => {
  const grid: Grid = {
    shape: e.shape as unknown as Shape,
    affine: affine([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]),
  }
  const volume = (values: number[]) => ({
    grid,
    data: e.type === 'int16' ? Int16Array.from(values) : Float32Array.from(values),
  })
  const [a, b] = [volume(e.a), volume(e.b)]
  const mask = e.mask === null ? undefined : { grid, data: Uint8Array.from(e.mask) }

  it('mean absolute and squared differences are as NumPy has them', () => {
    const d = imageDifference(a, b, mask)
    expect(d.mae).toBeCloseTo(e.mae, 9)
    expect(d.mse / e.mse).toBeCloseTo(1, 12)
    if (e.maskMae === null) expect(d.maskMae).toBeUndefined()
    else expect(d.maskMae).toBeCloseTo(e.maskMae, 9)
    expect(d.maskVoxels).toBe(e.mask?.reduce((sum, v) => sum + v, 0) ?? 0)
  })

  it('SSIM and PSNR are as scikit-image has them', () => {
    expect(Math.abs(structuralSimilarity(a, b, e.dataRange)! - e.ssim)).toBeLessThan(1e-9)
    expect(peakSignalToNoise(imageDifference(a, b).mse, e.dataRange)).toBeCloseTo(e.psnr, 9)
  })

  it('equal images are told as equal', () => {
    expect(structuralSimilarity(a, a, e.dataRange)).toBeCloseTo(1, 12)
    expect(peakSignalToNoise(imageDifference(a, a).mse, e.dataRange)).toBe(Number.POSITIVE_INFINITY)
  })
})
