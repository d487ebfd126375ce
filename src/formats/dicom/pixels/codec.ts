import type { VoxelArray } from '../../../core/volume.ts'
import type { PixelDescription } from './description.ts'
import { corrupt, unsupported } from './fault.ts'
import { newStoredValues, sampleValues } from './storedValues.ts'

/** What a codec makes of a frame: rows x columns x samples, interleaved, as bit patterns of `precision` bits. */
export interface SampleWords {
  readonly words: Uint8Array | Uint16Array
  /** Bits of a sample in the compressed stream, which need not be BitsStored. */
  readonly precision: number
}

/** Decodes one compressed frame. */
export type Codec = (encoded: Uint8Array, d: PixelDescription) => SampleWords

/**
 * Refuses a stream of another size than the data set says, before anything of that size is allocated.
 *
 * @throws DicomPixelError
 */
export function checkShape(
  format: string,
  rows: number,
  columns: number,
  samples: number,
  d: PixelDescription,
): void {
  if (rows !== d.rows || columns !== d.columns || samples !== d.samplesPerPixel)
    throw corrupt(
      `The ${format} stream has ${rows} rows, ${columns} columns and ${samples} samples a pixel, where the data set says ${d.rows}, ${d.columns} and ${d.samplesPerPixel}.`,
    )
}

/**
 * The stored values that a codec's words stand for. The sign of signed samples is at the top of BitsStored or, where
 * the stream has fewer bits, at the top of those.
 *
 * @throws DicomPixelError if the cells of the data set are too small for the stream
 */
export function codecValues({ words, precision }: SampleWords, d: PixelDescription): VoxelArray {
  if (precision > d.bitsAllocated)
    throw corrupt(
      `The compressed stream has samples of ${precision} bits, where BitsAllocated is ${d.bitsAllocated}.`,
    )
  if (d.bitsAllocated === 64) throw unsupported('Floating-point pixels are compressed.')
  const values = newStoredValues(d, words.length)
  values.set(words)
  // Cells compressed whole have their sample where HighBit says; else it is at the bottom.
  const whole = precision > d.highBit
  const bits = Math.min(precision, d.bitsStored)
  return sampleValues(values, { bits, highBit: whole ? d.highBit : bits - 1, signed: d.signed })
}
