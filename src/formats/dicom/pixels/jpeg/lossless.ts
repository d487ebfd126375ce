import { corrupt, unsupported } from '../fault.ts'
import { BitReader, type HuffmanTable } from './huffman.ts'
import { checkEnd, scanIntervals } from './intervals.ts'
import type { JpegScan, JpegStream } from './stream.ts'

/**
 * Decodes a lossless stream (ITU-T T.81, annex H) with any of its seven predictors.
 *
 * @returns rows x columns x components, interleaved
 * @throws DicomPixelError if the entropy-coded data is damaged or ends too early
 */
export function decodeLossless({ frame, scans }: JpegStream): Uint16Array {
  const { rows, columns, components } = frame
  if (components.some(c => c.across !== components[0]!.across || c.down !== components[0]!.down))
    throw unsupported('The lossless JPEG stream has components of different sampling.')
  const samples = new Uint16Array(rows * columns * components.length)
  for (const scan of scans) {
    const { predictor, pointTransform } = scan
    if (predictor < 1 || predictor > 7)
      throw corrupt(`A lossless JPEG scan has predictor ${predictor}, where 1 to 7 are defined.`)
    if (pointTransform >= frame.precision)
      throw corrupt(
        `A lossless JPEG scan shifts samples of ${frame.precision} bits by ${pointTransform} bits.`,
      )
    decodeScan(samples, scan, rows, columns, components.length, 1 << (frame.precision - pointTransform - 1))
    if (pointTransform > 0)
      for (const { index } of scan.components)
        for (let i = index; i < samples.length; i += components.length)
          samples[i] = samples[i]! << pointTransform
  }
  return samples
}

function decodeScan(
  samples: Uint16Array,
  scan: JpegScan,
  rows: number,
  columns: number,
  step: number,
  middle: number,
): void {
  const tables = scan.components.map(component => {
    if (component.dc === undefined)
      throw corrupt('A lossless JPEG scan names a Huffman table that is missing.')
    return component.dc
  })
  // A restart begins the prediction anew at the left edge (T.81, H.1.1), so that intervals are whole rows.
  if (scan.restartInterval % columns !== 0)
    throw corrupt('The restart interval of a lossless JPEG scan is not a number of whole rows.')
  for (const { bytes, first, count } of scanIntervals(scan, rows * columns)) {
    const reader = new BitReader(bytes)
    const top = first / columns
    const bottom = (first + count) / columns
    for (let row = top; row < bottom; row++) {
      if (tables.length === 1) {
        const at = row * columns * step + scan.components[0]!.index
        decodeRow(samples, reader, tables[0]!, at, columns, step, row === top ? 0 : scan.predictor, middle)
      } else {
        for (let column = 0; column < columns; column++)
          for (let c = 0; c < tables.length; c++) {
            const at = (row * columns + column) * step + scan.components[c]!.index
            const mode = row === top ? (column === 0 ? 0 : 1) : column === 0 ? 2 : scan.predictor
            samples[at] =
              predicted(samples, at, step, columns * step, mode, middle) + readDifference(reader, tables[c]!)
          }
      }
      if (reader.overrun > 0) break
    }
    checkEnd(reader, bytes.length)
  }
}

/** One row of the only component of a scan; predictor 0 is that of the first row. */
function decodeRow(
  samples: Uint16Array,
  reader: BitReader,
  table: HuffmanTable,
  first: number,
  columns: number,
  step: number,
  predictor: number,
  middle: number,
): void {
  const line = columns * step
  let left = predictor === 0 ? middle : samples[first - line]!
  left = (left + readDifference(reader, table)) & 0xffff
  samples[first] = left
  const end = first + line
  if (predictor <= 1)
    for (let at = first + step; at < end; at += step) {
      left = (left + readDifference(reader, table)) & 0xffff
      samples[at] = left
    }
  else
    for (let at = first + step; at < end; at += step)
      samples[at] = predicted(samples, at, step, line, predictor, middle) + readDifference(reader, table)
}

/** The prediction of a sample from those left, above, and above left of it (T.81, table H.1); `middle` for mode 0. */
function predicted(
  samples: Uint16Array,
  at: number,
  step: number,
  line: number,
  mode: number,
  middle: number,
): number {
  switch (mode) {
    case 0:
      return middle
    case 1:
      return samples[at - step]!
    case 2:
      return samples[at - line]!
    case 3:
      return samples[at - line - step]!
    case 4:
      return samples[at - step]! + samples[at - line]! - samples[at - line - step]!
    case 5:
      return samples[at - step]! + ((samples[at - line]! - samples[at - line - step]!) >> 1)
    case 6:
      return samples[at - line]! + ((samples[at - step]! - samples[at - line - step]!) >> 1)
    default:
      return (samples[at - step]! + samples[at - line]!) >> 1
  }
}

function readDifference(reader: BitReader, table: HuffmanTable): number {
  const bits = reader.symbol(table)
  if (bits < 16) return reader.difference(bits)
  // A difference of 32768 has no bits of its own (T.81, H.1.2.2).
  if (bits === 16) return 32768
  throw corrupt('The entropy-coded data of a lossless JPEG stream has a difference of more than 16 bits.')
}
