import type { VoxelArray } from '../../../core/volume.ts'
import type { PixelDescription } from './description.ts'

type IntegerValues = Exclude<VoxelArray, Float32Array | Float64Array>

const SIGNED = { 8: Int8Array, 16: Int16Array, 32: Int32Array } as const
const UNSIGNED = { 8: Uint8Array, 16: Uint16Array, 32: Uint32Array } as const

/** An array of zeros of the type that holds the stored values of integer cells. */
export function newStoredValues(d: PixelDescription, length: number): IntegerValues {
  return new (d.signed ? SIGNED : UNSIGNED)[d.bitsAllocated as 8 | 16 | 32](length)
}

/**
 * Where a sample lies in a word: `bits` wide, its most significant bit at `highBit` (PS3.5, section 8.1.1). What lies
 * above is cleared, or filled with the sign of signed samples; what lies below is dropped.
 */
export interface SampleBits {
  readonly bits: number
  readonly highBit: number
  readonly signed: boolean
}

/**
 * Whether the bits above samples at the bottom of their words are already what they should be: 0, or, of signed
 * samples, each equal to the one below it. Looks at 32 bits at a time.
 */
function isClean(words: IntegerValues, { bits, signed }: SampleBits): boolean {
  const wordBits = 8 * words.BYTES_PER_ELEMENT
  let above = 0
  for (let bit = 0; bit < 32; bit++) if (bit % wordBits >= bits) above |= 1 << bit
  const aboveOne = above >>> (32 - wordBits)

  const { buffer, byteOffset, length } = words
  const head = Math.min(length, (-byteOffset & 3) / words.BYTES_PER_ELEMENT)
  const rest = (length - head) * words.BYTES_PER_ELEMENT
  const whole = new Int32Array(buffer, byteOffset + head * words.BYTES_PER_ELEMENT, rest >> 2)
  let seen = 0
  if (signed) for (let i = 0; i < whole.length; i++) seen |= whole[i]! ^ (whole[i]! << 1)
  else for (let i = 0; i < whole.length; i++) seen |= whole[i]!
  if ((seen & above) !== 0) return false
  const isCleanOne = (word: number) => ((signed ? word ^ (word << 1) : word) & aboveOne) === 0
  const tail = length - (rest & 3) / words.BYTES_PER_ELEMENT
  return words.subarray(0, head).every(isCleanOne) && words.subarray(tail).every(isCleanOne)
}

/**
 * Takes the samples out of words: `words` itself where nothing has to be changed, else a new array of the same type.
 */
export function sampleValues<T extends IntegerValues>(words: T, sample: SampleBits): T {
  const up = 31 - sample.highBit
  const down = 32 - sample.bits
  if (up === down && sample.bits === 8 * words.BYTES_PER_ELEMENT) return words
  if (up === down && isClean(words, sample)) return words
  const values = words.slice() as T
  if (sample.signed) for (let i = 0; i < values.length; i++) values[i] = (values[i]! << up) >> down
  else for (let i = 0; i < values.length; i++) values[i] = (values[i]! << up) >>> down
  return values
}

/**
 * Little-endian cells as numbers, as a view of `cells` where their address allows it and no bit has to be changed.
 *
 * @param cells rows x columns x samples, of `bitsAllocated` bits each
 * @param isFloat whether they are floats (Float and Double Float Pixel Data)
 */
export function storedValues(cells: Uint8Array, d: PixelDescription, isFloat: boolean): VoxelArray {
  const cellBytes = d.bitsAllocated / 8
  const { buffer, byteOffset } = cells.byteOffset % cellBytes === 0 ? cells : cells.slice()
  const length = cells.length / cellBytes
  if (isFloat)
    return d.bitsAllocated === 32
      ? new Float32Array(buffer, byteOffset, length)
      : new Float64Array(buffer, byteOffset, length)
  const Type: new (buffer: ArrayBufferLike, byteOffset: number, length: number) => IntegerValues = (
    d.signed ? SIGNED : UNSIGNED
  )[d.bitsAllocated as 8 | 16 | 32]
  const words = new Type(buffer, byteOffset, length)
  return sampleValues(words, { bits: d.bitsStored, highBit: d.highBit, signed: d.signed })
}
