import {
  DIRECTORY_END_SIGNATURE,
  DIRECTORY_SIGNATURE,
  LOCAL_HEADER_SIGNATURE,
  type ZipEntry,
} from './entry.ts'
import { ZipInvalidError } from './fault.ts'

const LOCAL_HEADER_SIZE = 30
const DIRECTORY_ENTRY_SIZE = 46
const DIRECTORY_END_SIZE = 22
const VERSION_DEFLATE = 20
const LARGEST_WITHOUT_ZIP64 = 0xffff_fffe
const MOST_MEMBERS_WITHOUT_ZIP64 = 0xfffe

/**
 * The bytes of an archive with these members in this order. Compressed data are copied as they are, so a member
 * that came from `readZip` keeps them to the byte.
 * Source: PKWARE .ZIP File Format Specification 6.3.10, section 4.3.
 * @throws ZipInvalidError if the archive would need zip64 (4 GiB or 65,535 members)
 */
export function writeZip(entries: readonly ZipEntry[]): Uint8Array {
  const lengths = entries.map(entry => entry.data.reduce((sum, piece) => sum + piece.length, 0))
  const names = entries.reduce((sum, entry) => sum + entry.nameBytes.length, 0)
  const bodies = entries.length * LOCAL_HEADER_SIZE + names + lengths.reduce((sum, n) => sum + n, 0)
  const directory = entries.length * DIRECTORY_ENTRY_SIZE + names
  const total = bodies + directory + DIRECTORY_END_SIZE
  if (
    total > LARGEST_WITHOUT_ZIP64 ||
    entries.length > MOST_MEMBERS_WITHOUT_ZIP64 ||
    entries.some(entry => entry.size > LARGEST_WITHOUT_ZIP64)
  )
    throw new ZipInvalidError('the archive would grow beyond 4 GiB', 'Write fewer rows to one file.')
  const bytes = new Uint8Array(total)
  const view = new DataView(bytes.buffer)
  let at = 0
  let listed = bodies
  entries.forEach((entry, index) => {
    const compressedSize = lengths[index]!
    view.setUint32(listed, DIRECTORY_SIGNATURE, true)
    view.setUint16(listed + 4, VERSION_DEFLATE, true)
    writeShared(view, listed + 6, entry, compressedSize)
    view.setUint16(listed + 36, entry.internalAttributes, true)
    view.setUint32(listed + 38, entry.externalAttributes, true)
    view.setUint32(listed + 42, at, true)
    bytes.set(entry.nameBytes, listed + DIRECTORY_ENTRY_SIZE)
    listed += DIRECTORY_ENTRY_SIZE + entry.nameBytes.length

    view.setUint32(at, LOCAL_HEADER_SIGNATURE, true)
    writeShared(view, at + 4, entry, compressedSize)
    bytes.set(entry.nameBytes, at + LOCAL_HEADER_SIZE)
    at += LOCAL_HEADER_SIZE + entry.nameBytes.length
    for (const piece of entry.data) {
      bytes.set(piece, at)
      at += piece.length
    }
  })
  view.setUint32(listed, DIRECTORY_END_SIGNATURE, true)
  view.setUint16(listed + 8, entries.length, true)
  view.setUint16(listed + 10, entries.length, true)
  view.setUint32(listed + 12, directory, true)
  view.setUint32(listed + 16, bodies, true)
  return bytes
}

/** The 24 bytes that a local header and a directory entry have in common. */
function writeShared(view: DataView, at: number, entry: ZipEntry, compressedSize: number): void {
  view.setUint16(at, VERSION_DEFLATE, true)
  view.setUint16(at + 2, entry.flags, true)
  view.setUint16(at + 4, entry.method, true)
  view.setUint32(at + 6, entry.modified, true)
  view.setUint32(at + 10, entry.crc, true)
  view.setUint32(at + 14, compressedSize, true)
  view.setUint32(at + 18, entry.size, true)
  view.setUint16(at + 22, entry.nameBytes.length, true)
}
