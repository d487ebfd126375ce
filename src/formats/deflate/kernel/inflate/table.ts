import {
  CODELEN_MEANINGS,
  CODELEN_SYMBOLS,
  DIST_MEANINGS,
  DIST_SYMBOLS,
  LENGTH_COUNTS,
  LENGTH_STARTS,
  LITERAL_CODES,
  LITLEN_BITS,
  LITLEN_MEANINGS,
  LITLEN_SYMBOLS,
  LITLEN_TABLE,
  MAX_CODE_BITS,
  SORTED_SYMBOLS,
} from './memory'

/*
 * An entry of a decoding table (u32):
 *   one or two literals: bits 0-5 the bits of their codes, 8-9 how many, 16-23 and 24-31 the bytes
 *   a length or distance: bits 0-5 the bits of code and extra bits, 8-11 those of the code, 16-31 the base; NOT_LITERAL
 *   the rest: bits 0-5 are 0, so that using up such an entry changes nothing; 8-11 the bits of the code or, of a second
 *   table's address, the bits that choose within it; 16-31 its first index; NOT_LITERAL and SPECIAL, and of those
 *   that end a block or may not occur also ENDING
 */
export const NOT_LITERAL: u32 = 0x8000
export const SPECIAL: u32 = 0x4000
export const ENDING: u32 = 0x40
/** In bits 16-31 of an ending entry. */
export const BLOCK_END: u32 = 0
export const INVALID: u32 = 1

const INVALID_ENTRY: u32 = NOT_LITERAL | SPECIAL | ENDING | (INVALID << 16)
const BLOCK_END_ENTRY: u32 = NOT_LITERAL | SPECIAL | ENDING | (BLOCK_END << 16)
const ONE_LITERAL: u32 = 1 << 8

/** Fills in what the symbols stand for (RFC 1951, section 3.2.5). */
export function fillMeanings(): void {
  for (let byte: u32 = 0; byte < 256; byte++) store<u32>(LITLEN_MEANINGS + (byte << 2), (byte << 16) | ONE_LITERAL)
  store<u32>(LITLEN_MEANINGS + (256 << 2), BLOCK_END_ENTRY)
  let base: u32 = 3
  for (let i: u32 = 0; i < 28; i++) {
    const extra: u32 = i < 8 ? 0 : (i >> 2) - 1
    store<u32>(LITLEN_MEANINGS + ((257 + i) << 2), (base << 16) | NOT_LITERAL | extra)
    base += 1 << extra
  }
  store<u32>(LITLEN_MEANINGS + (285 << 2), (258 << 16) | NOT_LITERAL)
  for (let symbol: u32 = 286; symbol < LITLEN_SYMBOLS; symbol++)
    store<u32>(LITLEN_MEANINGS + (symbol << 2), INVALID_ENTRY)
  base = 1
  for (let i: u32 = 0; i < 30; i++) {
    const extra: u32 = i < 4 ? 0 : (i >> 1) - 1
    store<u32>(DIST_MEANINGS + (i << 2), (base << 16) | NOT_LITERAL | extra)
    base += 1 << extra
  }
  for (let symbol: u32 = 30; symbol < DIST_SYMBOLS; symbol++) store<u32>(DIST_MEANINGS + (symbol << 2), INVALID_ENTRY)
  for (let symbol: u32 = 0; symbol < CODELEN_SYMBOLS; symbol++)
    store<u32>(CODELEN_MEANINGS + (symbol << 2), (symbol << 16) | ONE_LITERAL)
}

/** The entry of a code of `length` bits. */
@inline
function entryOf(meaning: u32, length: u32): u32 {
  if (meaning & SPECIAL) return meaning | (length << 8)
  return meaning + (meaning & NOT_LITERAL ? length * 0x101 : length)
}

function reversed(code: u32, length: u32): u32 {
  let v = code
  v = ((v >> 1) & 0x5555) | ((v & 0x5555) << 1)
  v = ((v >> 2) & 0x3333) | ((v & 0x3333) << 2)
  v = ((v >> 4) & 0x0f0f) | ((v & 0x0f0f) << 4)
  return (((v >> 8) | (v << 8)) & 0xffff) >> (16 - length)
}

/** Sorts the symbols by the length of their codes, and says whether these fill the code space as zlib asks. */
function sortSymbols(lengths: u32, n: u32, mayBeSingle: bool): bool {
  memory.fill(LENGTH_COUNTS, 0, 64)
  for (let symbol: u32 = 0; symbol < n; symbol++) {
    const at = LENGTH_COUNTS + ((<u32>load<u8>(lengths + symbol)) << 2)
    store<u32>(at, load<u32>(at) + 1)
  }
  let space: u32 = 0
  let start: u32 = 0
  let coded: u32 = 0
  for (let length: u32 = 1; length <= MAX_CODE_BITS; length++) {
    const count = load<u32>(LENGTH_COUNTS + (length << 2))
    store<u32>(LENGTH_STARTS + (length << 2), start)
    start += count
    coded += count
    space += count << (MAX_CODE_BITS - length)
  }
  for (let symbol: u32 = 0; symbol < n; symbol++) {
    const length = <u32>load<u8>(lengths + symbol)
    if (length == 0) continue
    const at = LENGTH_STARTS + (length << 2)
    const rank = load<u32>(at)
    store<u32>(at, rank + 1)
    store<u16>(SORTED_SYMBOLS + (rank << 1), symbol)
  }
  if (space == 1 << MAX_CODE_BITS) return true
  return mayBeSingle && (coded == 0 || (coded == 1 && space == 1 << (MAX_CODE_BITS - 1)))
}

/**
 * Builds the table of a canonical code (RFC 1951, section 3.2.2) from code lengths (u8). False where the lengths ask
 * for more codes than there are, or leave some unused; but one code of one bit, or none, is a code of its own where
 * `mayBeSingle`, whose unused codes are invalid.
 */
export function buildTable(
  lengths: u32,
  n: u32,
  meanings: u32,
  table: u32,
  tableBits: u32,
  mayBeSingle: bool,
): bool {
  if (!sortSymbols(lengths, n, mayBeSingle)) return false
  store<u32>(table, INVALID_ENTRY | (1 << 8))
  let rank = SORTED_SYMBOLS
  let code: u32 = 0
  // The table of codes of up to `length` bits, twice after another, is that of one bit more.
  for (let length: u32 = 1; length <= tableBits; length++) {
    memory.copy(table + (2 << length), table, 2 << length)
    code <<= 1
    for (let left = load<u32>(LENGTH_COUNTS + (length << 2)); left > 0; left--) {
      const meaning = load<u32>(meanings + ((<u32>load<u16>(rank)) << 2))
      store<u32>(table + (reversed(code++, length) << 2), entryOf(meaning, length))
      rank += 2
    }
  }
  let longest = MAX_CODE_BITS
  while (longest > tableBits && load<u32>(LENGTH_COUNTS + (longest << 2)) == 0) longest--
  const moreBits = longest - tableBits
  let prefix: u32 = 0xffffffff
  let second: u32 = 0
  let free: u32 = 1 << tableBits
  for (let length = tableBits + 1; length <= longest; length++) {
    code <<= 1
    for (let left = load<u32>(LENGTH_COUNTS + (length << 2)); left > 0; left--) {
      const bits = reversed(code++, length)
      if ((bits & ((1 << tableBits) - 1)) != prefix) {
        prefix = bits & ((1 << tableBits) - 1)
        second = free
        free += 1 << moreBits
        store<u32>(table + (prefix << 2), (second << 16) | NOT_LITERAL | SPECIAL | (moreBits << 8))
      }
      const entry = entryOf(load<u32>(meanings + ((<u32>load<u16>(rank)) << 2)), length)
      rank += 2
      for (let i = bits >> tableBits; i < 1 << moreBits; i += 1 << (length - tableBits))
        store<u32>(table + ((second + i) << 2), entry)
    }
  }
  return true
}

/**
 * Lets entries of the literal and length table stand for two literals where both codes fit into the first look: data
 * with short codes is then decoded in fewer steps.
 */
export function pairLiterals(): void {
  // The table's own literals by length: when the shortest does not fit behind one, it fits behind none that follows.
  let count: u32 = 0
  let code: u32 = 0
  let rank = SORTED_SYMBOLS
  for (let length: u32 = 1; length < LITLEN_BITS; length++) {
    code <<= 1
    for (let left = load<u32>(LENGTH_COUNTS + (length << 2)); left > 0; left--) {
      const symbol = <u32>load<u16>(rank)
      rank += 2
      const bits = reversed(code++, length)
      if (symbol >= 256) continue
      store<u32>(LITERAL_CODES + (count << 2), (bits << 16) | (symbol << 8) | length)
      count++
    }
  }
  const literalsEnd = LITERAL_CODES + (count << 2)
  for (let first = LITERAL_CODES; first < literalsEnd; first += 4) {
    const one = load<u32>(first)
    const length = one & 255
    for (let second = LITERAL_CODES; second < literalsEnd; second += 4) {
      const two = load<u32>(second)
      const both = length + (two & 255)
      if (both > LITLEN_BITS) {
        if (second == LITERAL_CODES) return
        break
      }
      const entry = ((two & 0xff00) << 16) | ((one & 0xff00) << 8) | (2 * ONE_LITERAL) | both
      for (let i = (one >> 16) | ((two >> 16) << length); i < 1 << LITLEN_BITS; i += 1 << both)
        store<u32>(i << 2, entry, LITLEN_TABLE)
    }
  }
}
