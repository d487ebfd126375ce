import { corrupt } from '../fault.ts'
import type { BitReader } from './huffman.ts'
import type { JpegScan } from './stream.ts'

/** Entropy-coded data and the minimum coded units (MCUs) that it holds. */
export interface ScanInterval {
  readonly bytes: Uint8Array
  readonly first: number
  readonly count: number
}

/**
 * Deals the MCUs of a scan out to its restart intervals.
 *
 * @throws DicomPixelError if the number of intervals is not that of the MCUs
 */
export function scanIntervals(scan: JpegScan, units: number): ScanInterval[] {
  const size = scan.restartInterval || units
  const count = Math.ceil(units / size)
  if (scan.intervals.length !== count)
    throw corrupt(`A JPEG scan has ${scan.intervals.length} restart intervals, where ${count} are due.`)
  return scan.intervals.map((bytes, i) => ({
    bytes,
    first: i * size,
    count: Math.min(size, units - i * size),
  }))
}

/** Bytes that may follow the last unit of an interval: some encoders pad. */
const PADDING_BYTES = 8

/**
 * Checks that decoding used up the data of an interval, neither more nor much less: damaged codes show in that.
 *
 * @throws DicomPixelError if not
 */
export function checkEnd(reader: BitReader, length: number): void {
  if (reader.overrun > 0) throw corrupt('The entropy-coded data of a JPEG stream ends before the image does.')
  const left = Math.trunc(-reader.overrun / 8)
  if (left > PADDING_BYTES)
    throw corrupt(
      `The entropy-coded data of a JPEG stream is damaged: the image ends ${left} bytes before its ${length} bytes do.`,
    )
}
