import {
  BLOCK_LITERALS,
  BLOCK_SEQUENCES,
  DIST_COUNTS,
  DIST_SYMBOLS,
  HASH_BITS,
  HASH_TABLE,
  LENGTH_COUNTS,
  LITERAL_COUNTS_1,
  LITERAL_COUNTS_2,
  LITERAL_COUNTS_3,
  LITERALS,
  LITLEN_COUNTS,
  LITLEN_SYMBOLS,
  MAX_MATCH,
  MIN_MATCH,
  SEQUENCES,
  WINDOW_BYTES,
} from './memory'

/** After 2^this many probes without a match the next probes lie one word farther apart, up to PROBE_GAP words. */
const PROBE_PATIENCE: u32 = 5
const PROBE_GAP: u32 = 16
/** A far match must beat the match one element back by more bytes than its longer code may cost. */
const FAR_GAIN: u32 = 4
/** 2^64 divided by the golden ratio (Knuth, The Art of Computer Programming, volume 3, section 6.4). */
const HASH_FACTOR: u64 = 0x9e3779b97f4a7c15

/** End of the sequences the last parse made. */
export let sequencesEnd: u32 = SEQUENCES

/** Distance symbol 0..29 of a distance 1..32768 (RFC 1951, section 3.2.5). */
@inline
export function distanceSymbol(distance: u32): u32 {
  const d = distance - 1
  if (d < 2) return d
  const high = 31 - clz(d)
  return (high << 1) + ((d >> (high - 1)) & 1)
}

@inline
function increment(at: u32): void {
  store<u32>(at, load<u32>(at) + 1)
}

/** Counts the literals in bulk: four histograms, so that equal neighbours do not wait for each other. */
function countLiterals(from: u32, to: u32): void {
  let at = from
  for (; at + 8 <= to; at += 8) {
    const w = load<u64>(at)
    increment(LITLEN_COUNTS + ((<u32>(w & 255)) << 2))
    increment(LITERAL_COUNTS_1 + ((<u32>((w >> 8) & 255)) << 2))
    increment(LITERAL_COUNTS_2 + ((<u32>((w >> 16) & 255)) << 2))
    increment(LITERAL_COUNTS_3 + ((<u32>((w >> 24) & 255)) << 2))
    increment(LITLEN_COUNTS + ((<u32>((w >> 32) & 255)) << 2))
    increment(LITERAL_COUNTS_1 + ((<u32>((w >> 40) & 255)) << 2))
    increment(LITERAL_COUNTS_2 + ((<u32>((w >> 48) & 255)) << 2))
    increment(LITERAL_COUNTS_3 + ((<u32>(w >> 56)) << 2))
  }
  for (; at < to; at++) increment(LITLEN_COUNTS + ((<u32>load<u8>(at)) << 2))
  for (let offset: u32 = 0; offset < 1 << 10; offset += 4) {
    const count =
      load<u32>(offset, LITLEN_COUNTS) +
      load<u32>(offset, LITERAL_COUNTS_1) +
      load<u32>(offset, LITERAL_COUNTS_2) +
      load<u32>(offset, LITERAL_COUNTS_3)
    store<u32>(offset, count, LITLEN_COUNTS)
  }
}

/** Copies in steps of 16 bytes: what lies beyond `to + count` is overwritten by what comes next. */
@inline
function copyLiterals(to: u32, from: u32, count: u32): void {
  let done: u32 = 0
  do {
    v128.store(to + done, v128.load(from + done))
    done += 16
  } while (done < count)
}

/** First address from `from` on, at most `end`, whose byte differs from the byte `distance` before it. */
function matchEnd(from: u32, distance: u32, end: u32): u32 {
  let at = from
  while (at + 8 <= end) {
    const difference = load<u64>(at) ^ load<u64>(at - distance)
    if (difference != 0) return at + (<u32>ctz(difference) >> 3)
    at += 8
  }
  while (at < end && load<u8>(at) == load<u8>(at - distance)) at++
  return at
}

/** Closes the open sequence with a match longer than one length code tells: it takes several. */
function putLongMatch(literals: u32, length: u32, distance: u32, sequence: u32): u32 {
  let at = sequence
  let left = length
  let head: u64 = literals
  const tail = (<u64>distance) << 48
  while (left > MAX_MATCH) {
    // A rest of 1 or 2 could not be sent.
    const part: u32 = left - MAX_MATCH < MIN_MATCH ? MAX_MATCH - MIN_MATCH : MAX_MATCH
    store<u64>(at, head | ((<u64>part) << 32) | tail)
    increment(LENGTH_COUNTS + (part << 2))
    at += 8
    head = 0
    left -= part
  }
  store<u64>(at, head | ((<u64>left) << 32) | tail)
  increment(LENGTH_COUNTS + (left << 2))
  return at + 8
}

/** Adds a sequence of `run` literals and a match, and returns the end of the sequences. */
@inline
function putMatch(run: u32, length: u32, distance: u32, sequence: u32): u32 {
  if (length > MAX_MATCH) return putLongMatch(run, length, distance, sequence)
  store<u64>(sequence, <u64>run | ((<u64>length) << 32) | ((<u64>distance) << 48))
  increment(LENGTH_COUNTS + (length << 2))
  return sequence + 8
}

function addToDistance(distance: u32, sequences: u32): void {
  const at = DIST_COUNTS + (distanceSymbol(distance) << 2)
  store<u32>(at, load<u32>(at) + sequences)
}

/**
 * Cuts the bytes from `start` on into sequences until the block is full or `end` is reached, and counts their
 * symbols. Two kinds of matches are looked for: at the distance of one element (`near`), which for numbers of a
 * narrow range repeats the high bytes and the zeros below them; and where the same word, two elements long, was
 * met last. Bytes from `oldest` on may be matched; `base` is the stream position of address 0. Returns where the
 * block ends.
 */
export function makeSequences(start: u32, end: u32, oldest: u32, near: u32, base: u32): u32 {
  memory.fill(LITLEN_COUNTS, 0, LITLEN_SYMBOLS << 2)
  memory.fill(DIST_COUNTS, 0, DIST_SYMBOLS << 2)
  memory.fill(LENGTH_COUNTS, 0, (MAX_MATCH + 1) << 2)
  memory.fill(LITERAL_COUNTS_1, 0, 3 << 10)
  const narrow = near < 4
  const step: u32 = narrow ? 2 : 4
  const hashShift: u64 = narrow ? 32 : 0
  // Bytes are mostly masks, whose runs cost so little that only a long match is cheaper than going on with them.
  const farMinimum: u32 = near == 1 ? 10 : narrow ? 4 : 8
  // Three equal bytes pay where they are nearly an element; of small elements four are asked for.
  const fourth: u64 = narrow ? -1 : 0
  const lastSequence: u32 = SEQUENCES + (BLOCK_SEQUENCES << 3)
  let literalStart = start
  let literals: u32 = LITERALS
  let literalsEnd = start + BLOCK_LITERALS
  let at = min(max(start, oldest + near), end)
  let sequence: u32 = SEQUENCES
  let nearCount: u32 = 0
  let misses: u32 = 0
  let untilProbe: u32 = 1
  while (at + 8 <= end && sequence < lastSequence && at < literalsEnd) {
    const word = load<u64>(at)
    const difference = word ^ load<u64>(at - near)
    if (--untilProbe == 0) {
      const slot = HASH_TABLE + ((<u32>(((word << hashShift) * HASH_FACTOR) >> (64 - HASH_BITS))) << 2)
      const position = base + at
      const distance = position - load<u32>(slot)
      store<u32>(slot, position)
      // The slot may hold a place beyond the window; distance 0 wraps and is refused too.
      const mismatch = distance - 1 < WINDOW_BYTES ? load<u64>(at - distance) ^ word : -1
      if (mismatch << hashShift == 0) {
        const matched = mismatch != 0 ? at + (<u32>ctz(mismatch) >> 3) : matchEnd(at + 8, distance, end)
        const before = load<u64>(at - 8) ^ load<u64>(at - distance - 8)
        const back = min(min(<u32>clz(before) >> 3, at - literalStart), at - distance - oldest)
        const length = matched - at + back
        if (difference == 0 ? matched > matchEnd(at, near, end) + FAR_GAIN : length >= farMinimum) {
          const run = at - back - literalStart
          copyLiterals(literals, literalStart, run)
          literals += run
          const first = sequence
          sequence = putMatch(run, length, distance, sequence)
          addToDistance(distance, (sequence - first) >> 3)
          literalsEnd += length
          literalStart = at = matched
          misses = 0
          untilProbe = 1
          continue
        }
      }
      misses++
      untilProbe = min(PROBE_GAP, 1 + (misses >> PROBE_PATIENCE))
    }
    // Byte i of `differs` is 0 where a match starts at byte i; the borrow of the zero test reaches only upwards.
    const differs = difference | (difference >> 8) | (difference >> 16) | ((difference >> 24) & fourth)
    const starts = (differs - 0x010101010101) & ~differs & 0x808080808080
    if (starts == 0) {
      at += step
      continue
    }
    const skip = <u32>ctz(starts) >> 3
    const rest = difference >> <u64>(skip << 3)
    const matched = rest != 0 ? at + skip + (<u32>ctz(rest) >> 3) : matchEnd(at + 8, near, end)
    at += skip
    const run = at - literalStart
    copyLiterals(literals, literalStart, run)
    literals += run
    const first = sequence
    const length = matched - at
    sequence = putMatch(run, length, near, sequence)
    nearCount += (sequence - first) >> 3
    literalsEnd += length
    literalStart = at = matched
  }
  // A chunk's last few bytes are literals too.
  if (at + 8 > end) at = end
  const run = at - literalStart
  if (run > 0) {
    copyLiterals(literals, literalStart, run)
    literals += run
    store<u64>(sequence, run)
    sequence += 8
  }
  addToDistance(near, nearCount)
  countLiterals(LITERALS, literals)
  sequencesEnd = sequence
  return at
}
