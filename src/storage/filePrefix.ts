import fs from 'node:fs'
import { readError } from './readFile.ts'

/** A longer prefix is rare, so its buffer is given back. */
const KEPT_BYTES = 1 << 20

/** Reads the beginnings of files, one at a time, into a buffer that it keeps. */
export class PrefixReader {
  #buffer = new Uint8Array(0)

  /**
   * @param use gets the size of the file in bytes, and a function that gives its first bytes: as many as asked for, or
   *   all there are. They are valid until the next call of either.
   * @throws DataError when the file cannot be opened or read
   */
  read<T>(file: string, use: (size: number, prefix: (bytes: number) => Uint8Array) => T): T {
    let descriptor: number
    let size: number
    try {
      descriptor = fs.openSync(file, 'r')
    } catch (error) {
      throw readError(error, file)
    }
    try {
      try {
        ;({ size } = fs.fstatSync(descriptor))
      } catch (error) {
        throw readError(error, file)
      }
      let known = 0
      return use(size, bytes => {
        const wanted = Math.min(bytes, size)
        this.#grow(wanted, known)
        try {
          while (known < wanted) {
            const count = fs.readSync(descriptor, this.#buffer, known, wanted - known, known)
            if (count === 0) break
            known += count
          }
        } catch (error) {
          throw readError(error, file)
        }
        return this.#buffer.subarray(0, Math.min(known, wanted))
      })
    } finally {
      fs.closeSync(descriptor)
      if (this.#buffer.length > KEPT_BYTES) this.#buffer = new Uint8Array(0)
    }
  }

  #grow(bytes: number, keep: number): void {
    if (this.#buffer.length >= bytes) return
    const grown = new Uint8Array(Math.max(bytes, 1 << 16))
    grown.set(this.#buffer.subarray(0, keep))
    this.#buffer = grown
  }
}
