import { nodeZlib } from './nodeZlib.ts'

/** Tables for four bytes a step (slicing-by-4: Kounavis and Berry, "Novel table lookup-based algorithms", 2008). */
const TABLES = makeTables()

function makeTables(): Uint32Array[] {
  const tables = Array.from({ length: 4 }, () => new Uint32Array(256))
  for (let byte = 0; byte < 256; byte++) {
    let rest = byte
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1
    tables[0]![byte] = rest
  }
  for (let slice = 1; slice < 4; slice++)
    for (let byte = 0; byte < 256; byte++) {
      const rest = tables[slice - 1]![byte]!
      tables[slice]![byte] = (rest >>> 8) ^ tables[0]![rest & 0xff]!
    }
  return tables
}

/** CRC-32 as zip and gzip use it (RFC 1952, section 8), unsigned; `crc` goes on from an earlier call. */
export const crc32 = (bytes: Uint8Array, crc = 0): number =>
  nodeZlib()?.crc32?.(bytes, crc) ?? tabledCrc32(bytes, crc)

/** The same where there is nothing but the language. */
export function tabledCrc32(bytes: Uint8Array, crc = 0): number {
  const [t0, t1, t2, t3] = TABLES as [Uint32Array, Uint32Array, Uint32Array, Uint32Array]
  const whole = bytes.length & ~3
  let rest = ~crc
  let at = 0
  for (; at < whole; at += 4) {
    rest ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    rest = t3[rest & 0xff]! ^ t2[(rest >>> 8) & 0xff]! ^ t1[(rest >>> 16) & 0xff]! ^ t0[rest >>> 24]!
  }
  for (; at < bytes.length; at++) rest = (rest >>> 8) ^ t0[(rest ^ bytes[at]!) & 0xff]!
  return ~rest >>> 0
}
