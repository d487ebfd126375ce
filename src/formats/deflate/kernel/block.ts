import { alignToByte, cursor, pending, pendingBits, putBits, putBytes, resumeBits } from './bitWriter'
import { huffmanCodes, huffmanLengths } from './huffman'
import {
  ALL_LENGTHS,
  CODELEN_CODES,
  CODELEN_COUNTS,
  CODELEN_LENGTHS,
  CODELEN_RUNS,
  DIST_CODES,
  DIST_COUNTS,
  DIST_LENGTHS,
  DIST_SYMBOLS,
  END_OF_BLOCK,
  LENGTH_COUNTS,
  LENGTH_SYMBOLS,
  LENGTH_TOKENS,
  LITERALS,
  LITLEN_CODES,
  LITLEN_COUNTS,
  LITLEN_LENGTHS,
  LITLEN_SYMBOLS,
  MAX_MATCH,
  MIN_MATCH,
  NEAR_TOKENS,
  SEQUENCES,
} from './memory'
import { distanceSymbol, makeSequences, sequencesEnd } from './sequences'

/**
 * Four literals and the 7 bits that may wait, or a length with a distance, must fit 64 bits: shorter codes than
 * RFC 1951 allows (15) cost less than a thousandth of the size.
 */
const LITLEN_LIMIT: u32 = 12
const DIST_LIMIT: u32 = 14

/** Extra bits of length symbol 0..28 (RFC 1951, section 3.2.5). */
@inline
function lengthExtraBits(symbol: u32): u32 {
  return symbol < 8 || symbol == 28 ? 0 : (symbol >> 2) - 1
}

@inline
function lengthBase(symbol: u32): u32 {
  const extra = lengthExtraBits(symbol)
  return symbol == 28
    ? MAX_MATCH
    : symbol < 8
      ? MIN_MATCH + symbol
      : MIN_MATCH + ((4 + (symbol & 3)) << extra)
}

@inline
function distanceExtraBits(symbol: u32): u32 {
  return symbol < 4 ? 0 : (symbol >> 1) - 1
}

export function fillLengthSymbols(): void {
  for (let symbol: u32 = 0; symbol < 29; symbol++) {
    const base = lengthBase(symbol)
    const last = base + (1 << lengthExtraBits(symbol))
    for (let length = base; length < last && length <= MAX_MATCH; length++)
      store<u8>(LENGTH_SYMBOLS + length, symbol)
  }
}

/** Order in which the lengths of the code length code are sent (RFC 1951, section 3.2.7), 5 bits each. */
@inline
function codeLengthOrder(i: u32): u32 {
  return i < 3 ? 16 + i : i == 3 ? 0 : i & 1 ? 7 - ((i - 5) >> 1) : 8 + ((i - 4) >> 1)
}

let runsEnd: u32 = CODELEN_RUNS

function putRun(symbol: u32, extra: u32): void {
  store<u32>(runsEnd, symbol | (extra << 8))
  runsEnd += 4
  const at = CODELEN_COUNTS + (symbol << 2)
  store<u32>(at, load<u32>(at) + 1)
}

/** Run-length codes `n` code lengths (RFC 1951, section 3.2.7). */
function makeRuns(n: u32): void {
  memory.fill(CODELEN_COUNTS, 0, 19 << 2)
  runsEnd = CODELEN_RUNS
  let i: u32 = 0
  while (i < n) {
    const length = <u32>load<u8>(ALL_LENGTHS + i)
    let run: u32 = 1
    while (i + run < n && <u32>load<u8>(ALL_LENGTHS + i + run) == length) run++
    i += run
    if (length == 0) {
      while (run >= 11) {
        const part = min(run, 138)
        putRun(18, part - 11)
        run -= part
      }
      if (run >= 3) {
        putRun(17, run - 3)
        run = 0
      }
    } else {
      putRun(length, 0)
      run--
      while (run >= 3) {
        const part = min(run, 6)
        putRun(16, part - 3)
        run -= part
      }
    }
    for (; run > 0; run--) putRun(length, 0)
  }
}

function usedSymbols(lengths: u32, n: u32, least: u32): u32 {
  let used = n
  while (used > least && load<u8>(lengths + used - 1) == 0) used--
  return used
}

/** Bits the counted symbols take under the lengths in place, without a header. */
function bodyBits(): u32 {
  let bits: u32 = 0
  for (let symbol: u32 = 0; symbol < LITLEN_SYMBOLS; symbol++) {
    const extra = symbol > END_OF_BLOCK ? lengthExtraBits(symbol - END_OF_BLOCK - 1) : 0
    bits += load<u32>(LITLEN_COUNTS + (symbol << 2)) * (load<u8>(LITLEN_LENGTHS + symbol) + extra)
  }
  for (let symbol: u32 = 0; symbol < DIST_SYMBOLS; symbol++)
    bits +=
      load<u32>(DIST_COUNTS + (symbol << 2)) * (load<u8>(DIST_LENGTHS + symbol) + distanceExtraBits(symbol))
  return bits
}

/** Lengths of the fixed codes (RFC 1951, section 3.2.6). */
function useFixedLengths(): void {
  memory.fill(LITLEN_LENGTHS, 8, 144)
  memory.fill(LITLEN_LENGTHS + 144, 9, 112)
  memory.fill(LITLEN_LENGTHS + 256, 7, 24)
  memory.fill(LITLEN_LENGTHS + 280, 8, 8)
  memory.fill(DIST_LENGTHS, 5, DIST_SYMBOLS)
}

function putTree(litlenUsed: u32, distUsed: u32, codelenUsed: u32): void {
  putBits(litlenUsed - 257, 5)
  putBits(distUsed - 1, 5)
  putBits(codelenUsed - 4, 4)
  for (let i: u32 = 0; i < codelenUsed; i++) putBits(load<u8>(CODELEN_LENGTHS + codeLengthOrder(i)), 3)
  for (let at: u32 = CODELEN_RUNS; at < runsEnd; at += 4) {
    const run = load<u32>(at)
    const symbol = run & 255
    const code = load<u32>(CODELEN_CODES + (symbol << 2))
    putBits(code >> 4, code & 15)
    if (symbol >= 16) putBits(run >> 8, symbol == 16 ? 2 : symbol == 17 ? 3 : 7)
  }
}

/** Joins code and extra bits of every match length, alone and with the code for the distance `near`. */
function makeTokens(near: u32): void {
  const nearSymbol = distanceSymbol(near)
  const nearCode = load<u32>(DIST_CODES + (nearSymbol << 2))
  // Distances 1, 2 and 4 need no extra bit; 8 is the last of 7..8.
  const nearBits = (nearCode >> 4) | ((near == 8 ? 1 : 0) << (nearCode & 15))
  const nearCount = (nearCode & 15) + distanceExtraBits(nearSymbol)
  for (let length: u32 = MIN_MATCH; length <= MAX_MATCH; length++) {
    const symbol = <u32>load<u8>(LENGTH_SYMBOLS + length)
    const code = load<u32>(LITLEN_CODES + ((END_OF_BLOCK + 1 + symbol) << 2))
    const bits = <u64>((code >> 4) | ((length - lengthBase(symbol)) << (code & 15)))
    const count = (code & 15) + lengthExtraBits(symbol)
    store<u64>(LENGTH_TOKENS + (length << 3), (bits << 6) | count)
    const joined = bits | ((<u64>nearBits) << count)
    store<u64>(NEAR_TOKENS + (length << 3), (joined << 6) | (count + nearCount))
  }
}

/** Sends the block's sequences and its end under the codes in place. */
function putSequences(near: u32): void {
  let bits = pending
  let count = <u64>pendingBits
  let out = cursor
  let literal: u32 = LITERALS
  const end = sequencesEnd
  for (let at: u32 = SEQUENCES; at < end; at += 8) {
    const sequence = load<u64>(at)
    let left = <u32>sequence
    while (left >= 4) {
      const word = load<u32>(literal)
      const a = load<u32>((word & 255) << 2, LITLEN_CODES)
      bits |= (<u64>(a >> 4)) << count
      count += a & 15
      const b = load<u32>(((word >> 8) & 255) << 2, LITLEN_CODES)
      bits |= (<u64>(b >> 4)) << count
      count += b & 15
      const c = load<u32>(((word >> 16) & 255) << 2, LITLEN_CODES)
      bits |= (<u64>(c >> 4)) << count
      count += c & 15
      const d = load<u32>((word >> 24) << 2, LITLEN_CODES)
      bits |= (<u64>(d >> 4)) << count
      count += d & 15
      store<u64>(out, bits)
      out += <u32>(count >> 3)
      bits >>= count & 56
      count &= 7
      literal += 4
      left -= 4
    }
    for (; left > 0; left--) {
      const a = load<u32>((<u32>load<u8>(literal++)) << 2, LITLEN_CODES)
      bits |= (<u64>(a >> 4)) << count
      count += a & 15
    }
    const length = <u32>(sequence >> 32) & 0xffff
    if (length == 0) {
      store<u64>(out, bits)
      out += <u32>(count >> 3)
      bits >>= count & 56
      count &= 7
      break
    }
    const distance = <u32>(sequence >> 48)
    if (count > 19) {
      store<u64>(out, bits)
      out += <u32>(count >> 3)
      bits >>= count & 56
      count &= 7
    }
    if (distance == near) {
      const token = load<u64>(length << 3, NEAR_TOKENS)
      bits |= (token >> 6) << count
      count += token & 63
    } else {
      const token = load<u64>(length << 3, LENGTH_TOKENS)
      bits |= (token >> 6) << count
      count += token & 63
      const symbol = distanceSymbol(distance)
      const code = load<u32>(symbol << 2, DIST_CODES)
      bits |= (<u64>(code >> 4)) << count
      count += code & 15
      const extra = distanceExtraBits(symbol)
      bits |= (<u64>((distance - 1) & ((1 << extra) - 1))) << count
      count += extra
    }
    store<u64>(out, bits)
    out += <u32>(count >> 3)
    bits >>= count & 56
    count &= 7
  }
  resumeBits(bits, <u32>count, out)
  const code = load<u32>(LITLEN_CODES + (END_OF_BLOCK << 2))
  putBits(code >> 4, code & 15)
}

/** Sends bytes as stored blocks (RFC 1951, section 3.2.4); the last one carries `last`. */
export function putStored(start: u32, end: u32, last: u32): void {
  let at = start
  do {
    const length = min(end - at, 65535)
    putBits(at + length == end ? last : 0, 3)
    alignToByte()
    putBits(length | (~length << 16), 32)
    putBytes(at, length)
    at += length
  } while (at < end)
}

/** Codes the bytes from `start` on as one block and returns where it ends; `last` marks it where it ends at `end`. */
export function putBlock(start: u32, end: u32, oldest: u32, near: u32, base: u32, final: bool): u32 {
  const stop = makeSequences(start, end, oldest, near, base)
  const last: u32 = final && stop == end ? 1 : 0
  for (let length: u32 = MIN_MATCH; length <= MAX_MATCH; length++) {
    const at = LITLEN_COUNTS + ((END_OF_BLOCK + 1 + <u32>load<u8>(LENGTH_SYMBOLS + length)) << 2)
    store<u32>(at, load<u32>(at) + load<u32>(LENGTH_COUNTS + (length << 2)))
  }
  store<u32>(LITLEN_COUNTS + (END_OF_BLOCK << 2), 1)
  useFixedLengths()
  const fixedBits = 3 + bodyBits()
  huffmanLengths(LITLEN_COUNTS, LITLEN_SYMBOLS, LITLEN_LIMIT, LITLEN_LENGTHS)
  huffmanLengths(DIST_COUNTS, DIST_SYMBOLS, DIST_LIMIT, DIST_LENGTHS)
  const litlenUsed = usedSymbols(LITLEN_LENGTHS, LITLEN_SYMBOLS, 257)
  const distUsed = usedSymbols(DIST_LENGTHS, DIST_SYMBOLS, 1)
  memory.copy(ALL_LENGTHS, LITLEN_LENGTHS, litlenUsed)
  memory.copy(ALL_LENGTHS + litlenUsed, DIST_LENGTHS, distUsed)
  makeRuns(litlenUsed + distUsed)
  huffmanLengths(CODELEN_COUNTS, 19, 7, CODELEN_LENGTHS)
  huffmanCodes(CODELEN_LENGTHS, 19, CODELEN_CODES)
  let codelenUsed: u32 = 19
  while (codelenUsed > 4 && load<u8>(CODELEN_LENGTHS + codeLengthOrder(codelenUsed - 1)) == 0) codelenUsed--
  let dynamicBits = 17 + 3 * codelenUsed + bodyBits()
  for (let symbol: u32 = 0; symbol < 19; symbol++) {
    const extra = symbol < 16 ? 0 : symbol == 16 ? 2 : symbol == 17 ? 3 : 7
    dynamicBits += load<u32>(CODELEN_COUNTS + (symbol << 2)) * (load<u8>(CODELEN_LENGTHS + symbol) + extra)
  }
  const best = min<u32>(fixedBits, dynamicBits)
  const bytes = stop - start
  if (best >= (bytes << 3) + 42 * (bytes / 65535 + 1)) {
    putStored(start, stop, last)
    return stop
  }
  if (fixedBits <= dynamicBits) {
    putBits(last | 2, 3)
    useFixedLengths()
  } else {
    putBits(last | 4, 3)
    putTree(litlenUsed, distUsed, codelenUsed)
  }
  // The fixed code gives places to symbols 286 and 287, which shift the codes of those before them.
  huffmanCodes(LITLEN_LENGTHS, fixedBits <= dynamicBits ? 288 : LITLEN_SYMBOLS, LITLEN_CODES)
  huffmanCodes(DIST_LENGTHS, DIST_SYMBOLS, DIST_CODES)
  makeTokens(near)
  putSequences(near)
  return stop
}
