import fs from 'node:fs'
import { constants, createGunzip, gunzipSync } from 'node:zlib'
import { DataError } from '../core/dataError.ts'
import { readChunks, readError } from './readFile.ts'

const GZIP_MAGIC = [0x1f, 0x8b]

export const isGzip = (head: Uint8Array): boolean => head[0] === GZIP_MAGIC[0] && head[1] === GZIP_MAGIC[1]

function gzipError(error: unknown, file: string): Error {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'Z_BUF_ERROR')
    return new DataError('gzip-truncated', `${file} ends in the middle of its gzip stream`, {
      where: file,
      cause: error,
    })
  if (code?.startsWith('Z_'))
    return new DataError(
      'gzip-corrupt',
      `${file} is damaged: its gzip stream cannot be inflated (${message})`,
      {
        where: file,
        cause: error,
      },
    )
  return readError(error, file)
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
  let gunzip: ReturnType<typeof createGunzip> | undefined
  let ended: Promise<void> | undefined
  let failure: unknown
  let inflatedBytes = 0
  const start = () => {
    const stream = createGunzip({ chunkSize: 1 << 20 })
    ended = new Promise<void>(resolve => {
      const fail = (error: unknown) => {
        failure ??= error
        stream.destroy()
        resolve()
      }
      stream.on('error', fail)
      stream.on('end', resolve)
      stream.on('data', (chunk: Uint8Array) => {
        inflatedBytes += chunk.byteLength
        try {
          sink(chunk)
        } catch (error) {
          fail(error)
        }
      })
    })
    return stream
  }
  let first = true
  const digest = await readChunks(file, async chunk => {
    if (first && isGzip(chunk)) gunzip = start()
    first = false
    if (gunzip === undefined) sink(chunk)
    else if (failure === undefined) {
      // The chunk is overwritten by the next read, so wait until zlib has taken it all.
      await new Promise<void>(resolve => {
        void ended?.then(resolve)
        gunzip?.write(chunk, () => resolve())
      })
    }
  })
  if (gunzip !== undefined) {
    if (failure === undefined) gunzip.end()
    await ended
    if (failure !== undefined) throw gzipError(failure, file)
  }
  return { digest, inflatedBytes }
}

/** Small files come whole with this, so that their end needs no second read. */
const FIRST_READ = 4096
const FIRST_INFLATED = 640

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
    const stat = fs.fstatSync(descriptor)
    if (!stat.isFile()) throw new DataError('file-not-regular', `${file} is not a file`, { where: file })
    if (stat.size === 0) throw new DataError('file-empty', `${file} has no bytes`, { where: file })
    for (let take = FIRST_READ; ; take *= 8) {
      const raw = Buffer.allocUnsafe(Math.min(take, stat.size))
      const got = fs.readSync(descriptor, raw, 0, raw.length, 0)
      const head = raw.subarray(0, got)
      const whole = got >= stat.size
      if (!isGzip(head)) {
        if (got >= wanted || whole) return { prefix: head, fileBytes: stat.size, lastLength: undefined }
        continue
      }
      // A mask inflates a thousandfold, so little of what was read is inflated at first.
      for (let part = FIRST_INFLATED; ; part *= 4) {
        const compressed = part >= got ? head : head.subarray(0, part)
        const prefix = gunzipSync(compressed, { finishFlush: constants.Z_SYNC_FLUSH, chunkSize: 4096 })
        const all = compressed.length === got
        if (prefix.length >= wanted || (all && whole))
          return { prefix, fileBytes: stat.size, lastLength: lastWord(descriptor, stat.size, head) }
        if (all) break
      }
    }
  } catch (error) {
    throw gzipError(error, file)
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor)
  }
}
