import { checkPicture, type Picture } from '../../core/picture.ts'
import { EntropyWriter } from './entropyWriter.ts'
import { forwardDct } from './forwardDct.ts'
import { AC_TABLES, DC_TABLES, type HuffmanList, quantization, ZIGZAG } from './tables.ts'

/** The largest side that a frame header can tell. */
const LONGEST_SIDE = 65535

export interface JpegOptions {
  /** 1 to 100, as the Independent JPEG Group's programs count; 90 unless given. */
  readonly quality?: number
}

/**
 * A picture as a JFIF file: baseline JPEG (ITU-T T.81) with the Huffman tables of its annex K; colours as YCbCr
 * (JFIF 1.02) without subsampling, so that the edges of coloured maps stay where they are. Equal pictures give equal
 * bytes on every machine.
 *
 * @throws RangeError when the data are not `width` × `height` × `channels` bytes, a side is 0 or above 65535, or the
 *   quality is none.
 */
export function encodeJpeg(picture: Picture, { quality = 90 }: JpegOptions = {}): Uint8Array {
  const { width, height } = picture
  checkPicture(picture)
  if (width > LONGEST_SIDE || height > LONGEST_SIDE)
    throw new RangeError(`a JPEG picture of ${width} × ${height} is larger than ${LONGEST_SIDE} on a side`)
  if (!(quality >= 1 && quality <= 100)) throw new RangeError(`a JPEG quality of ${quality} is not 1 to 100`)
  const steps = quantization(Math.round(quality))
  const head = headerSegments(picture, steps)
  const scan = encodeScan(picture, steps)
  const whole = new Uint8Array(head.length + scan.length + 2)
  whole.set(head)
  whole.set(scan, head.length)
  whole.set([0xff, 0xd9], whole.length - 2)
  return whole
}

/** All that comes before the scan's data: SOI, APP0, DQT, SOF0, DHT, SOS (T.81, annex B; JFIF 1.02). */
function headerSegments(picture: Picture, steps: readonly Uint8Array[]): number[] {
  const { width, height, channels } = picture
  const tables = channels === 1 ? [0] : [0, 1]
  const components = Array.from({ length: channels }, (_, index) => index)
  const segment = (marker: number, content: readonly number[]) => [
    0xff,
    marker,
    (content.length + 2) >> 8,
    (content.length + 2) & 0xff,
    ...content,
  ]
  const huffman = (where: number, { counts, values }: HuffmanList) => [where, ...counts, ...values]
  return [
    0xff,
    0xd8,
    // "JFIF", version 1.02, an aspect ratio of 1 : 1 and no density, no thumbnail.
    ...segment(0xe0, [0x4a, 0x46, 0x49, 0x46, 0, 1, 2, 0, 0, 1, 0, 1, 0, 0]),
    ...segment(
      0xdb,
      tables.flatMap(table => [table, ...Array.from(ZIGZAG, at => steps[table]![at]!)]),
    ),
    ...segment(0xc0, [
      8,
      height >> 8,
      height & 0xff,
      width >> 8,
      width & 0xff,
      channels,
      ...components.flatMap(index => [index + 1, 0x11, Math.min(index, 1)]),
    ]),
    ...segment(
      0xc4,
      tables.flatMap(table => [
        ...huffman(table, DC_TABLES[table]!),
        ...huffman(0x10 | table, AC_TABLES[table]!),
      ]),
    ),
    ...segment(0xda, [
      channels,
      ...components.flatMap(index => [index + 1, Math.min(index, 1) * 0x11]),
      0,
      63,
      0,
    ]),
  ]
}

function encodeScan(picture: Picture, steps: readonly Uint8Array[]): Uint8Array {
  const { width, height, channels } = picture
  const writer = new EntropyWriter(width * height)
  const shares = steps.map(list => Float64Array.from(list, step => 1 / step))
  const blocks = Array.from({ length: channels }, () => new Float64Array(64))
  const before = new Int32Array(channels)
  const quantized = new Int16Array(64)
  for (let y = 0; y < height; y += 8)
    for (let x = 0; x < width; x += 8) {
      if (channels === 1) takeGrey(picture, x, y, blocks[0]!)
      else takeColour(picture, x, y, blocks[0]!, blocks[1]!, blocks[2]!)
      for (let index = 0; index < channels; index++) {
        const table = index === 0 ? 0 : 1
        forwardDct(blocks[index]!)
        quantize(blocks[index]!, shares[table]!, quantized)
        writer.block(quantized, table, before[index]!)
        before[index] = quantized[0]!
      }
    }
  return writer.finish()
}

/** To the nearest multiple; halves away from 0. */
function quantize(block: Float64Array, shares: Float64Array, into: Int16Array): void {
  for (let i = 0; i < 64; i++) {
    const value = block[i]! * shares[i]!
    into[i] = value < 0 ? value - 0.5 : value + 0.5
  }
}

/** Samples less 128 (T.81, A.3.1); beyond the picture the last column and row go on, which costs the fewest bits. */
function takeGrey({ width, height, data }: Picture, x0: number, y0: number, into: Float64Array): void {
  for (let y = 0, n = 0; y < 8; y++) {
    const row = Math.min(y0 + y, height - 1) * width
    for (let x = 0; x < 8; x++, n++) into[n] = data[row + Math.min(x0 + x, width - 1)]! - 128
  }
}

/** The same of Y, Cb and Cr (JFIF 1.02, "Conversion to and from RGB"). */
function takeColour(
  { width, height, data }: Picture,
  x0: number,
  y0: number,
  luma: Float64Array,
  blue: Float64Array,
  red: Float64Array,
): void {
  for (let y = 0, n = 0; y < 8; y++) {
    const row = Math.min(y0 + y, height - 1) * width
    for (let x = 0; x < 8; x++, n++) {
      const at = 3 * (row + Math.min(x0 + x, width - 1))
      const r = data[at]!
      const g = data[at + 1]!
      const b = data[at + 2]!
      luma[n] = Math.round(0.299 * r + 0.587 * g + 0.114 * b) - 128
      blue[n] = Math.min(127, Math.round(-0.168735892 * r - 0.331264108 * g + 0.5 * b))
      red[n] = Math.min(127, Math.round(0.5 * r - 0.418687589 * g - 0.081312411 * b))
    }
  }
}
