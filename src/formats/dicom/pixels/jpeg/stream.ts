import { corrupt, unsupported } from '../fault.ts'
import { type HuffmanTable, huffmanTable } from './huffman.ts'

export interface JpegComponent {
  readonly id: number
  /** Sampling factors: samples across and down in a minimum coded unit (MCU). */
  readonly across: number
  readonly down: number
  readonly quantization: number
}

/** A frame header (ITU-T T.81, B.2.2). */
export interface JpegFrame {
  readonly lossless: boolean
  /** Bits of a sample. */
  readonly precision: number
  readonly rows: number
  readonly columns: number
  readonly components: readonly JpegComponent[]
}

/** One component of a scan, with the tables that are in force there. */
export interface ScanComponent {
  /** Its place among the components of the frame. */
  readonly index: number
  readonly dc: HuffmanTable | undefined
  readonly ac: HuffmanTable | undefined
  /** 64 factors in zigzag order. */
  readonly quantization: Uint16Array | undefined
}

/** A scan (T.81, B.2.3) with its entropy-coded data. */
export interface JpegScan {
  readonly components: readonly ScanComponent[]
  /** Ss: the predictor of a lossless scan. */
  readonly predictor: number
  /** Al: the point transform of a lossless scan. */
  readonly pointTransform: number
  /** MCUs between restart markers; 0 without these. */
  readonly restartInterval: number
  /** Entropy-coded data between restart markers, stuffing removed. */
  readonly intervals: readonly Uint8Array[]
}

export interface JpegStream {
  readonly frame: JpegFrame
  readonly scans: readonly JpegScan[]
}

const REFUSED: Readonly<Record<number, string>> = {
  194: 'progressive',
  197: 'hierarchical',
  198: 'hierarchical progressive',
  199: 'hierarchical lossless',
  201: 'arithmetic-coded',
  202: 'arithmetic-coded progressive',
  203: 'arithmetic-coded lossless',
  205: 'hierarchical arithmetic-coded',
  206: 'hierarchical arithmetic-coded progressive',
  207: 'hierarchical arithmetic-coded lossless',
}

/**
 * Takes a JPEG stream apart: sequential Huffman-coded DCT (SOF0, SOF1) and lossless (SOF3).
 *
 * @throws DicomPixelError for other processes, and for streams whose segments are damaged or end too early
 */
export function parseJpeg(bytes: Uint8Array): JpegStream {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) throw corrupt('A JPEG stream does not begin with FF D8.')
  const quantization: Uint16Array[] = []
  const huffman: HuffmanTable[] = []
  const scans: JpegScan[] = []
  let frame: JpegFrame | undefined
  let restartInterval = 0
  let at = 2
  for (;;) {
    // Any number of FF may stand before a marker (T.81, B.1.1.2).
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++
    const marker = bytes[at + 1]
    // All scans may be there though the end marker is not; the caller sees whether the components are complete.
    if (marker === undefined || marker === 0xd9) break
    if (bytes[at] !== 0xff) throw corrupt(`A JPEG stream has no marker at byte ${at}, where one is due.`)
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)
    const end = at + 2 + length
    if (length < 2 || end > bytes.length)
      throw corrupt(`A segment of a JPEG stream goes from byte ${at} to ${end} of ${bytes.length}.`)
    const body = bytes.subarray(at + 4, end)
    at = end
    const refused = REFUSED[marker]
    if (refused !== undefined)
      throw unsupported(`The JPEG stream is ${refused}; voxmill decodes sequential and lossless ones.`)
    if (marker === 0xdb) readQuantization(body, quantization)
    else if (marker === 0xc4) readHuffman(body, huffman)
    else if (marker === 0xdd) restartInterval = ((body[0] ?? 0) << 8) | (body[1] ?? 0)
    else if (marker === 0xc0 || marker === 0xc1 || marker === 0xc3) {
      if (frame !== undefined) throw corrupt('A JPEG stream has two frame headers.')
      frame = readFrame(body, marker === 0xc3)
    } else if (marker === 0xda) {
      if (frame === undefined) throw corrupt('A JPEG stream has a scan before its frame header.')
      const { intervals, next } = entropyIntervals(bytes, at)
      scans.push({ ...readScan(body, frame, quantization, huffman), restartInterval, intervals })
      at = next
    }
  }
  if (frame === undefined) throw corrupt('A JPEG stream has no frame header.')
  return { frame, scans }
}

function readQuantization(body: Uint8Array, tables: Uint16Array[]): void {
  for (let at = 0; at < body.length; ) {
    const wide = body[at]! >> 4 > 0
    const place = body[at++]! & 15
    if (at + (wide ? 128 : 64) > body.length)
      throw corrupt('A quantization table of a JPEG stream is cut off.')
    const table = new Uint16Array(64)
    for (let k = 0; k < 64; k++) table[k] = wide ? (body[at++]! << 8) | body[at++]! : body[at++]!
    tables[place] = table
  }
}

function readHuffman(body: Uint8Array, tables: HuffmanTable[]): void {
  for (let at = 0; at < body.length; ) {
    const place = body[at]!
    const counts = body.subarray(at + 1, at + 17)
    const total = counts.reduce((sum, n) => sum + n, 0)
    const end = at + 17 + total
    if (counts.length < 16 || total === 0 || end > body.length)
      throw corrupt('A Huffman table of a JPEG stream is cut off.')
    tables[place] = huffmanTable(counts, body.subarray(at + 17, end))
    at = end
  }
}

function readFrame(body: Uint8Array, lossless: boolean): JpegFrame {
  const count = body[5] ?? 0
  if (count === 0 || body.length < 6 + 3 * count)
    throw corrupt('The frame header of a JPEG stream is cut off.')
  const frame: JpegFrame = {
    lossless,
    precision: body[0]!,
    rows: (body[1]! << 8) | body[2]!,
    columns: (body[3]! << 8) | body[4]!,
    components: Array.from({ length: count }, (_, i) => ({
      id: body[6 + 3 * i]!,
      across: body[7 + 3 * i]! >> 4,
      down: body[7 + 3 * i]! & 15,
      quantization: body[8 + 3 * i]!,
    })),
  }
  if (frame.rows === 0)
    throw unsupported('The JPEG stream gives its number of rows after the pixels (DNL marker).')
  if (frame.components.some(c => c.across < 1 || c.across > 4 || c.down < 1 || c.down > 4))
    throw corrupt('A component of a JPEG stream has sampling factors outside 1 to 4.')
  const precise = lossless
    ? frame.precision >= 2 && frame.precision <= 16
    : frame.precision === 8 || frame.precision === 12
  if (!precise)
    throw corrupt(`A JPEG stream has samples of ${frame.precision} bits, which its process lacks.`)
  return frame
}

function readScan(
  body: Uint8Array,
  frame: JpegFrame,
  quantization: readonly Uint16Array[],
  huffman: readonly HuffmanTable[],
): Pick<JpegScan, 'components' | 'predictor' | 'pointTransform'> {
  const count = body[0] ?? 0
  if (count < 1 || count > 4 || body.length < 4 + 2 * count)
    throw corrupt('The header of a scan in a JPEG stream is cut off.')
  const components = Array.from({ length: count }, (_, i) => {
    const index = frame.components.findIndex(c => c.id === body[1 + 2 * i])
    if (index < 0) throw corrupt('A scan of a JPEG stream names a component that the frame lacks.')
    const tables = body[2 + 2 * i]!
    return {
      index,
      dc: huffman[tables >> 4],
      ac: huffman[16 + (tables & 15)],
      quantization: quantization[frame.components[index]!.quantization],
    }
  })
  return { components, predictor: body[1 + 2 * count]!, pointTransform: body[3 + 2 * count]! & 15 }
}

// Splits at restart markers (FF D0 to FF D7) and takes the zero after each FF of the data away (T.81, B.1.1.5).
function entropyIntervals(bytes: Uint8Array, start: number): { intervals: Uint8Array[]; next: number } {
  const intervals: Uint8Array[] = []
  const plain = new Uint8Array(bytes.length - start)
  let begun = 0
  let size = 0
  let from = start
  for (;;) {
    const found = bytes.indexOf(0xff, from)
    const stop = found < 0 ? bytes.length : found
    plain.set(bytes.subarray(from, stop), size)
    size += stop - from
    const code = bytes[stop + 1]
    if (code === 0) {
      plain[size++] = 0xff
      from = stop + 2
    } else if (code === 0xff) from = stop + 1
    else {
      intervals.push(plain.subarray(begun, size))
      if (code === undefined || code < 0xd0 || code > 0xd7) return { intervals, next: stop }
      begun = size
      from = stop + 2
    }
  }
}
