import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { orientationOf } from '../../../../src/core/orientation.ts'
import { type BreastMri, breastMri } from '../../../../src/imaging/phantom/breastMri.ts'
import { TISSUE } from '../../../../src/imaging/phantom/tissue.ts'

const sha256 = (data: Uint8Array | Uint16Array) =>
  createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex')

const lesionVoxels = (image: BreastMri) => image.mask.data.reduce((sum, label) => sum + label, 0)

/** Mean of the volume where the tissue is one of those named. */
function meanIn({ volume, tissue }: BreastMri, ...kinds: number[]): number {
  let [sum, count] = [0, 0]
  volume.data.forEach((v, n) => {
    if (!kinds.includes(tissue.data[n]!)) return
    sum += v
    count++
  })
  return sum / count
}

describe('breastMri', () => {
  it('gives the same voxels on every machine', () => {
    const image = breastMri({ shape: [32, 32, 12], seed: 2025 })
    expect([image.volume, image.mask, image.tissue].map(({ data }) => sha256(data))).toEqual([
      '5e141cc5d6bbd28bd6c83337dcbda4adf18cfb02a8ad7561ee2be3cbdb663edd',
      '2c384354943ad654b7b690bd27910a8f59d26a2f0e400d3f1734c774be5eb84a',
      'dafb656d6091bc691751e4ad6399d31dc263d8702e5cb487e0e369966ed57eda',
    ])
  })

  it('differs from seed to seed', () => {
    const [a, b] = [1, 2].map(seed => breastMri({ shape: [24, 24, 8], seed }))
    expect(a!.volume.data).not.toEqual(b!.volume.data)
  })

  it('lies on a grid that points left, posterior and superior', () => {
    const { volume, mask, tissue } = breastMri({ shape: [20, 24, 8], seed: 0 })
    expect(volume.grid.shape).toEqual([20, 24, 8])
    expect(orientationOf(volume.grid.affine).to).toBe('LPS')
    expect(mask.grid).toEqual(volume.grid)
    expect(tissue.grid).toEqual(volume.grid)
  })

  it.each([
    [96, 96, 40],
    [64, 48, 30],
    [16, 16, 8],
  ] as const)(
    'puts every lesion of %i × %i × %i voxels inside breast tissue, on the side asked for',
    (...shape) => {
      for (let seed = 0; seed < 12; seed++)
        for (const side of ['right', 'left'] as const) {
          const image = breastMri({ shape, seed, lesion: side })
          expect(lesionVoxels(image)).toBeGreaterThan(0)
          image.mask.data.forEach((label, n) => {
            if (label === 0) return
            expect([TISSUE.breastFat, TISSUE.gland]).toContain(image.tissue.data[n])
            expect(n % shape[0] < shape[0] / 2).toBe(side === 'right')
          })
        }
    },
  )

  it('chooses the side by the seed when none is asked for', () => {
    const sides = Array.from({ length: 20 }, (_, seed) => {
      const { mask } = breastMri({ shape: [16, 16, 8], seed })
      return mask.data.indexOf(1) % 16 < 8 ? 'right' : 'left'
    })
    expect(new Set(sides)).toEqual(new Set(['right', 'left']))
  })

  it('marks nothing when it is to have no lesion, and changes nothing in the other breast', () => {
    const shape = [48, 48, 20] as const
    const healthy = breastMri({ shape, seed: 8, lesion: 'none' })
    const left = breastMri({ shape, seed: 8, lesion: 'left' })
    expect(lesionVoxels(healthy)).toBe(0)
    expect(left.volume.data).not.toEqual(healthy.volume.data)
    const right = (image: BreastMri) => image.volume.data.filter((_, n) => n % 48 < 24)
    expect(right(left)).toEqual(right(healthy))
  })

  it('shows enhancement brighter than gland, gland brighter than fat, and air dark', () => {
    const image = breastMri({ shape: [96, 96, 40], seed: 4 })
    let [sum, count] = [0, 0]
    image.volume.data.forEach((v, n) => {
      if (image.mask.data[n] === 1) {
        sum += v
        count++
      }
    })
    const [gland, fat, air] = [
      meanIn(image, TISSUE.gland),
      meanIn(image, TISSUE.breastFat),
      meanIn(image, TISSUE.air),
    ]
    expect(sum / count).toBeGreaterThan(1.3 * gland)
    expect(gland).toBeGreaterThan(1.3 * fat)
    expect(fat).toBeGreaterThan(3 * air)
  })

  it('has every tissue', () => {
    const { tissue } = breastMri({ shape: [128, 128, 40], seed: 1 })
    expect(new Set(tissue.data)).toEqual(new Set(Object.values(TISSUE)))
  })

  it.each([
    [15, 16, 8],
    [16, 16, 7],
    [16.5, 16, 8],
  ] as const)('refuses the shape %s × %s × %s', (...shape) => {
    expect(() => breastMri({ shape, seed: 0 })).toThrow(RangeError)
  })
})
