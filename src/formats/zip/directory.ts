import {
  DEFLATED,
  DIRECTORY_END_SIGNATURE,
  DIRECTORY_END_SIZE,
  DIRECTORY_ENTRY_SIZE,
  DIRECTORY_SIGNATURE,
  IN_ZIP64,
  STORED,
  ZIP64_END_SIGNATURE,
  ZIP64_EXTRA,
  ZIP64_LOCATOR_SIGNATURE,
  ZIP64_LOCATOR_SIZE,
  type ZipMember,
} from './entry.ts'
import { ZipInvalidError } from './fault.ts'

const LONGEST_COMMENT = 0xffff

/** Where the central directory of an archive begins, and how many members it lists. */
export interface DirectoryPlace {
  readonly count: number
  readonly offset: number
}

/** A member as the central directory lists it. */
export interface ListedMember extends ZipMember {
  readonly name: string
  readonly compressedSize: number
  /** Of its local header, from the beginning of the archive. */
  readonly offset: number
}

/**
 * Finds the central directory from the end of an archive (4.3.14 to 16).
 *
 * @param tail the last bytes of the archive, or all of them.
 * @param start where `tail` begins in the archive.
 * @throws ZipInvalidError when there is none, or its zip64 record lies before the tail.
 */
export function findDirectory(tail: Uint8Array, start = 0): DirectoryPlace {
  const view = viewOf(tail)
  const last = view.byteLength - DIRECTORY_END_SIZE
  for (let at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--) {
    if (view.getUint32(at, true) !== DIRECTORY_END_SIGNATURE) continue
    if (at + DIRECTORY_END_SIZE + view.getUint16(at + 20, true) !== view.byteLength) continue
    return findZip64Directory(view, at, start) ?? directoryOf(view, at)
  }
  throw new ZipInvalidError('the zip archive has no directory at its end, so it was not copied whole')
}

function directoryOf(view: DataView, end: number): DirectoryPlace {
  if (view.getUint16(end + 4, true) !== 0)
    throw new ZipInvalidError('the zip archive is one part of a split archive', 'Join its parts first.')
  return { count: view.getUint16(end + 10, true), offset: view.getUint32(end + 16, true) }
}

function findZip64Directory(view: DataView, end: number, start: number): DirectoryPlace | undefined {
  const locator = end - ZIP64_LOCATOR_SIZE
  if (locator < 0 || view.getUint32(locator, true) !== ZIP64_LOCATOR_SIGNATURE) return undefined
  const at = safeInteger(view, locator + 8) - start
  if (view.getUint32(at, true) !== ZIP64_END_SIGNATURE)
    throw new ZipInvalidError('the zip64 directory is not where the archive says')
  return { count: safeInteger(view, at + 32), offset: safeInteger(view, at + 48) }
}

/**
 * The members that a central directory lists, in its order (4.3.12).
 *
 * @param bytes begin with the first entry; more may follow after the last.
 * @throws ZipInvalidError if an entry is damaged, encrypted, or neither stored nor deflated.
 */
export function* listedMembers(bytes: Uint8Array, count: number): Generator<ListedMember> {
  const view = viewOf(bytes)
  const decoder = new TextDecoder()
  let at = 0
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
    yield {
      name,
      nameBytes,
      flags: flags & ~8,
      method,
      modified: view.getUint32(at + 12, true),
      crc: view.getUint32(at + 16, true),
      internalAttributes: view.getUint16(at + 36, true),
      externalAttributes: view.getUint32(at + 38, true),
      ...readSizes(view, at, at + DIRECTORY_ENTRY_SIZE + nameLength, extraLength),
    }
    at += DIRECTORY_ENTRY_SIZE + nameLength + extraLength + commentLength
  }
}

/** The three fields that move into the zip64 extra field when they do not fit (4.5.3), in its order. */
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

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

function safeInteger(view: DataView, at: number): number {
  const value = Number(view.getBigUint64(at, true))
  if (!Number.isSafeInteger(value)) throw new ZipInvalidError('the zip64 directory holds impossible sizes')
  return value
}
