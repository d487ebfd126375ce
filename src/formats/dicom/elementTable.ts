import {
  DELIMITER_BYTES,
  type ElementReader,
  ITEM,
  ITEM_END,
  SEQUENCE_END,
  UNDEFINED_LENGTH,
} from './elementReader.ts'
import { DicomError } from './fault.ts'
import type { Encoding } from './transferSyntaxes.ts'
import type { VrCode } from './valueRepresentation.ts'

/** Elements in one data set; more are refused. */
export const MAX_ELEMENTS = 1 << 20

const WIDTH = 4
const TAG = 0
const VR = 1
const OFFSET = 2
const LENGTH = 3
/** Set in the VR column when the length was undefined; the length column then has that of the content. */
const UNDEFINED = 0x10000

/** Rows of the data set that is being indexed; one for all, since indexing never nests. */
let scratch = new Float64Array(WIDTH * 512)

/** Where the elements of one data set lie: a flat table of tag, value representation, offset and length. */
export class ElementTable {
  private readonly rows: Float64Array
  private readonly sorted: boolean
  private rowOf: Map<number, number> | undefined
  readonly count: number

  constructor(rows: Float64Array, count: number, sorted: boolean) {
    this.rows = rows
    this.count = count
    this.sorted = sorted
  }

  tag(row: number): number {
    return this.rows[row * WIDTH + TAG]!
  }

  /** As encoded; 0 in implicit data sets. */
  vr(row: number): VrCode {
    return this.rows[row * WIDTH + VR]! & 0xffff
  }

  offset(row: number): number {
    return this.rows[row * WIDTH + OFFSET]!
  }

  /** Bytes of the value without its delimiter; for pixel data of undefined length, that length. */
  length(row: number): number {
    return this.rows[row * WIDTH + LENGTH]!
  }

  isUndefined(row: number): boolean {
    return (this.rows[row * WIDTH + VR]! & UNDEFINED) !== 0
  }

  /** The row of a tag, −1 for none. Of elements that are there twice, the last counts. */
  find(tag: number): number {
    if (!this.sorted) return this.unsortedRow(tag)
    const { rows } = this
    let low = 0
    let high = this.count - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const at = rows[middle * WIDTH]!
      if (at === tag) return middle
      if (at < tag) low = middle + 1
      else high = middle - 1
    }
    return -1
  }

  private unsortedRow(tag: number): number {
    if (this.rowOf === undefined) {
      this.rowOf = new Map()
      for (let row = 0; row < this.count; row++) this.rowOf.set(this.tag(row), row)
    }
    return this.rowOf.get(tag) ?? -1
  }
}

export interface IndexOptions {
  readonly encoding: Encoding
  /** Level of nesting: 0 for the data set of the file. */
  readonly depth: number
  /** Stop before the first element of another group. */
  readonly group?: number
  /** Stop at the pixel data, which are in the table nonetheless. */
  readonly untilPixels?: boolean
}

/**
 * Indexes the data set that lies from `start` to `end`, and tells where it stopped. In the data set of the file,
 * zeros at the end are padding, and what cannot be read behind the pixel data is left out: neither makes the header
 * less sure.
 * @throws DicomError when an element before the pixel data cannot be read
 */
export function indexElements(
  reader: ElementReader,
  start: number,
  end: number,
  options: IndexOptions,
): { table: ElementTable; end: number } {
  const { encoding, depth, group } = options
  let at = start
  let count = 0
  let sorted = true
  let last = -1
  let afterPixels = false
  try {
    while (at < end) {
      if (depth === 0 && end - at < 8 && isZero(reader.bytes, at, end)) break
      reader.readHeader(at, end, encoding)
      const { tag, vr, valueAt, length } = reader
      if (group !== undefined && tag >>> 16 !== group) break
      if (tag >= ITEM && tag <= SEQUENCE_END) {
        if (tag === ITEM_END && depth > 0) break
        if (tag === ITEM) reader.refuse('a sequence item stands outside of a sequence', at)
        at = valueAt
        continue
      }
      if (tag === 0) {
        if (depth === 0 && isZero(reader.bytes, at, end)) break
        reader.refuse('zeros stand where an element should', at)
      }
      if (count === MAX_ELEMENTS) reader.refuse(`there are more than ${MAX_ELEMENTS} elements`, at)
      const isUndefined = length === UNDEFINED_LENGTH
      const isPixels = depth === 0 && isPixelTag(tag)
      if (!isPixels) at = reader.endOfValue(at, end, encoding, depth)
      if (tag <= last) sorted = false
      last = tag
      if (count * WIDTH === scratch.length) grow()
      const row = count++ * WIDTH
      scratch[row + TAG] = tag
      scratch[row + VR] = isUndefined ? vr | UNDEFINED : vr
      scratch[row + OFFSET] = valueAt
      scratch[row + LENGTH] = isUndefined && !isPixels ? at - valueAt - DELIMITER_BYTES : length
      if (!isPixels) continue
      if (options.untilPixels) break
      afterPixels = true
      at = isUndefined
        ? reader.endOfFragments(valueAt, end, encoding) + DELIMITER_BYTES
        : reader.endOfValue(at, end, encoding, depth)
    }
  } catch (error) {
    if (!afterPixels || !(error instanceof DicomError)) throw error
  }
  const table = new ElementTable(scratch.slice(0, count * WIDTH), count, sorted)
  if (scratch.length > KEPT_ROWS * WIDTH) scratch = new Float64Array(WIDTH * 512)
  return { table, end: at }
}

const KEPT_ROWS = 1 << 14

export const isPixelTag = (tag: number): boolean =>
  tag === 0x7fe00010 || tag === 0x7fe00008 || tag === 0x7fe00009

function grow(): void {
  const longer = new Float64Array(2 * scratch.length)
  longer.set(scratch)
  scratch = longer
}

function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== 0) return false
  return true
}
