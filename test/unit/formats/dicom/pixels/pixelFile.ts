import type { Dataset, DicomFile, PixelData } from '../../../../../src/formats/dicom/dataset.ts'
import { TRANSFER_SYNTAXES } from '../../../../../src/formats/dicom/transferSyntaxes.ts'

/** What a test file differs in from 2 x 3 pixels of 16 bits, unsigned, one sample, little-endian. */
export interface PixelFileOptions {
  readonly elements?: Readonly<Record<string, number | string | undefined>>
  readonly transferSyntax?: string
  readonly tag?: PixelData['tag']
  readonly vr?: PixelData['vr']
  /** Bytes of the file before the pixels. */
  readonly before?: number
  readonly fragments?: readonly Uint8Array[]
  readonly frameOffsets?: readonly number[]
}

const ELEMENTS = {
  '00280002': 1,
  '00280004': 'MONOCHROME2',
  '00280010': 2,
  '00280011': 3,
  '00280100': 16,
  '00280101': 16,
  '00280102': 15,
  '00280103': 0,
}

/** A parsed file made of a few elements and pixels, without a parser. */
export function pixelFile(pixels: ArrayBufferView, options: PixelFileOptions = {}): DicomFile {
  const elements: Record<string, number | string | undefined> = { ...ELEMENTS, ...options.elements }
  const before = options.before ?? 8
  const parts = options.fragments ?? [new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength)]
  const places: { offset: number; length: number }[] = []
  let size = before
  for (const { length } of parts) {
    // Each fragment stands behind an item tag and a length.
    const offset = size + (options.fragments ? 8 : 0)
    places.push({ offset, length })
    size = offset + length
  }
  const bytes = new Uint8Array(size)
  parts.forEach((part, i) => {
    bytes.set(part, places[i]!.offset)
  })
  const transferSyntax = options.transferSyntax ?? TRANSFER_SYNTAXES.ExplicitVRLittleEndian
  return {
    dataset: {
      number: (tag: string) => elements[tag],
      text: (tag: string) => elements[tag],
    } as unknown as Dataset,
    meta: undefined,
    transferSyntax,
    littleEndian: transferSyntax !== TRANSFER_SYNTAXES.ExplicitVRBigEndian,
    bytes,
    pixelData: {
      tag: options.tag ?? '7FE00010',
      vr: options.vr ?? 'OW',
      offset: before,
      length: size - before,
      fragments: options.fragments ? places : undefined,
      frameOffsets: options.frameOffsets ?? [],
    },
  }
}
