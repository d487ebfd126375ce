import { createDeflater, type Deflater } from '../formats/deflate/deflater.ts'
import { type Keyword, TAGS } from '../formats/dicom/dictionary.ts'
import { encodeRunLength } from '../formats/dicom/encodeRunLength.ts'
import { TRANSFER_SYNTAXES } from '../formats/dicom/transferSyntaxes.ts'
import { type ElementToWrite, writeDicom } from '../formats/dicom/write.ts'

type PhantomValue =
  | string
  | readonly string[]
  | number
  | readonly number[]
  | Uint8Array
  | Int16Array
  | Uint16Array
  | readonly PhantomElements[]

/** Elements of a data set by keyword; a list of elements is a sequence. PixelData are stored values. */
export type PhantomElements = { readonly [keyword in Keyword]?: PhantomValue }

const MEDIA_STORAGE_DIRECTORY = '1.2.840.10008.1.3.10'

let deflater: Deflater | undefined

/**
 * A DICOM file with these elements, pixels encoded as the transfer syntax asks. Sequences have undefined lengths in
 * Explicit VR and defined ones in Implicit VR, so that readers meet both.
 */
export function encodeDicom(elements: PhantomElements, transferSyntax: string): Uint8Array {
  return writeDicom({
    transferSyntax,
    elements: toWrite(elements, transferSyntax),
    mediaStorage: { sopClass: MEDIA_STORAGE_DIRECTORY, sopInstance: `${MEDIA_STORAGE_DIRECTORY}.1` },
    deflate(bytes) {
      deflater ??= createDeflater()
      return deflater.deflate(bytes, { elementBytes: 2 })
    },
  })
}

function toWrite(elements: PhantomElements, transferSyntax: string): ElementToWrite[] {
  return (Object.entries(elements) as [Keyword, PhantomValue][]).map(([keyword, value]) => {
    const tag = TAGS[keyword]
    if (keyword === 'PixelData')
      return { tag, ...pixelValue(value as Int16Array | Uint16Array | Uint8Array, elements, transferSyntax) }
    if (!isItems(value)) return { tag, value }
    const items = value.map(item => toWrite(item, transferSyntax))
    const undefinedLength = transferSyntax !== TRANSFER_SYNTAXES.ImplicitVRLittleEndian
    return { tag, value: { items, undefinedLength } }
  })
}

const isItems = (value: PhantomValue): value is readonly PhantomElements[] =>
  Array.isArray(value) && typeof value[0] === 'object'

function pixelValue(
  stored: Int16Array | Uint16Array | Uint8Array,
  { Columns: columns }: PhantomElements,
  transferSyntax: string,
): Pick<ElementToWrite, 'vr' | 'value'> {
  if (stored instanceof Uint8Array) return { vr: 'OB', value: stored }
  if (transferSyntax === TRANSFER_SYNTAXES.ExplicitVRBigEndian) return { vr: 'OW', value: stored }
  const cells = new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength)
  if (transferSyntax === TRANSFER_SYNTAXES.RLELossless)
    return { vr: 'OB', value: { frames: [[encodeRunLength(cells, columns as number, 2)]] } }
  return { vr: 'OW', value: cells }
}
