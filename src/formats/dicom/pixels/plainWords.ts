import type { DicomFile } from '../dataset.ts'
import { DicomError } from '../fault.ts'
import { TRANSFER_SYNTAXES } from '../transferSyntaxes.ts'
import { describePixels } from './description.ts'
import { DicomPixelError } from './fault.ts'

/** Frames that are nothing but words of 16 bits, little-endian, one a pixel, with the sample at the bottom of each. */
export interface PlainWords {
  /** Byte of the file at which the first frame begins. */
  readonly offset: number
  readonly frameBytes: number
  readonly bitsStored: number
  readonly signed: boolean
}

/** The pixels of a file, of which only the header needs to be there; undefined where they must be decoded. */
export function plainWords(file: DicomFile): PlainWords | undefined {
  try {
    return isLittleEndianNative(file.transferSyntax) ? wordsOf(file) : undefined
  } catch (error) {
    // Decoding tells of it.
    if (error instanceof DicomError || error instanceof DicomPixelError) return undefined
    throw error
  }
}

const isLittleEndianNative = (transferSyntax: string): boolean =>
  transferSyntax === TRANSFER_SYNTAXES.ImplicitVRLittleEndian ||
  transferSyntax === TRANSFER_SYNTAXES.ExplicitVRLittleEndian

function wordsOf({ dataset, pixelData }: DicomFile): PlainWords | undefined {
  if (pixelData?.tag !== '7FE00010' || pixelData.fragments !== undefined) return undefined
  const d = describePixels(dataset, pixelData.tag)
  const frameBytes = 2 * d.rows * d.columns
  const isPlain = d.bitsAllocated === 16 && d.samplesPerPixel === 1 && d.highBit === d.bitsStored - 1
  if (!isPlain || d.frames * frameBytes > pixelData.length) return undefined
  return { offset: pixelData.offset, frameBytes, bitsStored: d.bitsStored, signed: d.signed }
}
