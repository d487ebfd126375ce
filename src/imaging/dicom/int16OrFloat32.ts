import type { VoxelArray } from '../../core/volume.ts'
import { isInt16, type Rescale } from './rescale.ts'
import { rescaleWords, type WordSample } from './rescaleWords.ts'

/** Consecutive slices of rescaled values: int16 until one does not fit, from then on float32. */
export class Int16OrFloat32 {
  #data: Int16Array | Float32Array
  #at = 0

  constructor(length: number) {
    this.#data = new Int16Array(length)
  }

  add(stored: VoxelArray, rescale: Rescale): void {
    if (this.#data instanceof Int16Array && !putInt16(this.#data, this.#at, stored, rescale))
      this.#data = new Float32Array(this.#data)
    if (this.#data instanceof Float32Array) rescaleInto(this.#data, this.#at, stored, rescale)
    this.#at += stored.length
  }

  /** Where `length` values that begin at `start` lie, as long as all before are int16. */
  words(start: number, length: number): Int16Array | undefined {
    return this.#data instanceof Int16Array ? this.#data.subarray(start, start + length) : undefined
  }

  /** Takes stored words that were put into `words`; false when they must be added as values. */
  addWords(length: number, sample: WordSample, rescale: Rescale): boolean {
    const words = this.words(this.#at, length)
    if (words === undefined || !rescaleWords(words, sample, rescale)) return false
    this.#at += length
    return true
  }

  finish(): Int16Array | Float32Array {
    return this.#data
  }
}

/** `out[at + p]` = stored value × slope + intercept. */
export function rescaleInto(
  out: Float32Array | Float64Array,
  at: number,
  stored: VoxelArray,
  { slope, intercept }: Rescale,
): void {
  for (let p = 0; p < stored.length; p++) out[at + p] = stored[p]! * slope + intercept
}

/** Rescales into `out`; false when a value does not fit, what was written then being without meaning. */
function putInt16(out: Int16Array, at: number, stored: VoxelArray, rescale: Rescale): boolean {
  const { slope, intercept } = rescale
  if (stored instanceof Int16Array && slope === 1 && intercept === 0) {
    out.set(stored, at)
    return true
  }
  if (staysInt32(stored, rescale)) return putWhole(out, at, stored, slope, intercept)
  for (let p = 0; p < stored.length; p++) {
    const value = stored[p]! * slope + intercept
    if (!isInt16(value)) return false
    out[at + p] = value
  }
  return true
}

/** Integers of 16 bits or fewer whose rescaled values are integers of 32. */
const staysInt32 = (stored: VoxelArray, { slope, intercept }: Rescale): boolean =>
  stored.BYTES_PER_ELEMENT <= 2 &&
  Number.isInteger(slope) &&
  Number.isInteger(intercept) &&
  Math.abs(slope) * 65536 + Math.abs(intercept) < 2 ** 31

function putWhole(
  out: Int16Array,
  at: number,
  stored: VoxelArray,
  slope: number,
  intercept: number,
): boolean {
  let lost = 0
  if (slope === 1) {
    // CT as nearly every scanner writes it; without the product it takes half the time.
    for (let p = 0; p < stored.length; p++) {
      const value = (stored[p]! + intercept) | 0
      out[at + p] = value
      lost |= value ^ ((value << 16) >> 16)
    }
    return lost === 0
  }
  for (let p = 0; p < stored.length; p++) {
    const value = (Math.imul(stored[p]!, slope) + intercept) | 0
    out[at + p] = value
    lost |= value ^ ((value << 16) >> 16)
  }
  return lost === 0
}
