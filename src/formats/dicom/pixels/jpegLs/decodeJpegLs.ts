import { checkShape, type SampleWords } from '../codec.ts'
import type { PixelDescription } from '../description.ts'
import { corrupt } from '../fault.ts'
import { BitReader } from './bitReader.ts'
import { SampleDecoder } from './sampleDecoder.ts'
import { INTERLEAVE, type JpegLsScan, parseJpegLs } from './stream.ts'

/** Bytes that may follow the last sample of a scan: some encoders pad. */
const PADDING_BYTES = 8

/**
 * Decodes a JPEG-LS stream (ITU-T T.87), lossless or near-lossless.
 *
 * @throws DicomPixelError if the stream is damaged or not of the described size
 */
export function decodeJpegLs(encoded: Uint8Array, d: PixelDescription): SampleWords {
  const stream = parseJpegLs(encoded)
  const { rows, columns, components, precision } = stream
  checkShape('JPEG-LS', rows, columns, components, d)
  const seen = new Set(stream.scans.flatMap(scan => scan.components))
  if (seen.size < components)
    throw corrupt(`A JPEG-LS stream has data for ${seen.size} of its ${components} components.`)
  const words = new Uint16Array(rows * columns * components)
  for (const scan of stream.scans) {
    const reader = new BitReader(scan.data)
    decodeScan(words, scan, reader, rows, columns, components)
    if (reader.overrun > 0)
      throw corrupt('The entropy-coded data of a JPEG-LS stream ends before the image does.')
    if (reader.unread > PADDING_BYTES)
      throw corrupt(
        `The entropy-coded data of a JPEG-LS stream is damaged: the image ends ${reader.unread} bytes before its ${scan.data.length} bytes do.`,
      )
  }
  return { words, precision }
}

/**
 * Two lines of one component, with a place before and one behind: the line above begins with the first sample of the
 * line above that, and ends with its last sample twice (T.87, A.2.1).
 */
class LinePair {
  above: Int32Array
  line: Int32Array
  readonly run = { order: 0 }

  constructor(columns: number) {
    this.above = new Int32Array(columns + 2)
    this.line = new Int32Array(columns + 2)
  }

  advance(): void {
    const last = this.line.length - 2
    ;[this.above, this.line] = [this.line, this.above]
    this.above[last + 1] = this.above[last]!
    this.line[0] = this.above[1]!
  }
}

function decodeScan(
  words: Uint16Array,
  scan: JpegLsScan,
  reader: BitReader,
  rows: number,
  columns: number,
  step: number,
): void {
  const decoder = new SampleDecoder(reader, scan.parameters, scan.near)
  const pairs = scan.components.map(() => new LinePair(columns))
  for (let row = 0; row < rows && reader.overrun <= 0; row++) {
    for (const pair of pairs) pair.advance()
    if (scan.interleave === INTERLEAVE.sample) decodePixels(decoder, pairs, columns)
    else for (const pair of pairs) decodeLine(decoder, pair, columns)
    for (let c = 0; c < pairs.length; c++) {
      const { line } = pairs[c]!
      for (let i = 1, to = row * columns * step + scan.components[c]!; i <= columns; i++, to += step)
        words[to] = line[i]!
    }
  }
}

function decodeLine(decoder: SampleDecoder, { above, line, run }: LinePair, columns: number): void {
  for (let i = 1; i <= columns; i++) {
    const left = line[i - 1]!
    const context = decoder.context(left, above[i]!, above[i - 1]!, above[i + 1]!)
    if (context !== 0) {
      line[i] = decoder.regular(context, left, above[i]!, above[i - 1]!)
      continue
    }
    const length = decoder.runLength(run, columns + 1 - i)
    line.fill(left, i, i + length)
    i += length
    if (i > columns) break
    line[i] = decoder.interruption(run.order, left, above[i]!, true)
    if (run.order > 0) run.order--
  }
}

/** A line of all components, sample by sample: a run is one of whole pixels (T.87, B.3). */
function decodePixels(decoder: SampleDecoder, pairs: readonly LinePair[], columns: number): void {
  const run = pairs[0]!.run
  const contexts = new Int32Array(pairs.length)
  for (let i = 1; i <= columns; i++) {
    let alike = true
    for (let c = 0; c < pairs.length; c++) {
      const { above, line } = pairs[c]!
      contexts[c] = decoder.context(line[i - 1]!, above[i]!, above[i - 1]!, above[i + 1]!)
      if (contexts[c] !== 0) alike = false
    }
    if (!alike) {
      for (let c = 0; c < pairs.length; c++) {
        const { above, line } = pairs[c]!
        line[i] = decoder.regular(contexts[c]!, line[i - 1]!, above[i]!, above[i - 1]!)
      }
      continue
    }
    const length = decoder.runLength(run, columns + 1 - i)
    for (const { line } of pairs) line.fill(line[i - 1]!, i, i + length)
    i += length
    if (i > columns) break
    for (const { above, line } of pairs)
      line[i] = decoder.interruption(run.order, line[i - 1]!, above[i]!, false)
    if (run.order > 0) run.order--
  }
}
