import type { SampleWords } from '../codec.ts'
import { checkShape } from '../codec.ts'
import type { PixelDescription } from '../description.ts'
import { corrupt } from '../fault.ts'
import { decodeLossless } from './lossless.ts'
import { decodeSequential } from './sequential.ts'
import { parseJpeg } from './stream.ts'

/**
 * Decodes a JPEG stream (ITU-T T.81): baseline, extended sequential of 8 or 12 bits, and lossless.
 *
 * @throws DicomPixelError for other processes, and for streams that are damaged or not of the described size
 */
export function decodeJpeg(encoded: Uint8Array, d: PixelDescription): SampleWords {
  const stream = parseJpeg(encoded)
  const { frame, scans } = stream
  checkShape('JPEG', frame.rows, frame.columns, frame.components.length, d)
  const seen = new Set(scans.flatMap(scan => scan.components.map(c => c.index)))
  if (seen.size < frame.components.length)
    throw corrupt(`A JPEG stream has data for ${seen.size} of its ${frame.components.length} components.`)
  const words = frame.lossless ? decodeLossless(stream) : decodeSequential(stream)
  return { words, precision: frame.precision }
}
