import { findDirectory, listedMembers } from './directory.ts'
import { LOCAL_HEADER_SIGNATURE, LOCAL_HEADER_SIZE, type ZipEntry } from './entry.ts'
import { ZipInvalidError } from './fault.ts'

/**
 * The members of a zip archive in the order of its central directory; nothing is inflated, `data` are views into
 * `bytes`. Source: PKWARE .ZIP File Format Specification 6.3.10, sections 4.3 and 4.5.3 (zip64).
 * @throws ZipInvalidError if the archive is damaged, split or encrypted, or a member is neither stored nor deflated
 */
export function readZip(bytes: Uint8Array): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    const { count, offset } = findDirectory(bytes)
    const entries: ZipEntry[] = []
    for (const { compressedSize, offset: at, ...member } of listedMembers(bytes.subarray(offset), count))
      entries.push({ ...member, data: [dataOf(bytes, view, member.name, at, compressedSize)] })
    return entries
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new ZipInvalidError('the zip directory points beyond the end of the file', undefined, error)
  }
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
