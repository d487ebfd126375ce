import type { PixelDescription } from './description.ts'
import { corrupt } from './fault.ts'

const HEADER_BYTES = 64

/**
 * Decodes a frame of RLE Lossless (PS3.5, annex G) to little-endian cells, sample by sample. A frame has one segment
 * for each byte of a pixel, the most significant byte of the first sample first.
 *
 * @throws DicomPixelError if the segments are not those of the description or end too early
 */
export function decodeRunLength(encoded: Uint8Array, d: PixelDescription): Uint8Array {
  const cellBytes = d.bitsAllocated / 8
  const pixelBytes = d.samplesPerPixel * cellBytes
  if (encoded.length < HEADER_BYTES)
    throw corrupt(`An RLE frame of ${encoded.length} bytes is shorter than its header of ${HEADER_BYTES}.`)
  const header = new DataView(encoded.buffer, encoded.byteOffset, HEADER_BYTES)
  const count = header.getUint32(0, true)
  if (count !== pixelBytes)
    throw corrupt(`An RLE frame has ${count} segments, where a pixel has ${pixelBytes} bytes.`)

  const cells = new Uint8Array(d.rows * d.columns * pixelBytes)
  for (let segment = 0; segment < count; segment++) {
    const start = header.getUint32(4 + 4 * segment, true)
    const end = segment + 1 < count ? header.getUint32(8 + 4 * segment, true) : encoded.length
    if (start < HEADER_BYTES || end < start || end > encoded.length)
      throw corrupt(
        `RLE segment ${segment + 1} goes from byte ${start} to ${end} of a frame of ${encoded.length} bytes.`,
      )
    const sample = Math.trunc(segment / cellBytes)
    const byte = cellBytes - 1 - (segment % cellBytes)
    const missing = unpackSegment(encoded, start, end, cells, sample * cellBytes + byte, pixelBytes)
    if (missing > 0)
      throw corrupt(`RLE segment ${segment + 1} of ${count} ends ${missing} bytes before the frame does.`)
  }
  return cells
}

/**
 * Writes the bytes of a segment to every `step`-th place of `cells`, as PackBits has them: 0 to 127 is followed by as
 * many literal bytes plus one, 129 to 255 by a byte to repeat 257 minus that many times, 128 by nothing.
 *
 * @returns how many places are left unwritten
 */
function unpackSegment(
  encoded: Uint8Array,
  start: number,
  end: number,
  cells: Uint8Array,
  first: number,
  step: number,
): number {
  const size = cells.length
  let from = start
  let to = first
  while (from < end && to < size) {
    const control = encoded[from++]!
    if (control < 128) {
      const stop = Math.min(from + control + 1, end)
      for (; from < stop && to < size; to += step) cells[to] = encoded[from++]!
    } else if (control > 128 && from < end) {
      const value = encoded[from++]!
      const stop = Math.min(to + (257 - control) * step, size)
      for (; to < stop; to += step) cells[to] = value
    }
  }
  return to < size ? Math.ceil((size - to) / step) : 0
}
