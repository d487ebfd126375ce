import fs from 'node:fs'
import { readError } from './readFile.ts'

/** A larger buffer is not kept for the next file unless that needs it too. */
const KEPT_BYTES = 1 << 24

/** Reads whole files, one after the other, into one buffer: a new one for each would cost more than the reading. */
export class WholeFileReader {
  #buffer = new Uint8Array(0)

  /**
   * @returns the bytes of the file, valid until the next call
   * @throws DataError naming the file
   */
  read(file: string): Uint8Array {
    try {
      const descriptor = fs.openSync(file, 'r')
      try {
        const { size } = fs.fstatSync(descriptor)
        if (this.#buffer.length < size || this.#buffer.length > Math.max(size, KEPT_BYTES))
          this.#buffer = new Uint8Array(size)
        let done = 0
        while (done < size) {
          const count = fs.readSync(descriptor, this.#buffer, done, size - done, done)
          if (count === 0) break
          done += count
        }
        return this.#buffer.subarray(0, done)
      } finally {
        fs.closeSync(descriptor)
      }
    } catch (error) {
      throw readError(error, file)
    }
  }
}
