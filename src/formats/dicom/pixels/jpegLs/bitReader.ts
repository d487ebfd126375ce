import { corrupt } from '../fault.ts'

/**
 * Reads bits, most significant first, from the entropy-coded data of JPEG-LS, where a byte after FF has 7 bits (ITU-T
 * T.87, A.1). Past the end come zeros.
 */
export class BitReader {
  readonly #bytes: Uint8Array
  #next = 0
  #bits = 0
  #count = 0
  #afterFF = false
  /** Zeros handed out, or ready, past the end. */
  #beyond = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Above 0 when more bits were read than there are. */
  get overrun(): number {
    return this.#beyond - this.#count
  }

  /** Whole bytes that were not read. */
  get unread(): number {
    return this.#bytes.length - this.#next + (this.#count >> 3)
  }

  /** The next `n` bits as a number, n from 0 to 24. */
  read(n: number): number {
    if (this.#count < n) this.#fill()
    this.#count -= n
    return (this.#bits >>> this.#count) & ((1 << n) - 1)
  }

  /** Counts zeros up to the next one, which is read too; refuses more than `most`. */
  zeros(most: number): number {
    let total = 0
    for (;;) {
      if (this.#count < 24) this.#fill()
      const leading = Math.clz32(this.#bits << (32 - this.#count))
      if (leading < this.#count) {
        this.#count -= leading + 1
        total += leading
        break
      }
      total += this.#count
      this.#count = 0
      if (total > most) break
    }
    if (total > most) throw corrupt('The entropy-coded data of a JPEG-LS stream has a code that is too long.')
    return total
  }

  /** Makes at least 24 bits ready. */
  #fill(): void {
    while (this.#count < 24) {
      const byte = this.#bytes[this.#next]
      if (byte === undefined) {
        this.#bits <<= 8
        this.#count += 8
        this.#beyond += 8
        continue
      }
      this.#next++
      const width = this.#afterFF ? 7 : 8
      this.#bits = (this.#bits << width) | byte
      this.#count += width
      this.#afterFF = byte === 0xff
    }
  }
}
