import { describe, expect, it } from 'vitest'
import { SeededRandom } from '../../../../src/imaging/phantom/seededRandom.ts'
import { WaveTexture } from '../../../../src/imaging/phantom/waveTexture.ts'

describe('WaveTexture', () => {
  it.each([1, 2, 3, 4])('has mean 0 and variance near 1 (seed %i)', seed => {
    const texture = new WaveTexture(new SeededRandom(seed), 6, 5, 14)
    const random = new SeededRandom(seed + 100)
    const values = Array.from({ length: 20000 }, () =>
      texture.at(random.between(-200, 200), random.between(-200, 200), random.between(-200, 200)),
    )
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length
    expect(mean).toBeCloseTo(0, 1)
    expect(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length).toBeCloseTo(1, 1)
  })

  it('changes smoothly: by less than 0.2 in a hundredth of its shortest wave', () => {
    const texture = new WaveTexture(new SeededRandom(9), 6, 10, 30)
    for (let x = -50; x < 50; x += 0.1)
      expect(Math.abs(texture.at(x + 0.1, 3, 5) - texture.at(x, 3, 5))).toBeLessThan(0.2)
  })
})
