import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { open } from 'node:fs/promises'
import { DataError } from '../core/dataError.ts'
import { fileStamp } from './fileStamp.ts'

const CHUNK = 1 << 20

/** Turns an error of the operating system while reading into a `DataError`. */
export function readError(error: unknown, file: string): Error {
  if (error instanceof DataError) return error
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EISDIR')
    return new DataError('file-not-regular', `${file} is a folder, not a file`, { where: file })
  if (code === 'ENOENT')
    return new DataError('manifest-file-missing', `${file} does not exist`, { where: file })
  if (code === 'ELOOP')
    return new DataError('symlink-loop', `${file} is a link that leads round in a circle`, { where: file })
  if (code)
    return new DataError('file-unreadable', `${file} cannot be read: ${message}`, {
      where: file,
      cause: error,
    })
  return error as Error
}

/**
 * Reads a file from start to end in chunks of up to 1 MiB, each valid only until the next is asked for, and gives
 * the SHA-256 (hex) of its bytes.
 *
 * @throws DataError when it cannot be read, is empty, or changes while it is read.
 */
export async function readChunks(
  file: string,
  sink: (chunk: Uint8Array) => void | Promise<void>,
): Promise<string> {
  const hash = createHash('sha256')
  const before = fileStamp(file)
  try {
    const handle = await open(file, 'r')
    try {
      const size = (await handle.stat()).size
      const bytes = Math.max(1, Math.min(CHUNK, size + 1))
      let total = 0
      let buffer = Buffer.allocUnsafeSlow(bytes)
      let spare = Buffer.allocUnsafeSlow(bytes)
      let reading = handle.read(buffer, 0, bytes, null)
      try {
        for (;;) {
          const { bytesRead } = await reading
          if (bytesRead === 0) break
          const chunk = buffer.subarray(0, bytesRead)
          // The next chunk comes from the disk while this one is worked on.
          reading = handle.read(spare, 0, bytes, null)
          hash.update(chunk)
          total += bytesRead
          await sink(chunk)
          ;[buffer, spare] = [spare, buffer]
        }
      } finally {
        await reading.catch(() => undefined)
      }
      if (total === 0) throw new DataError('file-empty', `${file} has no bytes`, { where: file })
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw readError(error, file)
  }
  if (fileStamp(file) !== before)
    throw new DataError('file-unreadable', `${file} was changed while it was read`, { where: file })
  return hash.digest('hex')
}

/** A whole file and its SHA-256; for files that are known to be small. */
export async function readWhole(file: string): Promise<{ bytes: Uint8Array; digest: string }> {
  const parts: Uint8Array[] = []
  const digest = await readChunks(file, chunk => {
    parts.push(Uint8Array.from(chunk))
  })
  return { bytes: parts.length === 1 ? parts[0]! : new Uint8Array(Buffer.concat(parts)), digest }
}

/** SHA-256 (hex) of the bytes of a file. */
export const digestFile = (file: string): Promise<string> => readChunks(file, () => undefined)

/** Text of a UTF-8 file, or undefined when there is none. */
export function readTextIfThere(file: string): string | undefined {
  // Asking costs a tenth of the error that an absent file would be.
  if (!fs.existsSync(file)) return undefined
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw readError(error, file)
  }
}
