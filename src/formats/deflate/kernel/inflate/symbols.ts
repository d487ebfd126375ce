import { dropBits, end, fillBits, next, pending, pendingBits, resumeBits } from './bitReader'
import {
  DIST_BITS,
  DIST_TABLE,
  LITLEN_BITS,
  LITLEN_TABLE,
  OUTPUT,
  OUTPUT_LIMIT,
  REPEAT_STEPS,
  REPEATS,
  WINDOW,
  WINDOW_BYTES,
} from './memory'
import { BLOCK_END, ENDING, NOT_LITERAL, SPECIAL } from './table'

/** Why decoding stopped. */
export const NEEDS_INPUT: u32 = 0
export const OUTPUT_FULL: u32 = 1
export const STREAM_ENDED: u32 = 2
export const CORRUPT: u32 = 3
export const BLOCK_ENDED: u32 = 4

/** One turn of the loop reads at most three times, 8 bytes each and at most 7 of them used. */
const INPUT_MARGIN: i32 = 32
/** The most bits of a distance's code and its extra bits. */
const DIST_MAX_BITS: u32 = 28

/** Where the next byte of output goes, and the first byte that a match may reach. */
export let output: u32 = OUTPUT
let floor: u32 = OUTPUT

export function startOutput(): void {
  output = OUTPUT
  floor = OUTPUT
}

/** Makes the last output the window before what follows. */
export function slideOutput(): void {
  memory.copy(WINDOW, output - WINDOW_BYTES, WINDOW_BYTES)
  output = OUTPUT
  floor = WINDOW
}

export function advanceOutput(count: u32): void {
  output += count
}

/** Shuffles that repeat the last 1..15 bytes over a vector, in whole periods. */
export function fillRepeats(): void {
  for (let distance: u32 = 1; distance < 16; distance++) {
    for (let i: u32 = 0; i < 16; i++) store<u8>(REPEATS + (distance << 4) + i, i % distance)
    store<u32>(REPEAT_STEPS + (distance << 2), 16 - (16 % distance))
  }
}

/** Copies a match in steps of up to 16 bytes; what lies beyond its end is overwritten by what comes next. */
@inline
function copyMatch(to: u32, distance: u32, length: u32): void {
  const last = to + length
  let at = to
  if (distance >= 16) {
    let from = to - distance
    do {
      v128.store(at, v128.load(from))
      at += 16
      from += 16
    } while (at < last)
  } else {
    const repeated = v128.swizzle(v128.load(to - distance), v128.load(REPEATS + (distance << 4)))
    const step = load<u32>(REPEAT_STEPS + (distance << 2))
    do {
      v128.store(at, repeated)
      at += step
    } while (at < last)
  }
}

/** The value of a length or distance entry, its extra bits being in `bits` behind its code. */
@inline
function valueOf(entry: u32, bits: u64): u32 {
  return (entry >> 16) + <u32>((bits & (((<u64>1) << (entry & 63)) - 1)) >> ((entry >> 8) & 15))
}

@inline
function litlenEntry(bits: u64): u32 {
  return load<u32>(((<u32>bits) & ((1 << LITLEN_BITS) - 1)) << 2, LITLEN_TABLE)
}

@inline
function secondEntry(table: u32, tableBits: u32, entry: u32, bits: u64): u32 {
  const within = (<u32>(bits >> tableBits)) & ((1 << ((entry >> 8) & 15)) - 1)
  return load<u32>(table + (((entry >> 16) + within) << 2))
}

/**
 * In the fast loop two used bits stay below the pending ones, so that a code is the offset of its entry in bytes
 * without another shift.
 */
const USED_BITS: u32 = 2

@inline
function fastEntry(bits: u64): u32 {
  return load<u32>((<u32>bits) & (((1 << LITLEN_BITS) - 1) << USED_BITS), LITLEN_TABLE)
}

/**
 * Decodes while neither input nor output come near their ends, without looking at these within a turn. Stops before
 * the end of the block and before an invalid code of a literal or length; false when a distance is invalid.
 *
 * 54 bits are there at the start of a turn: enough for three first looks and a literal or length, or for a whole match.
 */
function decodeFast(): bool {
  const inputLimit = end - INPUT_MARGIN
  let bits = pending << USED_BITS
  // Only its lowest 6 bits mean something, 2 to 63: entries are subtracted whole.
  let count = pendingBits + USED_BITS
  let at = next
  let to = output
  let valid = true

  bits |= load<u64>(at) << (<u64>count)
  at += (63 - (count & 63)) >> 3
  count |= 56
  while (at <= inputLimit && to < OUTPUT_LIMIT) {
    let entry = fastEntry(bits)
    if (!(entry & NOT_LITERAL)) {
      store<u16>(to, entry >> 16)
      to += (entry >> 8) & 3
      bits >>= <u64>entry
      count -= entry
      entry = fastEntry(bits)
      if (!(entry & NOT_LITERAL)) {
        store<u16>(to, entry >> 16)
        to += (entry >> 8) & 3
        bits >>= <u64>entry
        count -= entry
        entry = fastEntry(bits)
        if (!(entry & NOT_LITERAL)) {
          store<u16>(to, entry >> 16)
          to += (entry >> 8) & 3
          bits >>= <u64>entry
          count -= entry
          bits |= load<u64>(at) << (<u64>count)
          at += (63 - (count & 63)) >> 3
          count |= 56
          continue
        }
      }
    }
    if (entry & SPECIAL) {
      if (entry & ENDING) break
      entry = secondEntry(LITLEN_TABLE, LITLEN_BITS + USED_BITS, entry, bits)
      if (!(entry & NOT_LITERAL)) {
        store<u8>(to++, entry >> 16)
        bits >>= <u64>entry
        count -= entry
        bits |= load<u64>(at) << (<u64>count)
        at += (63 - (count & 63)) >> 3
        count |= 56
        continue
      }
      if (entry & SPECIAL) break
    }
    const length = valueOf(entry, bits >> USED_BITS)
    bits >>= <u64>entry
    count -= entry
    if ((count & 63) < DIST_MAX_BITS + USED_BITS) {
      bits |= load<u64>(at) << (<u64>count)
      at += (63 - (count & 63)) >> 3
      count |= 56
    }
    entry = load<u32>((<u32>bits) & (((1 << DIST_BITS) - 1) << USED_BITS), DIST_TABLE)
    if (entry & SPECIAL) {
      if (!(entry & ENDING)) entry = secondEntry(DIST_TABLE, DIST_BITS + USED_BITS, entry, bits)
      if (entry & ENDING) {
        valid = false
        break
      }
    }
    const distance = valueOf(entry, bits >> USED_BITS)
    bits >>= <u64>entry
    count -= entry
    if (distance > to - floor) {
      valid = false
      break
    }
    bits |= load<u64>(at) << (<u64>count)
    at += (63 - (count & 63)) >> 3
    count |= 56
    copyMatch(to, distance, length)
    to += length
  }
  resumeBits(bits >> USED_BITS, (count & 63) - USED_BITS, at)
  output = to
  return valid
}

/** Decodes one symbol, or a match whole, where all its bits are there; NEEDS_INPUT leaves everything as it was. */
function decodeOne(): u32 {
  fillBits()
  let entry = litlenEntry(pending)
  if ((entry & (SPECIAL | ENDING)) == SPECIAL) entry = secondEntry(LITLEN_TABLE, LITLEN_BITS, entry, pending)
  if (entry & SPECIAL) {
    const bits = (entry >> 8) & 15
    if (bits > pendingBits) return NEEDS_INPUT
    if (entry >> 16 != BLOCK_END) return CORRUPT
    dropBits(bits)
    return BLOCK_ENDED
  }
  const litlenBits = entry & 63
  if (litlenBits > pendingBits) return NEEDS_INPUT
  if (!(entry & NOT_LITERAL)) {
    store<u16>(output, entry >> 16)
    output += (entry >> 8) & 3
    dropBits(litlenBits)
    return OUTPUT_FULL
  }
  const length = valueOf(entry, pending)
  const rest = pending >> litlenBits
  entry = load<u32>(((<u32>rest) & ((1 << DIST_BITS) - 1)) << 2, DIST_TABLE)
  if ((entry & (SPECIAL | ENDING)) == SPECIAL) entry = secondEntry(DIST_TABLE, DIST_BITS, entry, rest)
  if (entry & SPECIAL) return litlenBits + ((entry >> 8) & 15) > pendingBits ? NEEDS_INPUT : CORRUPT
  const bits = litlenBits + (entry & 63)
  if (bits > pendingBits) return NEEDS_INPUT
  const distance = valueOf(entry, rest)
  if (distance > output - floor) return CORRUPT
  dropBits(bits)
  copyMatch(output, distance, length)
  output += length
  return OUTPUT_FULL
}

/** Decodes the symbols of a block until it ends, input or room for output is wanting, or a code is invalid. */
export function decodeSymbols(): u32 {
  while (output < OUTPUT_LIMIT) {
    if (<i32>(end - next) > INPUT_MARGIN && !decodeFast()) return CORRUPT
    if (output >= OUTPUT_LIMIT) break
    const status = decodeOne()
    if (status != OUTPUT_FULL) return status
  }
  return OUTPUT_FULL
}
