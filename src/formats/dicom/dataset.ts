/** A data element's tag as eight upper-case hex digits: group, then element ('00100020'). */
export type Tag = string

/**
 * A parsed data set (DICOM PS3.5, section 7). Values are decoded when they are asked for; absent or empty elements give
 * undefined or an empty list, never a default. Sequence items are indexed at the first question to them, so that any
 * question throws a DicomError where the part of the file that it touches is damaged.
 */
export interface Dataset {
  readonly tags: Iterable<Tag>
  has(tag: Tag): boolean
  /** Value representation of an element, as encoded or from the dictionary. */
  vr(tag: Tag): string | undefined
  /**
   * The first value as text: decoded by SpecificCharacterSet, padding removed; U+FFFD where the set has no character.
   * Binary numbers and tags (AT) give theirs; other binary values give none.
   */
  text(tag: Tag): string | undefined
  texts(tag: Tag): readonly string[]
  /**
   * The first value of a numeric or numeric-string element (DS, IS, US, SS, UL, SL, FL, FD, UV, SV); NaN where the text
   * is no number.
   */
  number(tag: Tag): number | undefined
  numbers(tag: Tag): readonly number[]
  /** Items of a sequence. */
  items(tag: Tag): readonly Dataset[]
  /** The value as it lies in the file. */
  bytes(tag: Tag): Uint8Array | undefined
}

/** Where the pixels of a file lie (PS3.5, section 8 and annex A.4). */
export interface PixelData {
  readonly tag: '7FE00010' | '7FE00008' | '7FE00009'
  readonly vr: 'OB' | 'OW' | 'OF' | 'OD'
  /** Native pixels: offset of the first byte in the (inflated) file, and length in bytes. */
  readonly offset: number
  readonly length: number
  /** Encapsulated pixels: fragments in order, each as offset and length; undefined for native ones. */
  readonly fragments: readonly { readonly offset: number; readonly length: number }[] | undefined
  /** Offsets of frames from the basic or extended offset table, relative to the first fragment's item tag. */
  readonly frameOffsets: readonly number[]
}

/** One DICOM object: a Part 10 file, or a bare data set without preamble. */
export interface DicomFile {
  readonly dataset: Dataset
  /** Group 0002; undefined for a bare data set. */
  readonly meta: Dataset | undefined
  /** UID; the default Implicit VR Little Endian where nothing says it. */
  readonly transferSyntax: string
  readonly littleEndian: boolean
  /**
   * Undefined when there are none, or when only a prefix of the file was parsed that ends within compressed ones; native
   * pixels may lie behind the prefix.
   * @throws DicomError 'dicom-truncated' when the file ends within them, 'dicom-invalid' when fragments are damaged
   */
  readonly pixelData: PixelData | undefined
  /** The bytes that offsets refer to: the file, or for the deflated syntax what was inflated. */
  readonly bytes: Uint8Array
}
