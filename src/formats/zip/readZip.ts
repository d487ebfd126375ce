import {
  DEFLATED,
  DIRECTORY_END_SIGNATURE,
  DIRECTORY_SIGNATURE,
  LOCAL_HEADER_SIGNATURE,
  STORED,
  type ZipEntry,
} from './entry.ts'
import { ZipInvalidError } from './fault.ts'

const DIRECTORY_END_SIZE = 22
const DIRECTORY_ENTRY_SIZE = 46
const LOCAL_HEADER_SIZE = 30
const LONGEST_COMMENT = 0xffff
const ZIP64_LOCATOR_SIZE = 20
const ZIP64_LOCATOR_SIGNATURE = 0x07064b50
const ZIP64_END_SIGNATURE = 0x06064b50
const ZIP64_EXTRA = 0x0001
const IN_ZIP64 = 0xffffffff

/**
 * The members of a zip archive in the order of its central directory; nothing is inflated, `data` are views into
 * `bytes`. Source: PKWARE .ZIP File Format Specification 6.3.10, sections 4.3 and 4.5.3 (zip64).
 * @throws ZipInvalidError if the archive is damaged, split or encrypted, or a member is neither stored nor deflated
 */
export function readZip(bytes: Uint8Array): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    const { count, offset } = findDirectory(view)
    return readDirectory(bytes, view, count, offset)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new ZipInvalidError('the zip directory points beyond the end of the file', undefined, error)
  }
}

function findDirectory(view: DataView): { count: number; offset: number } {
  const last = view.byteLength - DIRECTORY_END_SIZE
  for (let at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--) {
    if (view.getUint32(at, true) !== DIRECTORY_END_SIGNATURE) continue
    if (at + DIRECTORY_END_SIZE + view.getUint16(at + 20, true) !== view.byteLength) continue
    return findZip64Directory(view, at) ?? directoryOf(view, at)
  }
  throw new ZipInvalidError('the zip archive has no directory at its end, so it was not copied whole')
}

function directoryOf(view: DataView, end: number): { count: number; offset: number } {
  if (view.getUint16(end + 4, true) !== 0)
    throw new ZipInvalidError('the zip archive is one part of a split archive', 'Join its parts first.')
  return { count: view.getUint16(end + 10, true), offset: view.getUint32(end + 16, true) }
}

function findZip64Directory(view: DataView, end: number): { count: number; offset: number } | undefined {
  const locator = end - ZIP64_LOCATOR_SIZE
  if (locator < 0 || view.getUint32(locator, true) !== ZIP64_LOCATOR_SIGNATURE) return undefined
  const at = safeInteger(view, locator + 8)
  if (view.getUint32(at, true) !== ZIP64_END_SIGNATURE)
    throw new ZipInvalidError('the zip64 directory is not where the archive says')
  return { count: safeInteger(view, at + 32), offset: safeInteger(view, at + 48) }
}

function safeInteger(view: DataView, at: number): number {
  const value = Number(view.getBigUint64(at, true))
  if (!Number.isSafeInteger(value)) throw new ZipInvalidError('the zip64 directory holds impossible sizes')
  return value
}

function readDirectory(bytes: Uint8Array, view: DataView, count: number, offset: number): ZipEntry[] {
  const decoder = new TextDecoder()
  const entries: ZipEntry[] = []
  let at = offset
  for (let index = 0; index < count; index++) {
    if (view.getUint32(at, true) !== DIRECTORY_SIGNATURE)
      throw new ZipInvalidError(`the zip directory breaks off after ${index} of ${count} members`)
    const nameLength = view.getUint16(at + 28, true)
    const extraLength = view.getUint16(at + 30, true)
    const commentLength = view.getUint16(at + 32, true)
    const nameBytes = bytes.subarray(at + DIRECTORY_ENTRY_SIZE, at + DIRECTORY_ENTRY_SIZE + nameLength)
    const name = decoder.decode(nameBytes)
    const flags = view.getUint16(at + 8, true)
    const method = view.getUint16(at + 10, true)
    if (flags & 1)
      throw new ZipInvalidError(`the member ${name} is encrypted`, 'Save the file again without a password.')
    if (method !== STORED && method !== DEFLATED)
      throw new ZipInvalidError(
        `the member ${name} is compressed by method ${method}, which is neither stored nor deflated`,
        'Save the file again in the program that made it, or unpack it and pack it again with deflate.',
      )
    const sizes = readSizes(view, at, at + DIRECTORY_ENTRY_SIZE + nameLength, extraLength)
    entries.push({
      name,
      nameBytes,
      flags: flags & ~8,
      method,
      modified: view.getUint32(at + 12, true),
      crc: view.getUint32(at + 16, true),
      size: sizes.size,
      internalAttributes: view.getUint16(at + 36, true),
      externalAttributes: view.getUint32(at + 38, true),
      data: [dataOf(bytes, view, name, sizes.offset, sizes.compressedSize)],
    })
    at += DIRECTORY_ENTRY_SIZE + nameLength + extraLength + commentLength
  }
  return entries
}

/** The three fields that move into the zip64 extra field when they do not fit (section 4.5.3), in its order. */
function readSizes(view: DataView, entry: number, extra: number, extraLength: number) {
  let size = view.getUint32(entry + 24, true)
  let compressedSize = view.getUint32(entry + 20, true)
  let offset = view.getUint32(entry + 42, true)
  for (let at = extra; at + 4 <= extra + extraLength; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== ZIP64_EXTRA) continue
    let field = at + 4
    if (size === IN_ZIP64) {
      size = safeInteger(view, field)
      field += 8
    }
    if (compressedSize === IN_ZIP64) {
      compressedSize = safeInteger(view, field)
      field += 8
    }
    if (offset === IN_ZIP64) offset = safeInteger(view, field)
  }
  return { size, compressedSize, offset }
}

function dataOf(bytes: Uint8Array, view: DataView, name: string, offset: number, length: number): Uint8Array {
  if (view.getUint32(offset, true) !== LOCAL_HEADER_SIGNATURE)
    throw new ZipInvalidError(`the member ${name} is not where the zip directory says`)
  const start =
    offset + LOCAL_HEADER_SIZE + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true)
  if (start + length > bytes.length)
    throw new ZipInvalidError(`the member ${name} is cut off at the end of the file`)
  return bytes.subarray(start, start + length)
}
