import { ByteSink } from './byteSink.ts'
import type { Tag } from './dataset.ts'
import { dictionaryVr, TAGS, tagNumber, tagText } from './dictionary.ts'
import { ITEM, ITEM_END, SEQUENCE_END, UNDEFINED_LENGTH } from './elementReader.ts'
import { encodeValue, type PlainValue, type TextEncoding, textEncoding } from './encodeValue.ts'
import { type Encoding, EXPLICIT_LITTLE, encodingOf, TRANSFER_SYNTAXES } from './transferSyntaxes.ts'
import { LONG_VR, VR_FORMS, vrCode } from './valueRepresentation.ts'

/** Items of a sequence; lengths are defined unless asked otherwise. */
export interface SequenceToWrite {
  readonly items: readonly (readonly ElementToWrite[])[]
  /** The sequence and its items end with delimiters. */
  readonly undefinedLength?: boolean
}

/** Encapsulated pixels (PS3.5, annex A.4): the fragments of each frame. */
export interface FramesToWrite {
  readonly frames: readonly (readonly Uint8Array[])[]
  /** Leave the basic offset table empty. */
  readonly withoutOffsets?: boolean
}

export interface ElementToWrite {
  readonly tag: Tag
  /** The dictionary's, unless given. */
  readonly vr?: string
  readonly value: PlainValue | SequenceToWrite | FramesToWrite
}

export interface DicomToWrite {
  readonly transferSyntax: string
  /** In any order; they are written in that of their tags. */
  readonly elements: readonly ElementToWrite[]
  /** Without a preamble and meta information: a bare data set. */
  readonly bare?: boolean
  /** SOP class and instance for the meta information, where the data set has none: of a media directory. */
  readonly mediaStorage?: { readonly sopClass: string; readonly sopInstance: string }
  /** Deflates to a raw stream (RFC 1951), for the deflated transfer syntax. */
  readonly deflate?: (bytes: Uint8Array) => Uint8Array
}

/** Implementation class UID of files written here (PS3.7, annex D.3.3.2), derived from a UUID (PS3.5, annex B.2). */
const IMPLEMENTATION_CLASS = '2.25.272998784253904159782723130242401583803'

/**
 * Writes a DICOM file (PS3.10, section 7.1). The same input gives the same bytes.
 * @throws RangeError when a value does not fit its representation
 */
export function writeDicom(object: DicomToWrite): Uint8Array {
  const { transferSyntax, elements, bare, deflate } = object
  let dataset = writeElements(elements, encodingOf(transferSyntax))
  if (transferSyntax === TRANSFER_SYNTAXES.DeflatedExplicitVRLittleEndian) {
    if (deflate === undefined) throw new RangeError('the deflated transfer syntax needs a deflate function')
    dataset = deflate(dataset)
  }
  if (bare) return dataset
  const file = new ByteSink(true)
  file.bytes(new Uint8Array(128))
  file.bytes(textEncoding('')('DICM'))
  const meta = writeElements(metaElements(object), EXPLICIT_LITTLE)
  const length = { tag: TAGS.FileMetaInformationGroupLength, value: meta.length }
  file.bytes(writeElements([length], EXPLICIT_LITTLE))
  file.bytes(meta)
  file.bytes(dataset)
  return file.written()
}

function metaElements({ transferSyntax, elements, mediaStorage }: DicomToWrite): ElementToWrite[] {
  const written = (tag: Tag) => elements.find(element => element.tag === tag)?.value
  return [
    { tag: TAGS.FileMetaInformationVersion, value: Uint8Array.of(0, 1) },
    { tag: TAGS.MediaStorageSOPClassUID, value: written(TAGS.SOPClassUID) ?? mediaStorage?.sopClass ?? '' },
    {
      tag: TAGS.MediaStorageSOPInstanceUID,
      value: written(TAGS.SOPInstanceUID) ?? mediaStorage?.sopInstance ?? '',
    },
    { tag: TAGS.TransferSyntaxUID, value: transferSyntax },
    { tag: TAGS.ImplementationClassUID, value: IMPLEMENTATION_CLASS },
    { tag: TAGS.ImplementationVersionName, value: 'VOXMILL' },
  ]
}

/** A data set without anything around it. */
export function writeElements(elements: readonly ElementToWrite[], encoding: Encoding): Uint8Array {
  const sink = new ByteSink(encoding.littleEndian)
  putElements(sink, elements, encoding, textEncoding(''))
  return sink.written()
}

function putElements(
  sink: ByteSink,
  elements: readonly ElementToWrite[],
  encoding: Encoding,
  inherited: TextEncoding,
): void {
  const own = elements.find(element => element.tag === TAGS.SpecificCharacterSet)?.value
  const text = typeof own === 'string' ? textEncoding(own) : inherited
  for (const element of [...elements].sort((a, b) => tagNumber(a.tag) - tagNumber(b.tag)))
    putElement(sink, element, encoding, text)
}

function putElement(sink: ByteSink, element: ElementToWrite, encoding: Encoding, text: TextEncoding): void {
  const tag = tagNumber(element.tag)
  const { value } = element
  if (isSequence(value)) putSequence(sink, tag, element.vr ?? 'SQ', value, encoding, text)
  else if (isFrames(value)) putFrames(sink, tag, element.vr ?? 'OB', value, encoding)
  else {
    const vr = element.vr ?? vrOf(tag, value)
    const bytes = encodeValue(vr, value, encoding.littleEndian, text)
    putHeader(sink, tag, vr, bytes.length, encoding)
    sink.bytes(bytes)
  }
}

/** Where the dictionary leaves US or SS open, the sign decides. */
function vrOf(tag: number, value: PlainValue): string {
  const vr = dictionaryVr(tag)
  if (vr !== 'xs') return vr
  const numbers = typeof value === 'number' ? [value] : Array.from<unknown>(value)
  return numbers.some(number => typeof number === 'number' && number < 0) ? 'SS' : 'US'
}

function putHeader(sink: ByteSink, tag: number, vr: string, length: number, encoding: Encoding): void {
  putTag(sink, tag)
  if (encoding.explicit) {
    sink.bytes(textEncoding('')(vr))
    if (VR_FORMS[vrCode(vr)] !== LONG_VR) {
      if (length > 0xffff) throw new RangeError(`${tagText(tag)} has ${length} bytes, too many for ${vr}`)
      sink.uint16(length)
      return
    }
    sink.uint16(0)
  }
  sink.uint32(length)
}

function putTag(sink: ByteSink, tag: number): void {
  sink.uint16(tag >>> 16)
  sink.uint16(tag & 0xffff)
}

/** Items and delimiters have no value representation (PS3.5, section 7.5). */
function putMark(sink: ByteSink, tag: number, length: number): void {
  putTag(sink, tag)
  sink.uint32(length)
}

function putSequence(
  sink: ByteSink,
  tag: number,
  vr: string,
  { items, undefinedLength = false }: SequenceToWrite,
  encoding: Encoding,
  text: TextEncoding,
): void {
  putHeader(sink, tag, vr, UNDEFINED_LENGTH, encoding)
  const start = sink.length
  for (const item of items) {
    putMark(sink, ITEM, UNDEFINED_LENGTH)
    const itemStart = sink.length
    putElements(sink, item, encoding, text)
    if (undefinedLength) putMark(sink, ITEM_END, 0)
    else sink.uint32At(itemStart - 4, sink.length - itemStart)
  }
  if (undefinedLength) putMark(sink, SEQUENCE_END, 0)
  else sink.uint32At(start - 4, sink.length - start)
}

function putFrames(
  sink: ByteSink,
  tag: number,
  vr: string,
  { frames, withoutOffsets = false }: FramesToWrite,
  encoding: Encoding,
): void {
  const evenLength = (fragment: Uint8Array) => fragment.length + (fragment.length % 2)
  putHeader(sink, tag, vr, UNDEFINED_LENGTH, encoding)
  putMark(sink, ITEM, withoutOffsets ? 0 : 4 * frames.length)
  let offset = 0
  if (!withoutOffsets)
    for (const fragments of frames) {
      sink.uint32(offset)
      for (const fragment of fragments) offset += 8 + evenLength(fragment)
    }
  for (const fragment of frames.flat()) {
    putMark(sink, ITEM, evenLength(fragment))
    sink.bytes(fragment)
    if (fragment.length % 2 === 1) sink.bytes(Uint8Array.of(0))
  }
  putMark(sink, SEQUENCE_END, 0)
}

function isSequence(value: ElementToWrite['value']): value is SequenceToWrite {
  return typeof value === 'object' && 'items' in value
}

function isFrames(value: ElementToWrite['value']): value is FramesToWrite {
  return typeof value === 'object' && 'frames' in value
}
