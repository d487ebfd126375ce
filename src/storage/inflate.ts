import fs from 'node:fs'
import { crc32 } from 'node:zlib'
import { DataError } from '../core/dataError.ts'
import { InflateError } from '../formats/deflate/fault.ts'
import { type GunzipStream, gunzipStream } from '../formats/deflate/gunzip.ts'
import { createInflater, type Inflater } from '../formats/deflate/inflater.ts'
import { readChunks, readError } from './readFile.ts'

const GZIP_MAGIC = [0x1f, 0x8b]

export const isGzip = (head: Uint8Array): boolean => head[0] === GZIP_MAGIC[0] && head[1] === GZIP_MAGIC[1]

/** Inflaters that no reading is using; there are as many as were needed at once. */
const idle: Inflater[] = []

function gzipError(error: unknown, file: string): Error {
  if (!(error instanceof InflateError)) return readError(error, file)
  const { kind, reason } = error
  return kind === 'truncated'
    ? new DataError('gzip-truncated', `${file} ends in the middle of its gzip stream`, {
        where: file,
        cause: error,
      })
    : new DataError('gzip-corrupt', `${file} is damaged: its gzip stream cannot be inflated (${reason})`, {
        where: file,
        cause: error,
      })
}

/**
 * Reads a file and hands its content, inflated if it is gzip (RFC 1952, of any number of members), to `sink` in
 * chunks of any size; each chunk is valid only during the call. Checks CRC-32 and length.
 *
 * @returns SHA-256 of the bytes on disk, and how many bytes were inflated (0 for a file that is not gzip).
 * @throws DataError gzip-truncated, gzip-corrupt, file-empty, file-unreadable; whatever `sink` throws.
 */
export async function readInflated(
  file: string,
  sink: (chunk: Uint8Array) => void,
): Promise<{ digest: string; inflatedBytes: number }> {
  let inflater: Inflater | undefined
  let gunzip: GunzipStream | undefined
  let inflatedBytes = 0
  let refusal: { readonly error: unknown } | undefined
  const take = (chunk: Uint8Array) => {
    try {
      sink(chunk)
    } catch (error) {
      refusal = { error }
      throw error
    }
  }
  const takeInflated = (chunk: Uint8Array) => {
    inflatedBytes += chunk.byteLength
    take(chunk)
  }
  let first = true
  try {
    const digest = await readChunks(file, chunk => {
      if (first && isGzip(chunk)) {
        inflater = idle.pop() ?? createInflater()
        gunzip = gunzipStream(inflater, crc32)
      }
      first = false
      if (gunzip === undefined) take(chunk)
      else gunzip.push(chunk, takeInflated)
    })
    gunzip?.finish()
    return { digest, inflatedBytes }
  } catch (error) {
    throw refusal === undefined ? gzipError(error, file) : refusal.error
  } finally {
    if (inflater !== undefined) idle.push(inflater)
  }
}

/** Small files come whole with this, so that their end needs no second read. */
const FIRST_READ = 4096
/** A mask inflates a thousandfold, so what was read is inflated in small parts until there is enough. */
const INFLATED_PART = 256

/** Headers are read one after the other; this is where each begins. */
const firstBytes = Buffer.allocUnsafeSlow(FIRST_READ)

const noChecksum = () => 0

/** The first `wanted` bytes of what the start of a gzip file holds, or all there are. */
function inflatedPrefix(head: Uint8Array, wanted: number, whole: boolean): Uint8Array {
  const inflater = idle.pop() ?? createInflater()
  const prefix = new Uint8Array(wanted)
  let length = 0
  try {
    // A member that is not there to its end has no checksum to compare with.
    const gunzip = gunzipStream(inflater, whole ? crc32 : noChecksum)
    for (let at = 0; at < head.length && length < wanted; at += INFLATED_PART)
      gunzip.push(head.subarray(at, at + INFLATED_PART), chunk => {
        const piece = chunk.subarray(0, wanted - length)
        prefix.set(piece, length)
        length += piece.length
      })
  } finally {
    idle.push(inflater)
  }
  return prefix.subarray(0, length)
}

function sizeOfFile(descriptor: number, file: string): number {
  const stat = fs.fstatSync(descriptor)
  if (!stat.isFile()) throw new DataError('file-not-regular', `${file} is not a file`, { where: file })
  return stat.size
}

/** The last four bytes of a file as a number. */
function lastWord(descriptor: number, size: number, head: Buffer): number {
  if (head.length >= size) return size < 4 ? 0 : head.readUInt32LE(size - 4)
  const tail = Buffer.allocUnsafe(4)
  fs.readSync(descriptor, tail, 0, 4, size - 4)
  return tail.readUInt32LE(0)
}

/**
 * The first bytes of a file's content, inflated if it is gzip, reading as little as it takes.
 *
 * @returns at least `wanted` bytes where the content has them; the length on disk; and, for a gzip file, the last
 * four bytes as a number: the length modulo 2^32 of the last member's content (RFC 1952, ISIZE).
 */
export function readPrefix(
  file: string,
  wanted: number,
): { prefix: Uint8Array; fileBytes: number; lastLength: number | undefined } {
  let descriptor: number | undefined
  try {
    descriptor = fs.openSync(file, 'r')
    let got = fs.readSync(descriptor, firstBytes, 0, FIRST_READ, 0)
    // A file that ends within the first read needs no question after its size.
    const size = got < FIRST_READ ? got : sizeOfFile(descriptor, file)
    if (size === 0) throw new DataError('file-empty', `${file} has no bytes`, { where: file })
    for (let head: Buffer = firstBytes.subarray(0, got); ; ) {
      const packed = isGzip(head)
      const prefix = packed
        ? inflatedPrefix(head, wanted, got >= size)
        : Uint8Array.from(head.subarray(0, wanted))
      if (prefix.length >= wanted || got >= size)
        return { prefix, fileBytes: size, lastLength: packed ? lastWord(descriptor, size, head) : undefined }
      const more = Buffer.allocUnsafe(Math.min(got * 8, size))
      got = fs.readSync(descriptor, more, 0, more.length, 0)
      head = more.subarray(0, got)
    }
  } catch (error) {
    throw gzipError(error, file)
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor)
  }
}
