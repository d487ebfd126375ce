/** One step of a 32-bit mixer with full avalanche; spreads a counter over all 32-bit words. */
function mix(word: number): number {
  let z = word | 0
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
  return z ^ (z >>> 15)
}

/**
 * A fast generator for phantoms: xoshiro128** (D. Blackman, S. Vigna, ACM Transactions on Mathematical Software
 * 47(4), 2021), integer arithmetic alone, so that every machine draws the same.
 */
export class SeededRandom {
  #a: number
  #b: number
  #c: number
  #d: number

  /** @param seed any whole number; its low 32 bits count. */
  constructor(seed: number) {
    this.#a = mix(seed + 0x9e3779b9)
    this.#b = mix(seed + 2 * 0x9e3779b9)
    this.#c = mix(seed + 3 * 0x9e3779b9)
    // Not all four words may be 0, and this one is odd.
    this.#d = mix(seed + 4 * 0x9e3779b9) | 1
  }

  /** The next 32 bits, as a signed integer. */
  int32(): number {
    const b = this.#b
    const fivefold = Math.imul(b, 5)
    const result = Math.imul((fivefold << 7) | (fivefold >>> 25), 9)
    this.#c ^= this.#a
    this.#d ^= b
    this.#b = b ^ this.#c
    this.#a ^= this.#d
    this.#c ^= b << 9
    this.#d = (this.#d << 11) | (this.#d >>> 21)
    return result
  }

  /** A number from [0, 1) with 32 random bits. */
  uniform(): number {
    return (this.int32() >>> 0) / 4294967296
  }

  /** A number from [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform()
  }

  /**
   * Near to a standard normal variate: the sum of four uniform bytes, mean 0, variance 1 (Irwin–Hall), within
   * ±3.45.
   */
  normal(): number {
    const bits = this.int32()
    const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24)
    // Four times the variance (256² − 1) / 12 of one byte.
    return (sum - 510) / 147.80054127
  }
}
