import { corrupt } from '../fault.ts'

/** A Huffman table as one look-up by the next bits of the stream. */
export interface HuffmanTable {
  /** Number of bits to look up by: the length of the longest code, at most 16. */
  readonly bits: number
  /** For each value of these bits: length of the code << 8 | symbol; 0 where no code begins so. */
  readonly entries: Uint16Array
}

/**
 * Builds a table (ITU-T T.81, annex C).
 *
 * @param counts number of codes of each length from 1 to 16
 * @param symbols the symbols in order of their codes
 */
export function huffmanTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable {
  let bits = 16
  while (bits > 1 && counts[bits - 1] === 0) bits--
  const entries = new Uint16Array(1 << bits)
  let at = 0
  let symbol = 0
  for (let length = 1; length <= bits; length++)
    for (let n = counts[length - 1]!; n > 0; n--) {
      const next = at + (1 << (bits - length))
      if (next > entries.length) throw corrupt('A Huffman table of a JPEG stream has more codes than fit.')
      entries.fill((length << 8) | symbols[symbol++]!, at, next)
      at = next
    }
  return { bits, entries }
}

/** Reads bits, most significant first, from entropy-coded data without stuffing. Past the end come zeros. */
export class BitReader {
  readonly #bytes: Uint8Array
  #next = 0
  #bits = 0
  #count = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Bits read so far minus bits there are: above 0 where the data ended too early. */
  get overrun(): number {
    return 8 * (this.#next - this.#bytes.length) - this.#count
  }

  /** The next `n` bits as a number, n from 1 to 16. */
  read(n: number): number {
    this.#fill(n)
    this.#count -= n
    return (this.#bits >>> this.#count) & ((1 << n) - 1)
  }

  /** The symbol of the next code. */
  symbol(table: HuffmanTable): number {
    this.#fill(table.bits)
    const entry = table.entries[(this.#bits >>> (this.#count - table.bits)) & ((1 << table.bits) - 1)]!
    if (entry === 0) throw corrupt('The entropy-coded data of a JPEG stream has a code that is in no table.')
    this.#count -= entry >>> 8
    return entry & 0xff
  }

  /** A difference of `n` bits, n from 0 to 15, with its sign restored (RECEIVE and EXTEND, T.81, F.2.2.1). */
  difference(n: number): number {
    if (n === 0) return 0
    const value = this.read(n)
    return value < 1 << (n - 1) ? value - (1 << n) + 1 : value
  }

  #fill(n: number): void {
    while (this.#count < n) {
      this.#bits = (this.#bits << 8) | (this.#bytes[this.#next++] ?? 0)
      this.#count += 8
    }
  }
}
