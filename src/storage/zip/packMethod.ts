import type { Deflater } from '../../formats/deflate/deflater.ts'

/** How many bytes of the beginning of a file decide how it is packed. */
export const SAMPLE_BYTES = 1 << 18

/** Beginnings of formats that are compressed already: their files are stored as they are. */
const COMPRESSED: readonly (readonly number[])[] = [
  [0x1f, 0x8b], // gzip
  [0x50, 0x4b, 0x03, 0x04], // zip: .xlsx and .npz too
  [0x89, 0x50, 0x4e, 0x47], // PNG
  [0xff, 0xd8, 0xff], // JPEG, JPEG-LS
  [0xff, 0x4f, 0xff, 0x51], // JPEG 2000 code stream
  [0x28, 0xb5, 0x2f, 0xfd], // Zstandard
  [0xfd, 0x37, 0x7a, 0x58, 0x5a], // xz
  [0x42, 0x5a, 0x68], // bzip2
  [0x37, 0x7a, 0xbc, 0xaf], // 7z
]

/** Of a sample that deflate leaves larger than this part, the file is stored. */
const WORTH_DEFLATING = 0.97

/**
 * The deflated beginning of a file, in pieces; undefined when the file is better stored: it is compressed already, which
 * is told by its beginning and not by its name. Either it has the signature of such a format, or deflate makes nothing
 * of it, as of a DICOM object with JPEG pixels.
 */
export function deflatedIfWorth(sample: Uint8Array, deflater: Deflater): Uint8Array[] | undefined {
  if (sample.length === 0) return undefined
  if (COMPRESSED.some(signature => signature.every((byte, at) => sample[at] === byte))) return undefined
  const deflated = deflater.deflateParts(sample, { elementBytes: elementBytes(sample) })
  const size = deflated.reduce((sum, part) => sum + part.length, 0)
  return size > WORTH_DEFLATING * sample.length ? undefined : deflated
}

/** Bytes of a number in a file of numbers, as its header tells: 2 for DICOM, after bitpix for NIfTI-1, else 1. */
export function elementBytes(sample: Uint8Array): 1 | 2 | 4 | 8 {
  const view = new DataView(sample.buffer, sample.byteOffset, sample.byteLength)
  if (sample.length >= 132 && view.getUint32(128) === 0x4449434d) return 2
  if (sample.length >= 348 && view.getInt32(0, true) === 348) {
    const bytes = view.getInt16(72, true) / 8
    if (bytes === 2 || bytes === 4 || bytes === 8) return bytes
  }
  return 1
}
