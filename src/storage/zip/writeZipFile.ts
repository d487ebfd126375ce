import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { EXIT } from '../../core/fault.ts'
import { createDeflater, type Deflater } from '../../formats/deflate/deflater.ts'
import { DEFLATED, FIXED_DATE, NAME_IS_UTF8, STORED, type ZipMember } from '../../formats/zip/entry.ts'
import { ZipInvalidError } from '../../formats/zip/fault.ts'
import {
  directoryEnd,
  directoryEntry,
  localHeader,
  ZIP64_LIMITS,
  type Zip64Limits,
} from '../../formats/zip/headers.ts'
import { temporaryPath, WriteError, writeError } from '../atomicWrite.ts'
import { ArchiveSink } from './archiveSink.ts'
import { DirectoryBytes } from './directoryBytes.ts'
import { deflatedIfWorth, elementBytes, SAMPLE_BYTES } from './packMethod.ts'
import { SourceFile } from './sourceFile.ts'
import { verifyZipFile } from './verifyZipFile.ts'

/** What becomes a member of an archive: a file on this disk, or a folder, which is kept by its name alone. */
export interface ZipSource {
  /** Path in the archive, POSIX, without a `/` at its end. */
  readonly name: string
  /** Absolute path of the file; undefined for a folder. */
  readonly file?: string
}

/** How far an archive is. */
export interface ZipProgress {
  readonly stage: 'packing' | 'verifying'
  /** Members that are done, and the bytes of sources read, or of the archive verified. */
  readonly members: number
  readonly bytes: number
}

export interface ZipFileOptions {
  readonly onProgress?: ((progress: ZipProgress) => void) | undefined
  /** For tests: from which figures on zip64 records are used. */
  readonly limits?: Zip64Limits
}

export interface WrittenZip {
  /** SHA-256 (hex) and size of the archive. */
  readonly digest: string
  readonly bytes: number
  /** Files and folders in it. */
  readonly members: number
  /** Bytes of the files that went in. */
  readonly sourceBytes: number
}

const READ_BYTES = 1 << 20
/** Deflate may make what it cannot compress a little larger; so near the limit the header makes room for 64 bits. */
const ROOM = 1 << 24
const UNIX = 3
/** External attributes of Unix: type and permissions in the upper half (-rw-r--r-- and drwxr-xr-x), MS-DOS's in the lower. */
const FILE_644 = 0o100644 * 0x10000
const FOLDER_755 = 0o40755 * 0x10000 + 0x10
const PAUSE_EVERY = 256

/**
 * Packs files into a .zip file that is there whole or not at all: written under a temporary name, flushed, read back
 * from its first to its last byte (every header, every checksum), then named. Equal names and contents in equal order
 * give equal bytes: all members have one date and the permissions 644 (folders 755). What is compressed already is
 * stored, all else deflated. Memory does not grow with the sizes of files, only by about 300 bytes a member.
 *
 * Source: PKWARE .ZIP File Format Specification 6.3.10, with zip64 (4.5.3) where sizes or numbers need it and UTF-8
 * names (4.4.4, bit 11). Sizes stand before the data, so that any program can unpack it as a stream.
 *
 * @throws DataError 'file-unreadable' naming a source that cannot be read or changes meanwhile; WriteError; ZipInvalidError
 * when the archive does not read back as it was written.
 */
export async function writeZipFile(
  target: string,
  sources: Iterable<ZipSource>,
  options: ZipFileOptions = {},
): Promise<WrittenZip> {
  const temporary = temporaryPath(target)
  try {
    await mkdir(path.dirname(target), { recursive: true })
    const handle = await open(temporary, 'wx')
    let packed: Packed
    try {
      packed = await new Packer(handle, options).pack(sources)
      await handle.sync()
    } finally {
      await handle.close()
    }
    const { digest, bytes } = await verifyZipFile(temporary, {
      directory: packed.directory,
      onProgress: options.onProgress,
    }).catch(error => {
      throw unlikeWritten(error, target)
    })
    await rename(temporary, target)
    return { digest, bytes, members: packed.directory.count, sourceBytes: packed.sourceBytes }
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw writeError(error, target)
  }
}

function unlikeWritten(error: unknown, target: string): Error {
  if (!(error instanceof ZipInvalidError)) return error as Error
  return new WriteError(`${target} does not read back as it was written: ${error.message}`, {
    remedy: 'The disk, its cable or the memory of the machine may be damaged: write to another disk.',
    everywhere: false,
    exitCode: EXIT.someFailed,
    where: target,
    cause: error,
  })
}

interface Packed {
  readonly directory: DirectoryBytes
  readonly sourceBytes: number
}

class Packer {
  readonly #sink: ArchiveSink
  readonly #limits: Zip64Limits
  readonly #deflater: Deflater = createDeflater()
  readonly #buffer = Buffer.allocUnsafeSlow(READ_BYTES)
  readonly #sample = Buffer.allocUnsafeSlow(SAMPLE_BYTES)
  readonly #directory = new DirectoryBytes()
  #sourceBytes = 0

  constructor(
    handle: FileHandle,
    readonly options: ZipFileOptions,
  ) {
    this.#sink = new ArchiveSink(handle)
    this.#limits = options.limits ?? ZIP64_LIMITS
  }

  async pack(sources: Iterable<ZipSource>): Promise<Packed> {
    for (const { name, file } of sources) {
      if (file === undefined) await this.#putFolder(name)
      else await this.#putFile(name, file)
      // Small files never wait for the disk; a request to stop must get its turn.
      if (this.#directory.count % PAUSE_EVERY === 0) await setImmediate()
    }
    const offset = this.#sink.position
    for (const piece of this.#directory.pieces()) await this.#sink.put(piece)
    const size = this.#sink.position - offset
    await this.#sink.put(directoryEnd(this.#directory.count, size, offset, this.#limits))
    await this.#sink.flush()
    return { directory: this.#directory, sourceBytes: this.#sourceBytes }
  }

  async #putFolder(name: string): Promise<void> {
    const member = { ...memberNamed(`${name}/`), method: STORED, crc: 0, size: 0 }
    this.#list({ ...member, externalAttributes: FOLDER_755 }, 0, this.#sink.position)
    await this.#sink.put(localHeader(member, 0))
  }

  async #putFile(name: string, file: string): Promise<void> {
    const source = new SourceFile(file)
    try {
      const sample = source.begin(this.#sample)
      const content = this.#contentOf(source, sample)
      const { size } = source
      const zip64 = size + Math.min(ROOM, size) >= this.#limits.bytes
      const member = { ...memberNamed(name), method: content.method, size, externalAttributes: FILE_644 }
      const at = this.#sink.position
      await this.#sink.put(localHeader({ ...member, crc: 0 }, 0, zip64))
      const begin = this.#sink.position
      const crc = await content.put()
      source.requireUnchanged()
      const compressedSize = this.#sink.position - begin
      await this.#sink.correct(localHeader({ ...member, crc }, compressedSize, zip64), at)
      this.#list({ ...member, crc }, compressedSize, at)
    } finally {
      source.close()
    }
  }

  /** How a file is packed, and what puts its packed bytes into the archive and gives its CRC-32. */
  #contentOf(source: SourceFile, sample: Uint8Array): { method: number; put(): Promise<number> } {
    const deflated = deflatedIfWorth(sample, this.#deflater)
    const whole = source.size === sample.length
    const method = deflated === undefined ? STORED : DEFLATED
    if (!whole)
      return {
        method,
        put: () => (method === STORED ? this.#store(source) : this.#deflate(source, elementBytes(sample))),
      }
    return {
      method,
      put: async () => {
        for (const part of deflated ?? [sample]) await this.#sink.put(part)
        this.#sourceBytes += sample.length
        return crc32(sample)
      },
    }
  }

  #list(member: ZipMember, compressedSize: number, at: number): void {
    this.#directory.add(directoryEntry(member, compressedSize, at, UNIX, this.#limits))
    this.#tell()
  }

  #tell(): void {
    this.options.onProgress?.({
      stage: 'packing',
      members: this.#directory.count,
      bytes: this.#sourceBytes,
    })
  }

  async #store(source: SourceFile): Promise<number> {
    let crc = 0
    for await (const chunk of this.#chunks(source)) {
      crc = crc32(chunk, crc)
      await this.#sink.put(chunk)
    }
    return crc
  }

  async #deflate(source: SourceFile, bytesOfElement: 1 | 2 | 4 | 8): Promise<number> {
    const stream = this.#deflater.begin({ elementBytes: bytesOfElement })
    let crc = 0
    for await (const chunk of this.#chunks(source)) {
      crc = crc32(chunk, crc)
      for (const part of stream.push(chunk)) await this.#sink.put(part)
    }
    for (const part of stream.finish()) await this.#sink.put(part)
    return crc
  }

  /** The bytes of a file in pieces, each valid until the next is asked for. */
  async *#chunks(source: SourceFile): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < source.size; ) {
      const chunk = await source.read(this.#buffer, at)
      at += chunk.length
      this.#sourceBytes += chunk.length
      if (at < source.size) this.#tell()
      yield chunk
    }
  }
}

const memberNamed = (name: string) => ({
  nameBytes: new TextEncoder().encode(name),
  flags: NAME_IS_UTF8,
  modified: FIXED_DATE,
  internalAttributes: 0,
  externalAttributes: 0,
})
