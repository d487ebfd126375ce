import type { FileHandle } from 'node:fs/promises'

const BUFFER_BYTES = 4 << 20

/** A file that is written from its beginning to its end, and in which a header that was written may be corrected. */
export class ArchiveSink {
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES)
  #filled = 0
  /** Bytes that are in the file already. */
  #flushed = 0

  constructor(readonly handle: FileHandle) {}

  /** Bytes that were put so far. */
  get position(): number {
    return this.#flushed + this.#filled
  }

  /** The bytes are copied; the caller may use its array again. */
  async put(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const taken = Math.min(BUFFER_BYTES - this.#filled, bytes.length - at)
      this.#buffer.set(bytes.subarray(at, at + taken), this.#filled)
      this.#filled += taken
      at += taken
      if (this.#filled === BUFFER_BYTES) await this.flush()
    }
  }

  /** Replaces bytes that were put at a position before. */
  async correct(bytes: Uint8Array, position: number): Promise<void> {
    if (position >= this.#flushed) this.#buffer.set(bytes, position - this.#flushed)
    else {
      // Only what is whole in the file is written there.
      await this.flush()
      await writeFully(this.handle, bytes, position)
    }
  }

  async flush(): Promise<void> {
    await writeFully(this.handle, this.#buffer.subarray(0, this.#filled), this.#flushed)
    this.#flushed += this.#filled
    this.#filled = 0
  }
}

async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; )
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten
}
