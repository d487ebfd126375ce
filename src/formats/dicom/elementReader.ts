import { tagText } from './dictionary.ts'
import { DicomError } from './fault.ts'
import { type Encoding, EXPLICIT_LITTLE, IMPLICIT_LITTLE } from './transferSyntaxes.ts'
import { SHORT_VR, UNKNOWN_VR, VR_FORMS, VR_SQ, VR_UN, type VrCode } from './valueRepresentation.ts'

export const UNDEFINED_LENGTH = 0xffffffff
export const ITEM = 0xfffee000
export const ITEM_END = 0xfffee00d
export const SEQUENCE_END = 0xfffee0dd

/** A delimiter: its tag, and a length of 0. */
export const DELIMITER_BYTES = 8

/** Sequences within sequences; deeper ones are refused. */
export const MAX_DEPTH = 64

const isUpperCase = (byte: number): boolean => byte >= 0x41 && byte <= 0x5a

/**
 * Reads headers of data elements one by one (PS3.5, section 7.1) and finds the ends of undefined lengths (7.5). The
 * fields are those of the header read last. Nothing is allocated, and no byte is visited twice in one walk.
 */
export class ElementReader {
  readonly bytes: Uint8Array
  tag = 0
  vr: VrCode = 0
  length = 0
  valueAt = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  /**
   * Reads the header at `at` of a data set or sequence that ends at `end`.
   * @throws DicomError when the header reaches past the end
   */
  readHeader(at: number, end: number, encoding: Encoding): void {
    const b = this.bytes
    if (at + 8 > end) this.refuseEnd('an element header', at, at + 8, end)
    const tag = encoding.littleEndian
      ? b[at]! * 0x10000 + b[at + 1]! * 0x1000000 + b[at + 2]! + b[at + 3]! * 0x100
      : b[at]! * 0x1000000 + b[at + 1]! * 0x10000 + b[at + 2]! * 0x100 + b[at + 3]!
    this.tag = tag
    if (!encoding.explicit || tag >= ITEM) {
      this.vr = UNKNOWN_VR
      this.length = this.uint32(at + 4, encoding)
      this.valueAt = at + 8
      return
    }
    const vr = (b[at + 4]! << 8) | b[at + 5]!
    this.vr = vr
    const form = VR_FORMS[vr]!
    if (form === SHORT_VR || (form === UNKNOWN_VR && !this.isLongUnknown(at))) {
      this.length = encoding.littleEndian ? b[at + 6]! + b[at + 7]! * 0x100 : b[at + 6]! * 0x100 + b[at + 7]!
      this.valueAt = at + 8
      return
    }
    if (at + 12 > end) this.refuseEnd(`the header of ${tagText(tag)}`, at, at + 12, end)
    this.length = this.uint32(at + 8, encoding)
    this.valueAt = at + 12
  }

  /**
   * Where the element after the one just read begins.
   * @throws DicomError when the value reaches past the end, or does not end
   */
  endOfValue(at: number, end: number, encoding: Encoding, depth: number): number {
    if (this.length === UNDEFINED_LENGTH) return this.endOfUndefined(this.tag, this.vr, encoding, end, depth)
    const valueEnd = this.valueAt + this.length
    if (valueEnd > end) this.refuseEnd(tagText(this.tag), at, valueEnd, end)
    return valueEnd
  }

  /**
   * Where an encapsulated value ends, before its delimiter. Without a delimiter it ends with the data, since some
   * writers leave it out.
   * @param visit called for each item, the basic offset table first, with where its value lies
   */
  endOfFragments(start: number, end: number, encoding: Encoding, visit?: FragmentVisitor): number {
    for (let at = start, count = 0; ; count++) {
      if (at === end && count > 1 && end === this.bytes.length) return at
      this.readHeader(at, end, encoding)
      const { tag, length, valueAt } = this
      if (tag === SEQUENCE_END) return at
      if (tag !== ITEM || length === UNDEFINED_LENGTH)
        this.refuse(`${tagText(tag)} stands where a fragment of pixel data should`, at)
      if (valueAt + length > end) this.refuseEnd('a fragment of pixel data', at, valueAt + length, end)
      visit?.(valueAt, length, count)
      at = valueAt + length
    }
  }

  /** Where the item content that begins at `start` ends, before its delimiter. */
  endOfItem(start: number, end: number, encoding: Encoding, depth: number): number {
    if (depth > MAX_DEPTH) this.refuse(`sequences are nested deeper than ${MAX_DEPTH} levels`, start)
    const own = this.encodingAt(start, end, encoding)
    for (let at = start; ; ) {
      this.readHeader(at, end, own)
      if (this.tag === ITEM_END) return at
      if (this.tag === ITEM || this.tag === SEQUENCE_END)
        this.refuse(`${tagText(this.tag)} stands within an item that has not ended`, at)
      at = this.endOfValue(at, end, own, depth)
    }
  }

  /**
   * The encoding of the data set at `at`: the one expected, unless its first element has, or lacks, the letters of a
   * value representation against it. Some writers nest implicit items in explicit data sets, or name the wrong syntax.
   */
  encodingAt(at: number, end: number, expected: Encoding): Encoding {
    const b = this.bytes
    if (at + 8 > end || (b[at]! === 0xfe && b[at + 1]! === 0xff)) return expected
    const known = VR_FORMS[(b[at + 4]! << 8) | b[at + 5]!] !== UNKNOWN_VR
    if (expected.explicit) {
      if (known || !expected.littleEndian) return expected
      return isUpperCase(b[at + 4]!) && isUpperCase(b[at + 5]!) ? expected : this.ifFits(at, end)
    }
    const length = this.uint32(at + 4, expected)
    return known && (length % 2 === 1 || at + 8 + length > end) ? EXPLICIT_LITTLE : expected
  }

  uint32(at: number, { littleEndian }: Encoding): number {
    const b = this.bytes
    return littleEndian
      ? b[at]! + b[at + 1]! * 0x100 + b[at + 2]! * 0x10000 + b[at + 3]! * 0x1000000
      : b[at]! * 0x1000000 + b[at + 1]! * 0x10000 + b[at + 2]! * 0x100 + b[at + 3]!
  }

  refuse(reason: string, at: number): never {
    throw new DicomError('dicom-invalid', `${reason}, at byte ${at}`, { offset: at })
  }

  /** @throws DicomError of what would reach from `at` to `needed` but is cut off at `end` */
  refuseEnd(what: string, at: number, needed: number, end: number): never {
    const size = this.bytes.length
    if (end < size && needed <= size)
      this.refuse(`${what} reaches past the end of its sequence item at byte ${end}`, at)
    throw new DicomError(
      'dicom-truncated',
      `${what} at byte ${at} reaches to byte ${needed}, but there are only ${size} bytes`,
      { offset: at, neededBytes: needed },
    )
  }

  private endOfUndefined(tag: number, vr: VrCode, encoding: Encoding, end: number, depth: number): number {
    const { valueAt } = this
    if (isSequence(tag, vr))
      return this.endOfSequence(valueAt, end, vr === VR_UN ? IMPLICIT_LITTLE : encoding, depth + 1)
    return this.endOfFragments(valueAt, end, encoding) + DELIMITER_BYTES
  }

  private endOfSequence(start: number, end: number, encoding: Encoding, depth: number): number {
    for (let at = start; ; ) {
      this.readHeader(at, end, encoding)
      const { tag, length, valueAt } = this
      if (tag === SEQUENCE_END) return valueAt
      if (tag !== ITEM) this.refuse(`${tagText(tag)} stands where an item of a sequence should`, at)
      if (length === UNDEFINED_LENGTH) at = this.endOfItem(valueAt, end, encoding, depth) + DELIMITER_BYTES
      else {
        if (valueAt + length > end) this.refuseEnd('a sequence item', at, valueAt + length, end)
        at = valueAt + length
      }
    }
  }

  /** Implicit, when the four bytes behind the tag are a length that does not reach past the end. */
  private ifFits(at: number, end: number): Encoding {
    const length = this.uint32(at + 4, IMPLICIT_LITTLE)
    return length === UNDEFINED_LENGTH || at + 8 + length <= end ? IMPLICIT_LITTLE : EXPLICIT_LITTLE
  }

  /** New value representations have two upper-case letters, two reserved zeros and a long length (PS3.5, 7.1.2). */
  private isLongUnknown(at: number): boolean {
    const b = this.bytes
    return isUpperCase(b[at + 4]!) && isUpperCase(b[at + 5]!) && b[at + 6] === 0 && b[at + 7] === 0
  }
}

export type FragmentVisitor = (at: number, length: number, index: number) => void

/** Whether an element of undefined length has items with data sets, and not fragments of pixels. */
function isSequence(tag: number, vr: VrCode): boolean {
  if (vr === VR_SQ || vr === VR_UN) return true
  return vr === UNKNOWN_VR && tag !== 0x7fe00010
}
