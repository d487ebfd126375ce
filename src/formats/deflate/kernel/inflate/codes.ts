import { dropBits, fillBits, pending, pendingBits } from './bitReader'
import {
  CODELEN_BITS,
  CODELEN_LENGTHS,
  CODELEN_MEANINGS,
  CODELEN_ORDER,
  CODELEN_SYMBOLS,
  CODELEN_TABLE,
  DIST_BITS,
  DIST_MEANINGS,
  DIST_SYMBOLS,
  DIST_TABLE,
  LENGTHS,
  LITLEN_BITS,
  LITLEN_MEANINGS,
  LITLEN_SYMBOLS,
  LITLEN_TABLE,
} from './memory'
import { CORRUPT, NEEDS_INPUT } from './symbols'
import { buildTable, pairLiterals } from './table'

export const CODES_READ: u32 = 5

/** How many code lengths are sent of each code; 0 until that is known. */
let litlenCodes: u32 = 0
let distCodes: u32 = 0
let codelenCodes: u32 = 0
/** Lengths read so far, of the code length code and of the two codes. */
let codelenRead: u32 = 0
let lengthsRead: u32 = 0
let tablesAreFixed = false

export function forgetCodes(): void {
  // 16 17 18 0 8 7 9 6 10 5 11 4 12 3 13 2 14 1 15 (RFC 1951, section 3.2.7)
  store<u64>(CODELEN_ORDER, 0x0609070800121110)
  store<u64>(CODELEN_ORDER + 8, 0x020d030c040b050a)
  store<u32>(CODELEN_ORDER + 16, 0x000f010e)
  litlenCodes = 0
  tablesAreFixed = false
}

/** The codes of RFC 1951, section 3.2.6. */
export function useFixedCodes(): void {
  if (tablesAreFixed) return
  memory.fill(LENGTHS, 8, 144)
  memory.fill(LENGTHS + 144, 9, 112)
  memory.fill(LENGTHS + 256, 7, 24)
  memory.fill(LENGTHS + 280, 8, 8)
  memory.fill(LENGTHS + LITLEN_SYMBOLS, 5, DIST_SYMBOLS)
  buildTable(LENGTHS + LITLEN_SYMBOLS, DIST_SYMBOLS, DIST_MEANINGS, DIST_TABLE, DIST_BITS, false)
  buildTable(LENGTHS, LITLEN_SYMBOLS, LITLEN_MEANINGS, LITLEN_TABLE, LITLEN_BITS, false)
  pairLiterals()
  tablesAreFixed = true
}

/** How many lengths of each code there are, then those of the code length code. */
function readCodelenCode(): u32 {
  if (litlenCodes == 0) {
    fillBits()
    if (pendingBits < 14) return NEEDS_INPUT
    const counts = <u32>pending
    dropBits(14)
    litlenCodes = 257 + (counts & 31)
    distCodes = 1 + ((counts >> 5) & 31)
    codelenCodes = 4 + ((counts >> 10) & 15)
    codelenRead = 0
    lengthsRead = 0
    if (litlenCodes > 286 || distCodes > 30) return CORRUPT
    memory.fill(CODELEN_LENGTHS, 0, CODELEN_SYMBOLS)
  }
  if (codelenRead == codelenCodes) return CODES_READ
  for (; codelenRead < codelenCodes; codelenRead++) {
    fillBits()
    if (pendingBits < 3) return NEEDS_INPUT
    store<u8>(CODELEN_LENGTHS + load<u8>(CODELEN_ORDER + codelenRead), (<u32>pending) & 7)
    dropBits(3)
  }
  return buildTable(CODELEN_LENGTHS, CODELEN_SYMBOLS, CODELEN_MEANINGS, CODELEN_TABLE, CODELEN_BITS, false)
    ? CODES_READ
    : CORRUPT
}

/** The lengths of both codes, runs of them shortened (RFC 1951, section 3.2.7). */
function readLengths(): u32 {
  const total = litlenCodes + distCodes
  while (lengthsRead < total) {
    fillBits()
    const entry = load<u32>(((<u32>pending) & ((1 << CODELEN_BITS) - 1)) << 2, CODELEN_TABLE)
    const codeBits = entry & 63
    const symbol = (entry >> 16) & 255
    const extraBits: u32 = symbol < 16 ? 0 : symbol == 16 ? 2 : symbol == 17 ? 3 : 7
    if (codeBits + extraBits > pendingBits) return NEEDS_INPUT
    const extra = (<u32>(pending >> codeBits)) & ((1 << extraBits) - 1)
    dropBits(codeBits + extraBits)
    const at = LENGTHS + lengthsRead
    if (symbol < 16) {
      store<u8>(at, symbol)
      lengthsRead++
      continue
    }
    if (symbol == 16 && lengthsRead == 0) return CORRUPT
    const run = (symbol == 18 ? 11 : 3) + extra
    if (lengthsRead + run > total) return CORRUPT
    memory.fill(at, symbol == 16 ? load<u8>(at - 1) : 0, run)
    lengthsRead += run
  }
  return CODES_READ
}

/** Reads the codes of a dynamic block as far as the input goes: CODES_READ, NEEDS_INPUT or CORRUPT. */
export function readCodes(): u32 {
  let status = readCodelenCode()
  if (status == CODES_READ) status = readLengths()
  if (status != CODES_READ) return status
  tablesAreFixed = false
  const litlen = litlenCodes
  litlenCodes = 0
  // A block that cannot end is refused, as zlib does.
  if (load<u8>(LENGTHS + 256) == 0) return CORRUPT
  if (!buildTable(LENGTHS + litlen, distCodes, DIST_MEANINGS, DIST_TABLE, DIST_BITS, true)) return CORRUPT
  if (!buildTable(LENGTHS, litlen, LITLEN_MEANINGS, LITLEN_TABLE, LITLEN_BITS, true)) return CORRUPT
  pairLiterals()
  return CODES_READ
}
