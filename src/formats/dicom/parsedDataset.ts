import { decodeDefault, type TextDecoding, textDecoding } from './characterSets.ts'
import type { Dataset, Tag } from './dataset.ts'
import { dictionaryVr, tagNumber, tagOf, tagText } from './dictionary.ts'
import {
  DELIMITER_BYTES,
  type ElementReader,
  ITEM,
  MAX_DEPTH,
  SEQUENCE_END,
  UNDEFINED_LENGTH,
} from './elementReader.ts'
import { type ElementTable, indexElements } from './elementTable.ts'
import { type Encoding, IMPLICIT_LITTLE } from './transferSyntaxes.ts'
import {
  CHARACTER_SET_TEXT,
  PLAIN_TEXT,
  SINGLE_TEXT,
  UNKNOWN_VR,
  VR_FORMS,
  VR_UN,
  vrText,
} from './valueRepresentation.ts'
import { binaryNumbers, isBinaryNumber, numberOfText, tagValues, withoutPadding } from './values.ts'

/** Items in one sequence; more are refused. */
export const MAX_ITEMS = 1 << 20

const SPECIFIC_CHARACTER_SET = 0x00080005
const PIXEL_REPRESENTATION = 0x00280103

/** Where a data set lies in the bytes of its reader. */
export interface Extent {
  readonly start: number
  readonly end: number
  readonly encoding: Encoding
}

/**
 * A data set that is read as it is asked: items of sequences are indexed at the first question to them, values decoded
 * at each. Any question can therefore throw a DicomError about the part of the file that it touches.
 */
export class ParsedDataset implements Dataset {
  private readonly reader: ElementReader
  private readonly extent: Extent
  private readonly parent: ParsedDataset | undefined
  private readonly depth: number
  private index: ElementTable | undefined
  private decoding: TextDecoding | undefined
  private sequences: Map<number, readonly ParsedDataset[]> | undefined

  /** @param index the table of its elements, if there is one already */
  constructor(reader: ElementReader, extent: Extent, parent?: ParsedDataset, index?: ElementTable) {
    this.reader = reader
    this.extent = extent
    this.parent = parent
    this.depth = parent === undefined ? 0 : parent.depth + 1
    this.index = index
  }

  get table(): ElementTable {
    if (this.index === undefined) {
      const { start, end, encoding } = this.extent
      this.index = indexElements(this.reader, start, end, { encoding, depth: this.depth }).table
    }
    return this.index
  }

  get tags(): Iterable<Tag> {
    const { table } = this
    return Array.from({ length: table.count }, (_, row) => tagOf(table.tag(row)))
  }

  has(tag: Tag): boolean {
    return this.table.find(tagNumber(tag)) >= 0
  }

  vr(tag: Tag): string | undefined {
    const row = this.table.find(tagNumber(tag))
    return row < 0 ? undefined : this.vrOf(row)
  }

  text(tag: Tag): string | undefined {
    return this.texts(tag)[0]
  }

  texts(tag: Tag): readonly string[] {
    const row = this.table.find(tagNumber(tag))
    if (row < 0 || this.table.length(row) === 0) return []
    const vr = this.vrOf(row)
    if (PLAIN_TEXT.has(vr) || CHARACTER_SET_TEXT.has(vr)) return this.textsOf(row, vr)
    if (vr === 'AT') return tagValues(this.valueBytes(row), this.orderOf(row))
    return this.numbersOf(row, vr).map(String)
  }

  number(tag: Tag): number | undefined {
    return this.numbers(tag)[0]
  }

  numbers(tag: Tag): readonly number[] {
    const row = this.table.find(tagNumber(tag))
    if (row < 0 || this.table.length(row) === 0) return []
    const vr = this.vrOf(row)
    if (vr === 'DS' || vr === 'IS') return this.textsOf(row, vr).map(numberOfText)
    return this.numbersOf(row, vr)
  }

  items(tag: Tag): readonly Dataset[] {
    const number = tagNumber(tag)
    const kept = this.sequences?.get(number)
    if (kept !== undefined) return kept
    const row = this.table.find(number)
    const found = row < 0 ? [] : this.itemsOf(row)
    this.sequences ??= new Map()
    this.sequences.set(number, found)
    return found
  }

  bytes(tag: Tag): Uint8Array | undefined {
    const row = this.table.find(tagNumber(tag))
    return row < 0 ? undefined : this.valueBytes(row)
  }

  private valueBytes(row: number): Uint8Array {
    const { table, reader } = this
    const start = table.offset(row)
    const length = table.length(row)
    // Only pixel data can reach past the end, or have a length that is still undefined.
    const end =
      length === UNDEFINED_LENGTH
        ? reader.endOfFragments(start, this.extent.end, this.extent.encoding)
        : start + length
    if (end > reader.bytes.length) reader.refuseEnd(tagText(table.tag(row)), start, end, reader.bytes.length)
    return reader.bytes.subarray(start, end)
  }

  private numbersOf(row: number, vr: string): number[] {
    return isBinaryNumber(vr) ? binaryNumbers(this.valueBytes(row), vr, this.orderOf(row)) : []
  }

  private vrOf(row: number): string {
    const code = this.table.vr(row)
    if (code !== VR_UN && VR_FORMS[code] !== UNKNOWN_VR) return vrText(code)
    const vr = dictionaryVr(this.table.tag(row))
    if (vr === 'xs') return this.isSigned() ? 'SS' : 'US'
    return vr === 'UN' && this.startsWithItem(row) ? 'SQ' : vr
  }

  /** Values of elements that came as UN are little-endian whatever the file is (PS3.5, section 6.2.2). */
  private orderOf(row: number): boolean {
    return this.extent.encoding.littleEndian || this.table.vr(row) === VR_UN
  }

  private isSigned(): boolean {
    const row = this.table.find(PIXEL_REPRESENTATION)
    if (row < 0) return this.parent?.isSigned() ?? false
    return binaryNumbers(this.valueBytes(row), 'US', this.extent.encoding.littleEndian)[0] === 1
  }

  private textsOf(row: number, vr: string): string[] {
    const bytes = this.valueBytes(row)
    const text = CHARACTER_SET_TEXT.has(vr)
      ? this.textDecoding()(bytes, vr === 'PN')
      : decodeDefault(bytes, false)
    if (SINGLE_TEXT.has(vr) || !text.includes('\\')) {
      const only = withoutPadding(text, vr)
      return only === '' ? [] : [only]
    }
    return text.split('\\').map(value => withoutPadding(value, vr))
  }

  /** That of the data set itself, else of the one that its sequence lies in (PS3.3, C.12.1.1.2). */
  private textDecoding(): TextDecoding {
    if (this.decoding === undefined) {
      const row = this.table.find(SPECIFIC_CHARACTER_SET)
      if (row >= 0) this.decoding = textDecoding(this.textsOf(row, 'CS'))
      else this.decoding = this.parent?.textDecoding() ?? decodeDefault
    }
    return this.decoding
  }

  private itemsOf(row: number): ParsedDataset[] {
    const { reader, table } = this
    if (this.vrOf(row) !== 'SQ') return []
    const encoding = this.itemEncoding(row)
    const start = table.offset(row)
    const end = start + table.length(row)
    // Damaged pixel data may call themselves a sequence; they alone can have a length that was not checked.
    if (end > this.extent.end) reader.refuseEnd(tagText(table.tag(row)), start, end, this.extent.end)
    if (this.depth === MAX_DEPTH) reader.refuse(`sequences are nested deeper than ${MAX_DEPTH} levels`, start)
    const found: ParsedDataset[] = []
    for (let at = start; at < end; ) {
      reader.readHeader(at, end, encoding)
      const { tag, length, valueAt } = reader
      if (tag === SEQUENCE_END) break
      if (tag !== ITEM) reader.refuse(`${tagText(tag)} stands where an item of a sequence should`, at)
      if (found.length === MAX_ITEMS) reader.refuse(`a sequence has more than ${MAX_ITEMS} items`, at)
      const isUndefined = length === UNDEFINED_LENGTH
      const itemEnd = isUndefined
        ? reader.endOfItem(valueAt, end, encoding, this.depth + 1)
        : valueAt + length
      if (itemEnd > end) reader.refuseEnd('a sequence item', at, itemEnd, end)
      const own = reader.encodingAt(valueAt, itemEnd, encoding)
      found.push(new ParsedDataset(reader, { start: valueAt, end: itemEnd, encoding: own }, this))
      at = isUndefined ? itemEnd + DELIMITER_BYTES : itemEnd
    }
    return found
  }

  private itemEncoding(row: number): Encoding {
    return this.table.vr(row) === VR_UN ? IMPLICIT_LITTLE : this.extent.encoding
  }

  /** Only a sequence does; so a private one shows itself where no representation is encoded. */
  private startsWithItem(row: number): boolean {
    const { table, reader } = this
    if (table.length(row) < DELIMITER_BYTES) return false
    const start = table.offset(row)
    reader.readHeader(start, start + table.length(row), this.itemEncoding(row))
    return reader.tag === ITEM
  }
}
