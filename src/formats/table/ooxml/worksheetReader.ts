import { XmlInvalidError } from '../../xml/fault.ts'
import { CLOSE, NEEDS_MORE, nameCode, OPEN, TEXT, XmlScanner } from '../../xml/scanner.ts'
import { decodeXml } from '../../xml/text.ts'
import type { Cell } from '../cell.ts'
import { parseNumber } from './number.ts'
import { PlainCell, plainRowNumber } from './plainCell.ts'
import { isoFromSerial } from './serialDate.ts'
import { TextCache } from './textCache.ts'

const ROW = nameCode('row')
const C = nameCode('c')
const V = nameCode('v')
const T = nameCode('t')
const F = nameCode('f')
const RPH = nameCode('rPh')

const codes = (text: string): number[] => Array.from(text, letter => letter.charCodeAt(0))
const ROW_CLOSES = codes('</row')
/** Of v and of t, in which values stand. */
const TEXT_LETTERS = codes('vt')

const MOST_COLUMNS = 16_384
const SPACE = 0x20
const EQUALS = 0x3d
const R_ATTRIBUTE = 0x72
const S_ATTRIBUTE = 0x73
const T_ATTRIBUTE = 0x74

/** Values of the attribute t of a cell (ECMA-376 part 1, 18.18.11): its letter, or one sign for those with text. */
const NUMBER = 0x6e
const SHARED = 0x73
const FORMULA_TEXT = 'str'
const INLINE = 'inlineStr'
const WORDY = 1
const BOOLEAN = 0x62
const ERROR = 0x65
const DATE = 0x64
const PLAIN_TYPES = { number: NUMBER, shared: SHARED, text: WORDY }

export interface RawRow {
  /** 1-based. */
  readonly number: number
  /** By 0-based column; null where there is no cell. */
  readonly cells: Cell[]
}

export interface RawCellError {
  readonly row: number
  readonly column: number
  readonly error: string
}

export interface WorksheetContext {
  readonly sharedStrings: readonly string[]
  /** By cell format, whether numbers are dates. */
  readonly dateFormats: readonly boolean[]
  readonly date1904: boolean
}

/**
 * Reads the cells of a worksheet part (ECMA-376 part 1, 18.3.1.80) as its bytes come; rows without any value are
 * left out. Formulas give their cached value.
 */
export class WorksheetReader {
  readonly rows: RawRow[] = []
  readonly errors: RawCellError[] = []
  readonly #context: WorksheetContext
  readonly #scanner = new XmlScanner()
  readonly #texts = new TextCache()
  readonly #plain = new PlainCell()
  #inData = false
  #row = 0
  #cells: Cell[] = []
  #filled = false
  #column = -1
  #type = NUMBER
  #format = 0
  #hasFormula = false
  /** Which element the text at hand belongs to: V, T or nothing. */
  #within = 0
  #inReading = false
  #text: string | undefined
  #value: Cell = null
  /** By column, whether its cells are passed over; known from the row of titles on. */
  #passed: readonly boolean[] = []
  #lastWanted = MOST_COLUMNS
  #isTitled = false
  #isPlainRow = false

  #width = 0

  /**
   * @param wanted titles of the columns to read; the cells of others are null, or lacking at the end of a row
   * @param take gets each row in place of `rows`
   */
  constructor(
    context: WorksheetContext,
    readonly wanted?: ReadonlySet<string>,
    readonly take?: (row: RawRow) => void,
  ) {
    this.#context = context
  }

  feed(piece: Uint8Array): void {
    this.#scanner.feed(piece)
    this.#consume()
  }

  finish(): void {
    this.#scanner.finish()
    this.#consume()
  }

  #consume(): void {
    const scanner = this.#scanner
    for (let kind = scanner.next(); kind !== NEEDS_MORE; kind = scanner.next()) {
      if (kind === TEXT) {
        if (this.#within === 0) continue
        this.#takeText(scanner.start, scanner.end, scanner.isCdata)
      } else if (!this.#inData) {
        if (kind === OPEN && scanner.localNameIs('sheetData')) this.#inData = true
      } else if (scanner.code === C) {
        if (kind !== CLOSE) this.#openCell()
        if (kind === OPEN && this.#column > this.#lastWanted && this.#leaveRow()) continue
        if (kind !== OPEN) {
          this.#closeCell()
          this.#takePlainCells()
        }
      } else if (scanner.code === V || scanner.code === T) {
        this.#within = kind === OPEN && !this.#inReading ? scanner.code : 0
      } else if (scanner.code === F) this.#hasFormula = true
      else if (scanner.code === RPH) this.#inReading = kind === OPEN
      else if (scanner.code === ROW) {
        if (kind !== CLOSE) this.#openRow()
        if (kind !== OPEN) this.#closeRow()
        else this.#takePlainCells()
      } else if (kind === CLOSE && scanner.localNameIs('sheetData')) this.#inData = false
    }
  }

  /** Passes over the rest of a row where nothing of it is wanted. */
  #leaveRow(): boolean {
    const texts = this.#filled ? [] : TEXT_LETTERS
    const passed = this.#isPlainRow ? this.#scanner.leave(ROW_CLOSES, texts) : undefined
    if (passed) this.#filled = true
    return passed !== undefined
  }

  #openRow(): void {
    this.#isPlainRow = this.#scanner.isPlain
    const plain = plainRowNumber(this.#scanner.bytes, this.#scanner.attributesStart)
    const given = plain ?? this.#scanner.attribute('r')
    this.#row = given === undefined ? this.#row + 1 : Number(given)
    if (!(this.#row > 0)) throw new XmlInvalidError(`a row has the number ${given}`)
    this.#cells = new Array<Cell>(this.#width).fill(null)
    this.#filled = false
    this.#column = -1
  }

  #closeRow(): void {
    if (!this.#filled) return
    if (this.wanted !== undefined && !this.#isTitled && this.#cells.some(cell => cell !== null)) {
      this.#isTitled = true
      this.#passed = Array.from(this.#cells, cell => !this.wanted!.has(title(cell)))
      this.#lastWanted = this.#passed.lastIndexOf(false)
    }
    this.#width = this.#cells.length
    const row: RawRow = { number: this.#row, cells: this.#cells }
    if (this.take === undefined) this.rows.push(row)
    else this.take(row)
  }

  /** Takes the cells after the present token that are written plainly, up to the first that is not. */
  #takePlainCells(): void {
    if (!this.#isPlainRow || this.#inReading) return
    const scanner = this.#scanner
    const cell = this.#plain
    while (cell.read(scanner.bytes, scanner.end)) {
      if (cell.column > this.#lastWanted || cell.column >= MOST_COLUMNS) return
      scanner.end = cell.end
      this.#beginCell(cell.column)
      this.#format = cell.format
      this.#type = PLAIN_TYPES[cell.kind]
      this.#within = cell.kind === 'text' ? T : V
      if (cell.textEnd > cell.textStart) this.#takeText(cell.textStart, cell.textEnd, false)
      this.#closeCell()
    }
  }

  #beginCell(column: number): void {
    this.#column = column
    this.#type = NUMBER
    this.#format = 0
    this.#hasFormula = false
    this.#text = undefined
    this.#value = null
  }

  /** Takes the attributes r, s and t in one pass. */
  #openCell(): void {
    const { bytes, attributesEnd } = this.#scanner
    let at = this.#scanner.attributesStart
    let column = this.#column + 1
    this.#beginCell(column)
    while (at < attributesEnd) {
      if (bytes[at]! <= SPACE) {
        at++
        continue
      }
      const name = bytes[at + 1] === EQUALS ? bytes[at]! : 0
      let opening = at + 1
      while (opening < attributesEnd && bytes[opening - 1] !== EQUALS) opening++
      const quote = bytes[opening]!
      let end = opening + 1
      while (end < attributesEnd && bytes[end] !== quote) end++
      if (end >= attributesEnd) throw new XmlInvalidError('a cell has a broken attribute')
      if (name === R_ATTRIBUTE) column = columnOf(bytes, opening + 1, end)
      else if (name === S_ATTRIBUTE) this.#format = digits(bytes, opening + 1, end)
      else if (name === T_ATTRIBUTE) this.#type = cellType(bytes, opening + 1, end)
      at = end + 1
    }
    if (column >= MOST_COLUMNS) throw new XmlInvalidError(`a cell of row ${this.#row} lies beyond column XFD`)
    this.#column = column
  }

  /** Takes text of the present cell, which lies between these byte offsets. */
  #takeText(start: number, end: number, isCdata: boolean): void {
    if (this.#passed[this.#column] === true) {
      this.#filled = true
      return
    }
    const { bytes } = this.#scanner
    if (this.#within === V && this.#type === NUMBER) {
      const value = parseNumber(bytes, start, end)
      if (value === undefined)
        throw new XmlInvalidError(
          `row ${this.#row} holds "${decodeXml(bytes, start, end, true).trim()}" where a number should be`,
        )
      this.#value = value
    } else if (this.#within === V && this.#type === SHARED) {
      const text = this.#context.sharedStrings[digits(bytes, start, end)]
      if (text === undefined)
        throw new XmlInvalidError(`row ${this.#row} refers to a shared string that is not there`)
      this.#text = text
    } else {
      const text = isCdata ? this.#scanner.text() : this.#texts.text(bytes, start, end)
      this.#text = this.#text === undefined ? text : this.#text + text
    }
  }

  #closeCell(): void {
    if (this.#passed[this.#column] === true) {
      this.#within = 0
      return
    }
    const value = this.#cellValue()
    this.#within = 0
    if (value === null) return
    const cells = this.#cells
    while (cells.length < this.#column) cells.push(null)
    cells[this.#column] = value
    this.#filled = true
  }

  #cellValue(): Cell {
    const text = this.#text
    switch (this.#type) {
      case NUMBER: {
        if (this.#value === null && this.#hasFormula) this.#report('formula without a value')
        if (typeof this.#value !== 'number' || !this.#context.dateFormats[this.#format]) return this.#value
        return isoFromSerial(this.#value, this.#context.date1904) ?? this.#value
      }
      case BOOLEAN:
        return text === undefined ? null : text.trim() === '1' || text.trim() === 'true'
      case ERROR:
        this.#report(text ?? '#N/A')
        return null
      default:
        return text === undefined || text === '' ? null : text
    }
  }

  #report(error: string): void {
    this.errors.push({ row: this.#row, column: this.#column, error })
    this.#filled = true
  }
}

/** The title that a cell gives its column. */
export const title = (cell: Cell | undefined): string =>
  cell === undefined || cell === null ? '' : String(cell).trim()

function columnOf(bytes: Uint8Array, start: number, end: number): number {
  let column = 0
  let at = start
  for (; at < end; at++) {
    const letter = (bytes[at]! & ~0x20) - 0x40
    if (letter < 1 || letter > 26) break
    column = column * 26 + letter
  }
  if (at === start || at - start > 3) throw new XmlInvalidError('a cell has no column letters')
  return column - 1
}

function digits(bytes: Uint8Array, start: number, end: number): number {
  let value = 0
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - 0x30
    if (digit >= 0 && digit <= 9) value = value * 10 + digit
    else if (bytes[at]! > SPACE) throw new XmlInvalidError('a cell has letters where a number should be')
  }
  return value
}

function cellType(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start]!
  const length = end - start
  if (length === 1 && (first === SHARED || first === NUMBER || first === BOOLEAN)) return first
  if (length === 1 && (first === ERROR || first === DATE)) return first
  if (length === FORMULA_TEXT.length || length === INLINE.length) return WORDY
  throw new XmlInvalidError('a cell has an unknown type')
}
