import { DIRECTORY_END_SIZE, type ZipEntry } from './entry.ts'
import { ZipInvalidError } from './fault.ts'
import { directoryEnd, directoryEntry, localHeader, ZIP64_LIMITS } from './headers.ts'

/**
 * The bytes of an archive with these members in this order, whole in memory. Compressed data are copied as they are, so
 * a member that came from `readZip` keeps them to the byte.
 * Source: PKWARE .ZIP File Format Specification 6.3.10, section 4.3.
 * @throws ZipInvalidError if the archive would need zip64 (4 GiB or 65,535 members)
 */
export function writeZip(entries: readonly ZipEntry[]): Uint8Array {
  const pieces: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let at = 0
  const put = (piece: Uint8Array) => {
    pieces.push(piece)
    at += piece.length
  }
  for (const entry of entries) {
    const compressedSize = entry.data.reduce((sum, piece) => sum + piece.length, 0)
    directory.push(directoryEntry(entry, compressedSize, at))
    put(localHeader(entry, compressedSize))
    for (const piece of entry.data) put(piece)
  }
  const offset = at
  for (const entry of directory) put(entry)
  if (
    at + DIRECTORY_END_SIZE >= ZIP64_LIMITS.bytes ||
    entries.length >= ZIP64_LIMITS.members ||
    entries.some(entry => entry.size >= ZIP64_LIMITS.bytes)
  )
    throw new ZipInvalidError('the archive would grow beyond 4 GiB', 'Write fewer rows to one file.')
  put(directoryEnd(entries.length, at - offset, offset))
  const bytes = new Uint8Array(at)
  let written = 0
  for (const piece of pieces) {
    bytes.set(piece, written)
    written += piece.length
  }
  return bytes
}
