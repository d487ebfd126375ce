import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib'
import { findDirectory, type ListedMember, listedMembers } from '../../formats/zip/directory.ts'
import { LOCAL_HEADER_SIGNATURE, LOCAL_HEADER_SIZE, STORED } from '../../formats/zip/entry.ts'
import { ZipInvalidError } from '../../formats/zip/fault.ts'
import { readError } from '../readFile.ts'
import type { DirectoryBytes } from './directoryBytes.ts'
import type { ZipProgress } from './writeZipFile.ts'

/** Holds the end of the directory with the longest comment and the zip64 records. */
const TAIL_BYTES = 1 << 17
const READ_BYTES = 1 << 20
/** Members up to this size are inflated at one go. */
const SMALL = 1 << 20
const PAUSE_EVERY = 256

export interface VerifyOptions {
  /** What the central directory must be, to the byte. */
  readonly directory?: DirectoryBytes
  readonly onProgress?: ((progress: ZipProgress) => void) | undefined
}

/**
 * Reads an archive from its first to its last byte: each member must lie right behind the one before, have a local
 * header that agrees with the central directory, and data that inflate (by zlib, not by what wrote them) to the size
 * and CRC-32 that both tell.
 *
 * @returns SHA-256 (hex), size, and the number of members.
 * @throws ZipInvalidError naming the member that is wrong; DataError when the file cannot be read.
 */
export async function verifyZipFile(
  file: string,
  options: VerifyOptions = {},
): Promise<{ digest: string; bytes: number; members: number }> {
  const handle = await open(file, 'r').catch(error => {
    throw readError(error, file)
  })
  try {
    const { size } = await handle.stat()
    const { directory, count, offset } = await directoryOf(handle, size)
    if (options.directory !== undefined) requireDirectory(directory, count, options.directory)
    const reader = new HashedReader(handle, size)
    let members = 0
    for (const member of listedMembers(directory, count)) {
      await verifyMember(reader, member)
      if (++members % PAUSE_EVERY === 0) await setImmediate()
      options.onProgress?.({ stage: 'verifying', members, bytes: reader.position })
    }
    if (reader.position !== offset)
      throw new ZipInvalidError(
        `${offset - reader.position} bytes lie between the last member and the directory`,
      )
    return { digest: await reader.finish(), bytes: size, members }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new ZipInvalidError('the zip directory points beyond the end of the file', undefined, error)
  } finally {
    await handle.close()
  }
}

async function directoryOf(handle: FileHandle, size: number) {
  const start = Math.max(0, size - TAIL_BYTES)
  const { count, offset } = findDirectory(await readAt(handle, start, size - start), start)
  return { directory: await readAt(handle, offset, size - offset), count, offset }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(length)
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(bytes, done, length - done, position + done)
    if (bytesRead === 0) throw new ZipInvalidError('the archive became shorter while it was read')
    done += bytesRead
  }
  return bytes
}

function requireDirectory(bytes: Uint8Array, count: number, written: DirectoryBytes): void {
  if (count !== written.count)
    throw new ZipInvalidError(`the zip directory lists ${count} members, ${written.count} were written`)
  let at = 0
  for (const piece of written.pieces()) {
    if (Buffer.compare(bytes.subarray(at, at + piece.length), piece) !== 0)
      throw new ZipInvalidError('the zip directory does not read back as it was written')
    at += piece.length
  }
}

async function verifyMember(reader: HashedReader, member: ListedMember): Promise<void> {
  const { name, offset } = member
  if (reader.position !== offset)
    throw new ZipInvalidError(`the member ${name} is not where the zip directory says`)
  const fixed = Buffer.from(await reader.take(LOCAL_HEADER_SIZE))
  const wrong = () => new ZipInvalidError(`the local header of ${name} does not agree with the directory`)
  if (fixed.readUInt32LE(0) !== LOCAL_HEADER_SIGNATURE) throw wrong()
  const nameBytes = Buffer.from(await reader.take(fixed.readUInt16LE(26)))
  const extra = Buffer.from(await reader.take(fixed.readUInt16LE(28)))
  // Sizes of 64 bits stand first in the only extra field that is written (4.5.3).
  const zip64 = extra.length >= 20 && extra.readUInt16LE(0) === 1
  const size = zip64 ? Number(extra.readBigUInt64LE(4)) : fixed.readUInt32LE(22)
  const compressedSize = zip64 ? Number(extra.readBigUInt64LE(12)) : fixed.readUInt32LE(18)
  if (
    Buffer.compare(nameBytes, member.nameBytes) !== 0 ||
    fixed.readUInt16LE(8) !== member.method ||
    fixed.readUInt32LE(14) !== member.crc ||
    size !== member.size ||
    compressedSize !== member.compressedSize
  )
    throw wrong()
  const found = await contentOf(reader, member)
  if (found.size !== member.size || found.crc !== member.crc)
    throw new ZipInvalidError(`the member ${name} does not agree with its own size or checksum`)
}

async function contentOf(
  reader: HashedReader,
  { name, method, size, compressedSize }: ListedMember,
): Promise<{ size: number; crc: number }> {
  if (method === STORED) {
    const found = { size: 0, crc: 0 }
    for await (const chunk of reader.pieces(compressedSize)) add(found, chunk)
    return found
  }
  try {
    if (size <= SMALL && compressedSize <= READ_BYTES) {
      const content = inflateRawSync(await reader.take(compressedSize), { maxOutputLength: size + 1 })
      return { size: content.length, crc: crc32(content) }
    }
    return await inflated(reader.pieces(compressedSize))
  } catch (error) {
    if (error instanceof ZipInvalidError) throw error
    throw new ZipInvalidError(`the member ${name} cannot be inflated`, undefined, error)
  }
}

function add(found: { size: number; crc: number }, chunk: Uint8Array): void {
  found.size += chunk.length
  found.crc = crc32(chunk, found.crc)
}

async function inflated(pieces: AsyncIterable<Uint8Array>): Promise<{ size: number; crc: number }> {
  const stream = createInflateRaw({ chunkSize: READ_BYTES })
  const found = { size: 0, crc: 0 }
  const feeding = (async () => {
    // The stream reads a piece in another thread, while the buffer that it lies in is filled anew.
    for await (const piece of pieces)
      await new Promise<void>((resolve, reject) => {
        stream.write(Buffer.from(piece), error => (error ? reject(error) : resolve()))
      })
    stream.end()
  })()
  feeding.catch(error => stream.destroy(error as Error))
  for await (const chunk of stream) add(found, chunk as Buffer)
  await feeding
  return found
}

/** A file read once from start to end, its SHA-256 taken on the way. */
class HashedReader {
  readonly #hash = createHash('sha256')
  readonly #buffer = Buffer.allocUnsafeSlow(READ_BYTES)
  #from = 0
  #to = 0
  /** Where the next byte that is taken lies in the file. */
  position = 0

  constructor(
    readonly handle: FileHandle,
    readonly size: number,
  ) {}

  /** The next bytes, at most 1 MiB, valid until the next call. */
  async take(length: number): Promise<Uint8Array> {
    if (this.position + length > this.size)
      throw new ZipInvalidError('a member is cut off at the end of the file')
    if (this.#to - this.#from < length) {
      this.#buffer.copyWithin(0, this.#from, this.#to)
      this.#to -= this.#from
      this.#from = 0
      while (this.#to < length) await this.#fill()
    }
    const bytes = this.#buffer.subarray(this.#from, this.#from + length)
    this.#from += length
    this.position += length
    return bytes
  }

  async #fill(): Promise<void> {
    const at = this.position + this.#to - this.#from
    const { bytesRead } = await this.handle.read(this.#buffer, this.#to, READ_BYTES - this.#to, at)
    if (bytesRead === 0) throw new ZipInvalidError('the archive became shorter while it was read')
    this.#hash.update(this.#buffer.subarray(this.#to, this.#to + bytesRead))
    this.#to += bytesRead
  }

  /** So many bytes in pieces, each valid until the next is asked for. */
  async *pieces(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0; ) {
      const waiting = this.#to - this.#from
      const piece = await this.take(Math.min(left, waiting > 0 ? waiting : READ_BYTES))
      left -= piece.length
      yield piece
    }
  }

  /** Reads what is left. @returns the digest of the whole file. */
  async finish(): Promise<string> {
    for (;;) {
      const left = this.size - this.position
      if (left === 0) return this.#hash.digest('hex')
      await this.take(Math.min(left, READ_BYTES))
    }
  }
}
