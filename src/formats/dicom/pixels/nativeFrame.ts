import type { DicomFile, PixelData } from '../dataset.ts'
import type { PixelDescription } from './description.ts'
import { corrupt } from './fault.ts'

/**
 * The cells of one frame of native pixels (PS3.5, section 8.2 and annex A.1 to A.3): little-endian, sample by sample.
 * A view of the file where the bytes lie so already.
 *
 * @throws DicomPixelError if the pixels end before the frame does
 */
export function nativeCells(
  file: DicomFile,
  pixelData: PixelData,
  d: PixelDescription,
  frame: number,
): Uint8Array {
  const cellBytes = d.bitsAllocated / 8
  const pixels = d.rows * d.columns
  const subsampled = d.photometric === 'YBR_FULL_422' && d.samplesPerPixel === 3
  // Two pixels share their chroma samples (PS3.3, section C.7.6.3.1.2).
  const frameBytes = (subsampled ? 2 : d.samplesPerPixel) * pixels * cellBytes
  const start = frame * frameBytes
  const there = Math.min(pixelData.length, file.bytes.length - pixelData.offset)
  if (start + frameBytes > there)
    throw corrupt(
      `Frame ${frame + 1} of ${d.frames} needs the bytes ${start} to ${start + frameBytes} of the pixels, but there are only ${there}.`,
    )
  let cells = file.bytes.subarray(pixelData.offset + start, pixelData.offset + start + frameBytes)
  if (!file.littleEndian) {
    if (cellBytes > 1) cells = swapped(cells, cellBytes)
    else if (pixelData.vr === 'OW') cells = swappedPairs(file.bytes, pixelData.offset, start, frameBytes)
  }
  if (subsampled) return chromaRepeated(cells, pixels, cellBytes)
  return d.planar ? interleaved(cells, d.samplesPerPixel, cellBytes) : cells
}

function swapped(cells: Uint8Array, cellBytes: number): Uint8Array {
  const result = new Uint8Array(cells.length)
  for (let i = 0; i < cells.length; i += cellBytes)
    for (let k = 0; k < cellBytes; k++) result[i + k] = cells[i + cellBytes - 1 - k]!
  return result
}

// Cells of 8 bits in words of 16, of which the big-endian file has the second cell first. The pairs are counted from
// the first byte of the pixels, so that a frame of odd size may begin within one.
function swappedPairs(bytes: Uint8Array, offset: number, start: number, length: number): Uint8Array {
  const result = new Uint8Array(length)
  for (let i = 0; i < length; i++) {
    const partner = bytes[offset + ((start + i) ^ 1)]
    if (partner === undefined)
      throw corrupt('The pixels end within a word of 16 bits, so that their last sample is lost.')
    result[i] = partner
  }
  return result
}

/** Planes as pixels: R1 R2 .. G1 G2 .. becomes R1 G1 B1 R2 .. (PlanarConfiguration, PS3.3, section C.7.6.3.1.3). */
export function interleaved(planes: Uint8Array, samples: number, cellBytes: number): Uint8Array {
  const result = new Uint8Array(planes.length)
  const planeBytes = planes.length / samples
  const pixelBytes = samples * cellBytes
  for (let s = 0; s < samples; s++)
    for (let k = 0; k < cellBytes; k++)
      for (let from = s * planeBytes + k, to = s * cellBytes + k; to < result.length; to += pixelBytes) {
        result[to] = planes[from]!
        from += cellBytes
      }
  return result
}

/** Y1 Y2 Cb Cr as Y1 Cb Cr Y2 Cb Cr. */
function chromaRepeated(cells: Uint8Array, pixels: number, cellBytes: number): Uint8Array {
  const result = new Uint8Array(3 * pixels * cellBytes)
  const order = [0, 2, 3, 1, 2, 3]
  for (let pair = 0; 2 * pair < pixels; pair++)
    for (let place = 0; place < 6; place++)
      for (let k = 0; k < cellBytes; k++)
        result[(6 * pair + place) * cellBytes + k] = cells[(4 * pair + order[place]!) * cellBytes + k] ?? 0
  return result
}
