import { corrupt } from '../fault.ts'
import type { BitReader } from './bitReader.ts'
import type { CodingParameters } from './stream.ts'

// Lengths of runs as powers of 2, growing with the number of runs met (ITU-T T.87, A.2.1).
const RUN_ORDER = new Uint8Array([
  0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13, 14, 15,
])
const REGULAR_CONTEXTS = 365
/** Of run interruptions: neighbours differ, and neighbours are alike. */
const CONTEXTS = REGULAR_CONTEXTS + 2

const bitsOf = (values: number) => 32 - Math.clz32(values - 1)

/**
 * Decodes samples from their neighbours and the statistics of their contexts (T.87, annex A). The statistics are those
 * of a scan; the components of it share them.
 */
export class SampleDecoder {
  readonly #reader: BitReader
  readonly #maximum: number
  readonly #near: number
  /** Quantization step of errors. */
  readonly #step: number
  readonly #range: number
  readonly #rangeBits: number
  readonly #limit: number
  readonly #reset: number
  readonly #t1: number
  readonly #t2: number
  readonly #t3: number
  // A, B, C and N of the standard; of run interruptions, B counts the negative errors.
  readonly #magnitude = new Int32Array(CONTEXTS)
  readonly #bias = new Int32Array(CONTEXTS)
  readonly #correction = new Int32Array(CONTEXTS)
  readonly #occurrences = new Int32Array(CONTEXTS).fill(1)

  constructor(reader: BitReader, parameters: CodingParameters, near: number) {
    const { maximum, thresholds, reset } = parameters
    this.#reader = reader
    this.#maximum = maximum
    this.#near = near
    this.#step = 2 * near + 1
    this.#range = Math.trunc((maximum + 2 * near) / this.#step) + 1
    this.#rangeBits = bitsOf(this.#range)
    const bits = Math.max(2, bitsOf(maximum + 1))
    this.#limit = 2 * (bits + Math.max(8, bits))
    this.#reset = reset
    ;[this.#t1, this.#t2, this.#t3] = thresholds
    this.#magnitude.fill(Math.max(2, (this.#range + 32) >> 6))
  }

  /** The context of a sample, from -364 to 364; 0 where its neighbours are alike. */
  context(left: number, above: number, aboveLeft: number, aboveRight: number): number {
    return (
      81 * this.#gradientClass(aboveRight - above) +
      9 * this.#gradientClass(above - aboveLeft) +
      this.#gradientClass(aboveLeft - left)
    )
  }

  #gradientClass(difference: number): number {
    const size = difference < 0 ? -difference : difference
    if (size <= this.#near) return 0
    const level = size < this.#t1 ? 1 : size < this.#t2 ? 2 : size < this.#t3 ? 3 : 4
    return difference < 0 ? -level : level
  }

  /** A sample whose neighbours differ (T.87, A.4 to A.6). */
  regular(context: number, left: number, above: number, aboveLeft: number): number {
    const sign = context < 0 ? -1 : 1
    const c = context < 0 ? -context : context
    const low = left < above ? left : above
    const high = left < above ? above : left
    let predicted = aboveLeft >= high ? low : aboveLeft <= low ? high : left + above - aboveLeft
    predicted += sign * this.#correction[c]!
    if (predicted < 0) predicted = 0
    else if (predicted > this.#maximum) predicted = this.#maximum

    const occurrences = this.#occurrences[c]!
    const k = this.#codeBits(occurrences, this.#magnitude[c]!)
    const mapped = this.#code(k, this.#limit)
    let error = (mapped & 1) === 0 ? mapped >> 1 : -((mapped + 1) >> 1)
    if (k === 0 && this.#near === 0 && 2 * this.#bias[c]! <= -occurrences) error = ~error
    this.#learn(c, error)
    return this.#restored(predicted, sign * error)
  }

  #learn(c: number, error: number): void {
    let magnitude = this.#magnitude[c]! + (error < 0 ? -error : error)
    let bias = this.#bias[c]! + error * this.#step
    let occurrences = this.#occurrences[c]!
    if (occurrences === this.#reset) {
      magnitude >>= 1
      bias >>= 1
      occurrences >>= 1
    }
    occurrences++
    if (bias <= -occurrences) {
      bias += occurrences
      if (this.#correction[c]! > -128) this.#correction[c]!--
      if (bias <= -occurrences) bias = 1 - occurrences
    } else if (bias > 0) {
      bias -= occurrences
      if (this.#correction[c]! < 127) this.#correction[c]!++
      if (bias > 0) bias = 0
    }
    this.#magnitude[c] = magnitude
    this.#bias[c] = bias
    this.#occurrences[c] = occurrences
  }

  /**
   * Length of a run of samples like the one to the left (T.87, A.7.1), at most `room`.
   *
   * @param state its `order` is RUNindex of the standard
   */
  runLength(state: { order: number }, room: number): number {
    let length = 0
    while (this.#reader.read(1) === 1) {
      const part = 1 << RUN_ORDER[state.order]!
      if (part > room - length) return room
      length += part
      if (state.order < 31) state.order++
      if (length === room) return room
    }
    length += this.#reader.read(RUN_ORDER[state.order]!)
    if (length >= room) throw corrupt('A JPEG-LS stream has a run that is longer than the rest of its line.')
    return length
  }

  /**
   * The sample that ends a run (T.87, A.7.2).
   *
   * @param alike whether its neighbours may count as alike; not so where components alternate by samples
   */
  interruption(order: number, left: number, above: number, alike: boolean): number {
    const type = alike && Math.abs(left - above) <= this.#near ? 1 : 0
    const sign = type === 0 && left > above ? -1 : 1
    const c = REGULAR_CONTEXTS + type
    const occurrences = this.#occurrences[c]!
    const negatives = this.#bias[c]!
    const magnitude = this.#magnitude[c]!
    const k = this.#codeBits(occurrences, type === 0 ? magnitude : magnitude + (occurrences >> 1))
    const mapped = this.#code(k, this.#limit - RUN_ORDER[order]! - 1)
    const odd = (mapped + type) & 1
    const size = (mapped + type + odd) >> 1
    const error = (k !== 0 || 2 * negatives >= occurrences) === (odd === 1) ? -size : size

    const halve = occurrences === this.#reset ? 1 : 0
    this.#bias[c] = (negatives + (error < 0 ? 1 : 0)) >> halve
    this.#magnitude[c] = (magnitude + ((mapped + 1 - type) >> 1)) >> halve
    this.#occurrences[c] = (occurrences >> halve) + 1
    return this.#restored(type === 1 ? left : above, sign * error)
  }

  /** k: bits of a code below its unary part. */
  #codeBits(occurrences: number, magnitude: number): number {
    let k = 0
    while (occurrences << k < magnitude) k++
    return k
  }

  /** A Golomb code of limited length (T.87, A.5.3). */
  #code(k: number, limit: number): number {
    const longest = limit - this.#rangeBits - 1
    const zeros = this.#reader.zeros(longest)
    const value =
      zeros < longest ? (zeros << k) | this.#reader.read(k) : this.#reader.read(this.#rangeBits) + 1
    if (value > 2 * this.#range)
      throw corrupt('The entropy-coded data of a JPEG-LS stream has an error beyond the range of samples.')
    return value
  }

  #restored(predicted: number, error: number): number {
    let sample = predicted + error * this.#step
    if (sample < -this.#near) sample += this.#range * this.#step
    else if (sample > this.#maximum + this.#near) sample -= this.#range * this.#step
    return sample < 0 ? 0 : sample > this.#maximum ? this.#maximum : sample
  }
}
