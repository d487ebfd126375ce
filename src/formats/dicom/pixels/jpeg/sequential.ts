import { corrupt } from '../fault.ts'
import { BitReader } from './huffman.ts'
import { checkEnd, scanIntervals } from './intervals.ts'
import { inverseDct } from './inverseDct.ts'
import type { JpegComponent, JpegFrame, JpegScan, JpegStream, ScanComponent } from './stream.ts'
import { type Plane, upsampled } from './upsample.ts'

// Places of coefficients in rows of 8, in the order of the stream (ITU-T T.81, figure A.6).
const ZIGZAG = new Uint8Array([
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46,
  53, 60, 61, 54, 47, 55, 62, 63,
])

interface ComponentPlane extends Plane {
  readonly blocksAcross: number
  readonly blocksDown: number
}

/**
 * Decodes a baseline or extended sequential stream of 8 or 12 bits (T.81, annex F). Colours are left as they are coded.
 *
 * @returns rows x columns x components, interleaved
 * @throws DicomPixelError if the entropy-coded data is damaged or ends too early
 */
export function decodeSequential({ frame, scans }: JpegStream): Uint16Array {
  const mostAcross = Math.max(...frame.components.map(c => c.across))
  const mostDown = Math.max(...frame.components.map(c => c.down))
  const unitsAcross = Math.ceil(frame.columns / (8 * mostAcross))
  const unitsDown = Math.ceil(frame.rows / (8 * mostDown))
  const planes = frame.components.map(component => ({
    // Whole MCUs, so that blocks beyond the edge of the image have a place.
    samples: new Uint16Array(64 * unitsAcross * component.across * unitsDown * component.down),
    stride: 8 * unitsAcross * component.across,
    rows: Math.ceil((frame.rows * component.down) / mostDown),
    columns: Math.ceil((frame.columns * component.across) / mostAcross),
    blocksAcross: unitsAcross * component.across,
    blocksDown: unitsDown * component.down,
  }))
  for (const scan of scans) decodeScan(frame, scan, planes, unitsAcross, unitsDown)

  const step = planes.length
  const samples = new Uint16Array(frame.rows * frame.columns * step)
  planes.forEach((plane, c) => {
    const component = frame.components[c]!
    const whole = upsampled(
      plane,
      mostAcross / component.across,
      mostDown / component.down,
      frame.rows,
      frame.columns,
    )
    for (let row = 0, to = c; row < frame.rows; row++)
      for (let from = row * whole.stride, end = from + frame.columns; from < end; from++, to += step)
        samples[to] = whole.samples[from]!
  })
  return samples
}

function decodeScan(
  frame: JpegFrame,
  scan: JpegScan,
  planes: readonly ComponentPlane[],
  unitsAcross: number,
  unitsDown: number,
): void {
  const decoders = scan.components.map(
    component => new BlockDecoder(component, frame.precision, planes[component.index]!),
  )
  const alone = decoders.length === 1 ? decoders[0]!.plane : undefined
  // A scan of one component has single blocks as units, and none beyond the edge of the image (T.81, A.2.2).
  const across = alone ? Math.ceil(alone.columns / 8) : unitsAcross
  const down = alone ? Math.ceil(alone.rows / 8) : unitsDown
  for (const { bytes, first, count } of scanIntervals(scan, across * down)) {
    const reader = new BitReader(bytes)
    for (const decoder of decoders) decoder.restart()
    for (let unit = first; unit < first + count && reader.overrun <= 0; unit++) {
      const row = Math.trunc(unit / across)
      const column = unit % across
      if (alone) decoders[0]!.decode(reader, column, row)
      else
        scan.components.forEach(({ index }, i) => {
          decodeUnit(decoders[i]!, reader, frame.components[index]!, column, row)
        })
    }
    checkEnd(reader, bytes.length)
  }
}

function decodeUnit(
  decoder: BlockDecoder,
  reader: BitReader,
  { across, down }: JpegComponent,
  column: number,
  row: number,
): void {
  for (let y = 0; y < down; y++)
    for (let x = 0; x < across; x++) decoder.decode(reader, column * across + x, row * down + y)
}

class BlockDecoder {
  readonly plane: ComponentPlane
  readonly #dc
  readonly #ac
  readonly #quantization
  readonly #precision: number
  readonly #block = new Int32Array(64)
  #previous = 0

  constructor({ dc, ac, quantization }: ScanComponent, precision: number, plane: ComponentPlane) {
    if (dc === undefined || ac === undefined || quantization === undefined)
      throw corrupt('A scan of a JPEG stream names a Huffman or quantization table that is missing.')
    this.#dc = dc
    this.#ac = ac
    this.#quantization = quantization
    this.#precision = precision
    this.plane = plane
  }

  restart(): void {
    this.#previous = 0
  }

  /** Decodes the next block of the stream to its place, counted in blocks (T.81, F.2.2). */
  decode(reader: BitReader, column: number, row: number): void {
    const block = this.#block.fill(0)
    const bits = reader.symbol(this.#dc)
    if (bits > 15) throw corrupt('A JPEG stream has a DC difference of more than 15 bits.')
    this.#previous = (this.#previous + reader.difference(bits)) | 0
    block[0] = Math.imul(this.#previous, this.#quantization[0]!)
    for (let k = 1; k < 64; k++) {
      const symbol = reader.symbol(this.#ac)
      const size = symbol & 15
      if (size === 0) {
        // 16 zeros, or zeros to the end of the block.
        if (symbol !== 0xf0) break
        k += 15
        continue
      }
      k += symbol >> 4
      if (k > 63) throw corrupt('A block of a JPEG stream has more than 64 coefficients.')
      block[ZIGZAG[k]!] = Math.imul(reader.difference(size), this.#quantization[k]!)
    }
    const { samples, stride } = this.plane
    inverseDct(block, samples, 8 * (row * stride + column), stride, this.#precision)
  }
}
