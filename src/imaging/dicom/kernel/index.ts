import { MEMORY_END, MOST_WORDS, WORDS } from './memory'

const WORDS_AT_ONCE: u32 = 8

export function wordsAddress(): u32 {
  return WORDS
}

export function mostWords(): u32 {
  return MOST_WORDS
}

export function memoryEnd(): u32 {
  return MEMORY_END
}

/**
 * Adds to int16 words where they lie.
 *
 * @param above the bits above those stored
 * @param signed whether these repeat the sign, or are all 0
 * @returns whether a sum is no int16, or a word has other bits above than it should: each that differs from the one below
 *   it, or each that is set
 */
export function add(words: u32, addend: i32, above: i32, signed: bool): bool {
  // What is left of the last step: 0 + an int16 is an int16, and repeats its sign.
  memory.fill(WORDS + 2 * words, 0, 2 * WORDS_AT_ONCE)
  const addends = i16x8.splat(<i16>addend)
  const strays = i16x8.splat(<i16>above)
  const repeated = i16x8.splat(signed ? -1 : 0)
  const end = WORDS + 2 * words
  let misfits = i16x8.splat(0)
  for (let at = WORDS; at < end; at += 2 * WORDS_AT_ONCE) {
    const word = v128.load(at)
    const sum = i16x8.add(word, addends)
    const below = v128.and(i16x8.shl(word, 1), repeated)
    misfits = v128.or(misfits, v128.xor(sum, i16x8.add_sat_s(word, addends)))
    misfits = v128.or(misfits, v128.and(v128.xor(word, below), strays))
    v128.store(at, sum)
  }
  return v128.any_true(misfits)
}
