import { isInt16, type Rescale } from './rescale.ts'

/** What the words of a frame mean: integers of so many bits. */
export interface WordSample {
  readonly bitsStored: number
  readonly signed: boolean
}

/** The sign bits of two int16 in one word of 32 bits. */
const SIGNS = 0x80008000 | 0
const REST = 0x7fff7fff

/**
 * Rescales stored words where they lie, two in each step, for slope 1 and whole intercepts, as nearly every CT has
 * them.
 *
 * @returns false where that cannot be done or a result is no int16; the words are without meaning then
 */
export function rescaleWords(words: Int16Array, sample: WordSample, { slope, intercept }: Rescale): boolean {
  if (slope !== 1 || !isInt16(intercept)) return false
  if (words.length % 2 !== 0 || words.byteOffset % 4 !== 0) return false
  const pairs = new Int32Array(words.buffer, words.byteOffset, words.length / 2)
  const { bitsStored, signed } = sample
  const lowest = signed ? -(2 ** (bitsStored - 1)) : 0
  const highest = 2 ** (signed ? bitsStored - 1 : bitsStored) - 1
  const above = -(2 ** bitsStored) & 0xffff
  if (isInt16(lowest) && isInt16(highest) && isInt16(lowest + intercept) && isInt16(highest + intercept)) {
    const seen = addWithinRange(pairs, intercept, signed ? 1 : 0)
    return (seen & ((above << 16) | above)) === 0
  }
  if (bitsStored < 16) return false
  return addChecked(pairs, intercept, signed ? 0 : SIGNS) === 0
}

/**
 * Adds to both halves, whose sums are known to be int16: turned into offset binary first, so that no half carries into
 * the other. Signs are spread by bits that should repeat them: `seen` has each bit that differs from the one below it
 * (`shift` 1), or each bit that is set (0).
 */
function addWithinRange(pairs: Int32Array, intercept: number, shift: 0 | 1): number {
  const both = ((intercept << 16) + intercept) | 0
  const repeated = -shift
  let seen = 0
  for (let i = 0; i < pairs.length; i++) {
    const word = pairs[i]!
    seen |= word ^ ((word << 1) & repeated)
    pairs[i] = ((word ^ SIGNS) + both) ^ SIGNS
  }
  return seen
}

/**
 * Adds to both halves: what lies below the signs first, then the signs. Not 0 where both addends have a sign that the
 * sum lacks, or a word has one of the bits of `misfits`.
 */
function addChecked(pairs: Int32Array, intercept: number, misfits: number): number {
  const both = (intercept << 16) | (intercept & 0xffff)
  const bothRest = both & REST
  let lost = 0
  for (let i = 0; i < pairs.length; i++) {
    const word = pairs[i]!
    const sum = ((word & REST) + bothRest) ^ ((word ^ both) & SIGNS)
    lost |= ((word ^ sum) & (both ^ sum) & SIGNS) | (word & misfits)
    pairs[i] = sum
  }
  return lost
}
