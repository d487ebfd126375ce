import { UsageError } from './fault.ts'

const STATE_LENGTH = 624
const SHIFT_LENGTH = 397
const LARGEST_SEED = 0xffffffff

/**
 * NumPy's legacy generator (`np.random.seed`, `np.random.shuffle`, `np.random.random_sample`), bit for bit, so
 * that a split published with a seed can be made again.
 *
 * Source: MT19937 of M. Matsumoto and T. Nishimura, "Mersenne Twister", ACM Transactions on Modeling and
 * Computer Simulation 8(1), 1998, seeded from one integer as in their 2002 revision; bounded integers and the
 * order of the shuffle follow NumPy's `RandomState`, which NumPy has frozen (NEP 19).
 */
export class NumpyRandom {
  readonly #state = new Uint32Array(STATE_LENGTH)
  #position = STATE_LENGTH

  /**
   * @param seed whole number, 0 to 2^32 − 1
   * @throws UsageError when the seed is anything else, as NumPy does
   */
  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed < 0 || seed > LARGEST_SEED)
      throw new UsageError(`the random seed ${seed} is not a whole number from 0 to ${LARGEST_SEED}`, {
        remedy: `Give a whole number from 0 to ${LARGEST_SEED}, for example 0.`,
      })
    let word = seed
    for (let i = 0; i < STATE_LENGTH; i++) {
      this.#state[i] = word
      word = (Math.imul(word ^ (word >>> 30), 1812433253) + i + 1) >>> 0
    }
  }

  #twist(): void {
    const state = this.#state
    for (let i = 0; i < STATE_LENGTH; i++) {
      const mixed = (state[i]! & 0x80000000) | (state[(i + 1) % STATE_LENGTH]! & 0x7fffffff)
      const twisted = (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0)
      state[i] = state[(i + SHIFT_LENGTH) % STATE_LENGTH]! ^ twisted
    }
    this.#position = 0
  }

  /** The next 32 bits, as a whole number from 0 to 2^32 − 1. */
  uint32(): number {
    if (this.#position === STATE_LENGTH) this.#twist()
    let word = this.#state[this.#position++]!
    word ^= word >>> 11
    word ^= (word << 7) & 0x9d2c5680
    word ^= (word << 15) & 0xefc60000
    word ^= word >>> 18
    return word >>> 0
  }

  /** A double from [0, 1) with 53 random bits: `np.random.random_sample()`. */
  randomSample(): number {
    const high = this.uint32() >>> 5
    const low = this.uint32() >>> 6
    return (high * 67108864 + low) / 9007199254740992
  }

  /** A whole number from 0 to `largest` (< 2^32), both included; draws that exceed it are thrown away. */
  #interval(largest: number): number {
    if (largest === 0) return 0
    const mask = 0xffffffff >>> Math.clz32(largest)
    let value: number
    do value = (this.uint32() & mask) >>> 0
    while (value > largest)
    return value
  }

  /** Shuffles in place, from the last place down: `np.random.shuffle(items)` of a list. */
  shuffle<T>(items: T[]): void {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.#interval(i)
      const moved = items[i]!
      items[i] = items[j]!
      items[j] = moved
    }
  }
}
