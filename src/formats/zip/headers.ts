import {
  COUNT_IN_ZIP64,
  DIRECTORY_END_SIGNATURE,
  DIRECTORY_END_SIZE,
  DIRECTORY_ENTRY_SIZE,
  DIRECTORY_SIGNATURE,
  IN_ZIP64,
  LOCAL_HEADER_SIGNATURE,
  LOCAL_HEADER_SIZE,
  ZIP64_END_SIGNATURE,
  ZIP64_END_SIZE,
  ZIP64_EXTRA,
  ZIP64_LOCATOR_SIGNATURE,
  ZIP64_LOCATOR_SIZE,
  type ZipMember,
} from './entry.ts'

/** "Version needed to extract": 2.0 knows deflate and folders, 4.5 knows zip64 (4.4.3). */
const VERSION_DEFLATE = 20
const VERSION_ZIP64 = 45

/** From which values on a figure moves into zip64 fields. Smaller limits give archives that are valid too. */
export interface Zip64Limits {
  readonly bytes: number
  readonly members: number
}

export const ZIP64_LIMITS: Zip64Limits = { bytes: IN_ZIP64, members: COUNT_IN_ZIP64 }

/** The local header of a member; `zip64` makes room for sizes of 64 bits (4.3.7, 4.5.3). */
export function localHeader(member: ZipMember, compressedSize: number, zip64 = false): Uint8Array {
  const nameLength = member.nameBytes.length
  const bytes = new Uint8Array(LOCAL_HEADER_SIZE + nameLength + (zip64 ? 20 : 0))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, LOCAL_HEADER_SIGNATURE, true)
  writeShared(view, 4, member, zip64)
  view.setUint32(18, zip64 ? IN_ZIP64 : compressedSize, true)
  view.setUint32(22, zip64 ? IN_ZIP64 : member.size, true)
  view.setUint16(28, zip64 ? 20 : 0, true)
  bytes.set(member.nameBytes, LOCAL_HEADER_SIZE)
  if (zip64) writeExtra(view, LOCAL_HEADER_SIZE + nameLength, [member.size, compressedSize])
  return bytes
}

/**
 * The entry of a member in the central directory (4.3.12); figures that reach the limits stand in its zip64 field.
 *
 * @param host "version made by", upper byte: 0 MS-DOS, 3 Unix, which says how to take the external attributes (4.4.2).
 */
export function directoryEntry(
  member: ZipMember,
  compressedSize: number,
  offset: number,
  host: 0 | 3 = 0,
  limits: Zip64Limits = ZIP64_LIMITS,
): Uint8Array {
  const isLarge = (value: number) => value >= limits.bytes
  const large = [member.size, compressedSize, offset].filter(isLarge)
  const extra = large.length === 0 ? 0 : 4 + 8 * large.length
  const nameLength = member.nameBytes.length
  const bytes = new Uint8Array(DIRECTORY_ENTRY_SIZE + nameLength + extra)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, DIRECTORY_SIGNATURE, true)
  view.setUint16(4, (host << 8) | (extra > 0 ? VERSION_ZIP64 : VERSION_DEFLATE), true)
  writeShared(view, 6, member, extra > 0)
  view.setUint32(20, isLarge(compressedSize) ? IN_ZIP64 : compressedSize, true)
  view.setUint32(24, isLarge(member.size) ? IN_ZIP64 : member.size, true)
  view.setUint16(30, extra, true)
  view.setUint16(36, member.internalAttributes, true)
  view.setUint32(38, member.externalAttributes, true)
  view.setUint32(42, isLarge(offset) ? IN_ZIP64 : offset, true)
  bytes.set(member.nameBytes, DIRECTORY_ENTRY_SIZE)
  if (extra > 0) writeExtra(view, DIRECTORY_ENTRY_SIZE + nameLength, large)
  return bytes
}

/** What follows the central directory: where it is, with a zip64 record before it where a figure needs one (4.3.14 to 16). */
export function directoryEnd(
  count: number,
  size: number,
  offset: number,
  limits: Zip64Limits = ZIP64_LIMITS,
): Uint8Array {
  const zip64 = count >= limits.members || size >= limits.bytes || offset >= limits.bytes
  const before = zip64 ? ZIP64_END_SIZE + ZIP64_LOCATOR_SIZE : 0
  const bytes = new Uint8Array(before + DIRECTORY_END_SIZE)
  const view = new DataView(bytes.buffer)
  if (zip64) {
    view.setUint32(0, ZIP64_END_SIGNATURE, true)
    view.setBigUint64(4, BigInt(ZIP64_END_SIZE - 12), true)
    view.setUint16(12, VERSION_ZIP64, true)
    view.setUint16(14, VERSION_ZIP64, true)
    view.setBigUint64(24, BigInt(count), true)
    view.setBigUint64(32, BigInt(count), true)
    view.setBigUint64(40, BigInt(size), true)
    view.setBigUint64(48, BigInt(offset), true)
    view.setUint32(ZIP64_END_SIZE, ZIP64_LOCATOR_SIGNATURE, true)
    view.setBigUint64(ZIP64_END_SIZE + 8, BigInt(offset + size), true)
    view.setUint32(ZIP64_END_SIZE + 16, 1, true)
  }
  const members = count >= limits.members ? COUNT_IN_ZIP64 : count
  view.setUint32(before, DIRECTORY_END_SIGNATURE, true)
  view.setUint16(before + 8, members, true)
  view.setUint16(before + 10, members, true)
  view.setUint32(before + 12, size >= limits.bytes ? IN_ZIP64 : size, true)
  view.setUint32(before + 16, offset >= limits.bytes ? IN_ZIP64 : offset, true)
  return bytes
}

/** What a local header and a directory entry have in common, but for the sizes, beginning at the version needed. */
function writeShared(view: DataView, at: number, member: ZipMember, zip64: boolean): void {
  view.setUint16(at, zip64 ? VERSION_ZIP64 : VERSION_DEFLATE, true)
  view.setUint16(at + 2, member.flags, true)
  view.setUint16(at + 4, member.method, true)
  view.setUint32(at + 6, member.modified, true)
  view.setUint32(at + 10, member.crc, true)
  view.setUint16(at + 22, member.nameBytes.length, true)
}

function writeExtra(view: DataView, at: number, values: readonly number[]): void {
  view.setUint16(at, ZIP64_EXTRA, true)
  view.setUint16(at + 2, 8 * values.length, true)
  values.forEach((value, n) => {
    view.setBigUint64(at + 4 + 8 * n, BigInt(value), true)
  })
}
