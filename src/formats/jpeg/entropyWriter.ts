import { AC_TABLES, DC_TABLES, type HuffmanList, ZIGZAG } from './tables.ts'

const END_OF_BLOCK = 0x00
const SIXTEEN_ZEROS = 0xf0

/** Code and length of each value (ITU-T T.81, annex C). */
interface HuffmanCodes {
  readonly code: Uint16Array
  readonly bits: Uint8Array
}

function huffmanCodes({ counts, values }: HuffmanList): HuffmanCodes {
  const code = new Uint16Array(256)
  const bits = new Uint8Array(256)
  let next = 0
  let at = 0
  counts.forEach((count, index) => {
    for (let n = 0; n < count; n++, at++, next++) {
      code[values[at]!] = next
      bits[values[at]!] = index + 1
    }
    next *= 2
  })
  return { code, bits }
}

const DC = DC_TABLES.map(huffmanCodes)
const AC = AC_TABLES.map(huffmanCodes)

/** The entropy-coded segment of a scan: bits from the highest down, a zero byte after each 0xff (T.81, F.1.2.3). */
export class EntropyWriter {
  #bytes: Uint8Array
  #length = 0
  #pending = 0
  #pendingBits = 0

  constructor(expectedBytes: number) {
    this.#bytes = new Uint8Array(Math.max(1024, expectedBytes))
  }

  /**
   * One block of quantized coefficients, by rows.
   *
   * @param table 0 for luminance, 1 for chrominance
   * @param dcBefore DC coefficient of the component's block before, 0 for the first
   */
  block(coefficients: Int16Array, table: 0 | 1, dcBefore: number): void {
    const dc = DC[table]!
    const ac = AC[table]!
    this.#value(dc, 0, coefficients[0]! - dcBefore)
    let zeros = 0
    for (let k = 1; k < 64; k++) {
      const value = coefficients[ZIGZAG[k]!]!
      if (value === 0) {
        zeros++
        continue
      }
      for (; zeros > 15; zeros -= 16) this.#put(ac.code[SIXTEEN_ZEROS]!, ac.bits[SIXTEEN_ZEROS]!)
      this.#value(ac, zeros * 16, value)
      zeros = 0
    }
    if (zeros > 0) this.#put(ac.code[END_OF_BLOCK]!, ac.bits[END_OF_BLOCK]!)
  }

  /** The size of a number with the run before it as a code, then its bits; negative ones less 1 (F.1.2.1). */
  #value(codes: HuffmanCodes, run: number, value: number): void {
    const size = 32 - Math.clz32(Math.abs(value))
    this.#put(codes.code[run + size]!, codes.bits[run + size]!)
    if (size > 0) this.#put((value < 0 ? value - 1 : value) & ((1 << size) - 1), size)
  }

  #put(value: number, bits: number): void {
    // At most 7 bits wait and at most 16 come.
    this.#pending = (this.#pending << bits) | value
    this.#pendingBits += bits
    while (this.#pendingBits >= 8) {
      this.#pendingBits -= 8
      this.#byte((this.#pending >>> this.#pendingBits) & 0xff)
    }
    this.#pending &= 0xff
  }

  #byte(byte: number): void {
    if (this.#length + 2 > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#bytes.length)
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    this.#bytes[this.#length++] = byte
    if (byte === 0xff) this.#bytes[this.#length++] = 0
  }

  /** Fills the last byte with ones and gives what was written. */
  finish(): Uint8Array {
    if (this.#pendingBits > 0) {
      const missing = 8 - this.#pendingBits
      this.#put((1 << missing) - 1, missing)
    }
    return this.#bytes.subarray(0, this.#length)
  }
}
