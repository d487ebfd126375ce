const BASE = 65521
/** The most bytes whose sums stay below 2^32 without a remainder taken in between. */
const RUN = 5552

/** Adler-32 of a zlib stream's uncompressed bytes (RFC 1950, section 8), unsigned. */
export function adler32(bytes: Uint8Array): number {
  let a = 1
  let b = 0
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(at + RUN, bytes.length)
    for (; at < end; at++) {
      a += bytes[at]!
      b += a
    }
    a %= BASE
    b %= BASE
  }
  return b * 0x10000 + a
}
