import type { VoxelArray } from '../../core/volume.ts'

export interface Rescale {
  readonly slope: number
  readonly intercept: number
}

/** Whether int16 holds the value as it is. */
export const isInt16 = (value: number): boolean =>
  value >= -32768 && value <= 32767 && Number.isInteger(value)

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
