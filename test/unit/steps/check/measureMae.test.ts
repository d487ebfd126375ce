import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { labelMask } from '../../../../src/artifacts/niftiMask.ts'
import { affine } from '../../../../src/core/affine.ts'
import type { Finding } from '../../../../src/core/finding.ts'
import type { Shape } from '../../../../src/core/volume.ts'
import { imageDifference } from '../../../../src/imaging/imageDifference.ts'
import { structuralSimilarity } from '../../../../src/imaging/structuralSimilarity.ts'
import { type MaeRecord, measureMae } from '../../../../src/steps/check/measureMae.ts'

const at = (x: number, y: number, z: number) =>
  affine<'voxel', 'ras'>([-0.5, 0, 0, x, 0, -0.5, 0, y, 0, 0, 2, z])
const shape: Shape = [8, 7, 9]
const count = 8 * 7 * 9
const real = {
  volume: {
    grid: { shape, affine: at(10, 20, 30) },
    data: Int16Array.from({ length: count }, (_, n) => (n * 37) % 200),
  },
}
const offBy = (of: (n: number) => number) => ({
  volume: { grid: real.volume.grid, data: Float32Array.from(real.volume.data, (v, n) => v + of(n)) },
})
const maskAt = (maskShape: Shape, x: number, y: number, z: number, inside: (n: number) => boolean) =>
  labelMask(
    {
      grid: { shape: maskShape, affine: at(x, y, z) },
      data: Uint8Array.from({ length: maskShape[0] * maskShape[1] * maskShape[2] }, (_, n) =>
        inside(n) ? 6 : 0,
      ),
    },
    { qform: 1, sform: 1 },
  )

function run(
  fakeB: ReturnType<typeof offBy> | typeof real,
  mask?: ReturnType<typeof maskAt>,
): { record: MaeRecord; findings: Finding[] } {
  const findings: Finding[] = []
  const { record } = measureMae.run({ realB: real, fakeB, mask }, measureMae.params(z).parse({}), {
    case: 'p1',
    fields: {},
    source: slot => `${slot}.nii.gz`,
    destination: () => '',
    report: f => findings.push(f),
  }) as { record: MaeRecord }
  return { record, findings }
}

describe('measure-mae', () => {
  it('measures over all voxels and over the mask', () => {
    const { record, findings } = run(
      offBy(n => (n < 4 ? 8 : -1)),
      maskAt(shape, 10, 20, 30, n => n < 8),
    )
    expect(record.suid).toBe('p1')
    expect(record.mae).toBeCloseTo((4 * 8 + (count - 4)) / count, 12)
    expect(record.maskMae).toBe((4 * 8 + 4) / 8)
    expect(record.maskVoxels).toBe(8)
    expect(record.psnr).toBeCloseTo(10 * Math.log10(200 ** 2 / ((4 * 64 + (count - 4)) / count)), 9)
    expect(record.ssim).toBeGreaterThan(0.9)
    expect(record.ssim).toBeLessThan(1)
    expect(record.reason).toBe('')
    expect(findings).toEqual([])
  })

  it('takes a mask on a larger grid of the same lattice', () => {
    // The mask begins 2 voxels before the images along i and 1 along k; its voxel (2, 0, 1) is their first.
    const first = 1 * 12 * 7 + 2
    const { record, findings } = run(
      offBy(n => (n === 0 ? 5 : 0)),
      maskAt([12, 7, 11], 11, 20, 28, n => n === first),
    )
    expect([record.maskMae, record.maskVoxels]).toEqual([5, 1])
    expect(findings).toEqual([])
  })

  it('tells of a mask between the voxels, and of an empty one', () => {
    const off = run(
      offBy(() => 1),
      maskAt(shape, 10.1, 20, 30, () => true),
    )
    expect(off.findings.map(f => f.code)).toEqual(['mae-mask-off-lattice'])
    expect(off.findings[0]!.numbers!.voxels).toBeCloseTo(0.2, 9)
    expect(off.record.maskMae).toBe(1)
    const far = run(
      offBy(() => 1),
      maskAt(shape, 110, 20, 30, () => true),
    )
    expect(far.findings.map(f => f.code)).toEqual(['mae-mask-empty'])
    expect([far.record.maskMae, far.record.reason]).toEqual([null, 'the mask is empty'])
  })

  it('has no ratio for equal images and no error over a mask that is not there', () => {
    const { record } = run(real)
    expect(record).toMatchObject({ mae: 0, maskMae: null, psnr: null, reason: 'no mask' })
    expect(record.ssim).toBeCloseTo(1, 12)
  })

  it('refuses images of different grids and images with NaN', () => {
    const moved = { volume: { ...real.volume, grid: { shape, affine: at(10, 20, 31) } } }
    expect(() => run(moved)).toThrow(/fakeB\.nii\.gz lies on another grid than realB\.nii\.gz/)
    expect(() => run(offBy(n => (n === 3 || n === 9 ? Number.NaN : 0)))).toThrow(
      /NaN or infinity at 2 voxels/,
    )
  })
})

describe('the kernels', () => {
  it('refuse images of different sizes', () => {
    const other = { grid: { ...real.volume.grid, shape: [9, 8, 7] as Shape }, data: real.volume.data }
    expect(() => structuralSimilarity(real.volume, other, 1)).toThrow(/8 × 7 × 9 and 9 × 8 × 7/)
    expect(() => imageDifference(real.volume, { ...other, data: new Int16Array(3) })).toThrow(RangeError)
  })

  it('give no similarity where no window fits', () => {
    const flat = { grid: { ...real.volume.grid, shape: [6, 12, 7] as Shape }, data: real.volume.data }
    expect(structuralSimilarity(flat, flat, 1)).toBeUndefined()
  })
})
