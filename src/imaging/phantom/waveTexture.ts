import type { SeededRandom } from './seededRandom.ts'

/** Numbers a wave: three of its vector in cycles per mm, and the phase in cycles. */
const STRIDE = 4

/**
 * Smooth random texture over space, mean 0 and variance near 1: a sum of plane waves of random directions. Unlike
 * `LatticeNoise` it belongs to no grid, so that two grids show the same texture at the same place.
 */
export class WaveTexture {
  readonly #waves: Float64Array
  readonly #gain: number

  /** @param shortest @param longest wavelengths in mm */
  constructor(random: SeededRandom, count: number, shortest: number, longest: number) {
    this.#waves = new Float64Array(count * STRIDE)
    for (let w = 0; w < this.#waves.length; w += STRIDE) {
      const [x, y, z] = [random.normal(), random.normal(), random.normal()]
      const length = Math.sqrt(x * x + y * y + z * z) * random.between(shortest, longest)
      this.#waves.set([x / length, y / length, z / length, random.uniform()], w)
    }
    // A parabolic wave of amplitude 1 has variance 8/15.
    this.#gain = Math.sqrt(15 / 8 / count)
  }

  /** The value at a point in mm. */
  at(x: number, y: number, z: number): number {
    const waves = this.#waves
    let sum = 0
    for (let w = 0; w < waves.length; w += STRIDE) {
      const cycles = waves[w]! * x + waves[w + 1]! * y + waves[w + 2]! * z + waves[w + 3]!
      const u = 2 * (cycles - Math.floor(cycles)) - 1
      // Parabolas in place of a sine, whose last digit differs from machine to machine.
      sum += 4 * u * (1 - Math.abs(u))
    }
    return this.#gain * sum
  }
}
