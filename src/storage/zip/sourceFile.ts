import fs from 'node:fs'
import { promisify } from 'node:util'
import { DataError } from '../../core/dataError.ts'
import { sourceError } from '../placeCopies.ts'

const readAt = promisify(fs.read)

/**
 * A file that is packed, as it was when it was opened. Its beginning is read synchronously: of a hundred thousand small
 * files each way to another thread would cost more than the file.
 */
export class SourceFile {
  readonly size: number
  readonly #modified: bigint
  readonly #fd: number

  /** @throws DataError 'file-unreadable' */
  constructor(readonly file: string) {
    this.#fd = this.#reading(() => fs.openSync(file, 'r'))
    try {
      const { size, mtimeNs } = this.#reading(() => fs.fstatSync(this.#fd, { bigint: true }))
      this.size = Number(size)
      this.#modified = mtimeNs
    } catch (error) {
      this.close()
      throw error
    }
  }

  /** The first bytes, at most as many as the buffer holds. @throws DataError 'file-unreadable' */
  begin(buffer: Buffer): Uint8Array {
    const wanted = Math.min(buffer.length, this.size)
    for (let done = 0; done < wanted; ) {
      const bytesRead = this.#reading(() => fs.readSync(this.#fd, buffer, done, wanted - done, done))
      if (bytesRead === 0) throw this.#changed()
      done += bytesRead
    }
    return buffer.subarray(0, wanted)
  }

  /** The bytes from a position on, as many as the buffer holds or the file has. @throws DataError 'file-unreadable' */
  async read(buffer: Buffer, position: number): Promise<Uint8Array> {
    const wanted = Math.min(buffer.length, this.size - position)
    for (let done = 0; done < wanted; ) {
      const { bytesRead } = await readAt(this.#fd, buffer, done, wanted - done, position + done).catch(
        (error: unknown) => {
          throw sourceError(error, this.file)
        },
      )
      if (bytesRead === 0) throw this.#changed()
      done += bytesRead
    }
    return buffer.subarray(0, wanted)
  }

  /** @throws DataError when the file is not as it was when it was opened. */
  requireUnchanged(): void {
    const { size, mtimeNs } = this.#reading(() => fs.fstatSync(this.#fd, { bigint: true }))
    if (Number(size) !== this.size || mtimeNs !== this.#modified) throw this.#changed()
  }

  close(): void {
    fs.closeSync(this.#fd)
  }

  #reading<T>(task: () => T): T {
    try {
      return task()
    } catch (error) {
      throw sourceError(error, this.file)
    }
  }

  #changed(): DataError {
    return new DataError('file-unreadable', `${this.file} was changed while it was read`, {
      where: this.file,
    })
  }
}
