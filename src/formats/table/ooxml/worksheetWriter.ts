import { encodeXmlText } from '../../xml/text.ts'
import { type Cell, textCell } from '../cell.ts'
import { WorksheetLimitError } from '../fault.ts'
import { columnLetters } from '../table.ts'
import type { WorksheetSpec } from '../worksheetSpec.ts'
import type { CellFormats } from './cellFormats.ts'
import { escapeCellText } from './cellText.ts'
import { columnWidth } from './columnWidth.ts'
import type { Dialect } from './namespaces.ts'
import { formatNumber } from './number.ts'

const MOST_ROWS = 1_048_576
const MOST_COLUMNS = 16_384
const LONGEST_TEXT = 32_767
/** Columns are fitted to this many rows; those after it go out as they come, so that memory stays bounded. */
const ROWS_TO_FIT = 20_000
const PIECE_CHARACTERS = 1 << 17
/** The relationship to the drawing, of a worksheet with a chart. */
export const DRAWING_ID = 'rId1'

/**
 * Writes one worksheet part: bold frozen header, filter over all rows, text as inline strings in text format,
 * numbers in their shortest exact digits. After the last piece, `range` tells the cells that it covers.
 */
export class WorksheetWriter {
  readonly #spec: WorksheetSpec
  readonly #formats: CellFormats
  readonly #dialect: Dialect
  readonly #selected: boolean
  readonly #letters: readonly string[]
  /** 1-based row of the header. */
  readonly #header: number
  #rowCount = 0

  /** @throws WorksheetLimitError if the worksheet has more columns than Excel can show */
  constructor(spec: WorksheetSpec, formats: CellFormats, dialect: Dialect, selected: boolean) {
    if (spec.columns.length > MOST_COLUMNS)
      throw new WorksheetLimitError(
        spec.name,
        `it has ${spec.columns.length} columns, a worksheet holds ${MOST_COLUMNS}`,
        'Write the table as CSV, or leave columns out.',
      )
    this.#spec = spec
    this.#formats = formats
    this.#dialect = dialect
    this.#selected = selected
    this.#letters = spec.columns.map((_, column) => columnLetters(column))
    this.#header = spec.title === undefined ? 1 : 2
  }

  /** The range of header and rows, such as `$A$1:$R$200`, less a title; undefined when there are no columns. */
  get absoluteRange(): string | undefined {
    const last = this.#letters.at(-1)
    return last === undefined ? undefined : `$A$${this.#header}:$${last}$${this.#rowCount}`
  }

  /** 1-based rows of the first and the last row below the header. */
  get bodyRows(): readonly [first: number, last: number] {
    return [this.#header + 1, this.#rowCount]
  }

  /** @throws WorksheetLimitError if there are more rows, or a longer text, than a worksheet can hold */
  *pieces(): Generator<Uint8Array> {
    const encoder = new TextEncoder()
    const rows = this.#spec.rows[Symbol.iterator]()
    const fitted: (readonly Cell[])[] = []
    let next = rows.next()
    for (; !next.done && fitted.length < ROWS_TO_FIT; next = rows.next()) fitted.push(next.value)
    let xml = this.#head(fitted) + this.#headerRow()
    this.#rowCount = this.#header
    for (const row of fitted) {
      xml += this.#row(row)
      if (xml.length < PIECE_CHARACTERS) continue
      yield encoder.encode(xml)
      xml = ''
    }
    fitted.length = 0
    for (; !next.done; next = rows.next()) {
      xml += this.#row(next.value)
      if (xml.length < PIECE_CHARACTERS) continue
      yield encoder.encode(xml)
      xml = ''
    }
    yield encoder.encode(xml + this.#tail())
  }

  #head(fitted: readonly (readonly Cell[])[]): string {
    const selected = this.#selected ? ' tabSelected="1"' : ''
    const below = `A${this.#header + 1}`
    const columns = this.#spec.columns.map(({ name, kind, width }, column) => {
      const fit = width ?? columnWidth(name, cellsOf(fitted, column))
      const style = kind === 'text' ? ` style="${this.#formats.text}"` : ''
      return `<col min="${column + 1}" max="${column + 1}" width="${fit}"${style} customWidth="1"/>`
    })
    return (
      `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="${this.#dialect.main}"${this.#spec.chart ? ` xmlns:r="${this.#dialect.relationships}"` : ''}>` +
      `<sheetViews><sheetView${selected} workbookViewId="0">` +
      `<pane ySplit="${this.#header}" topLeftCell="${below}" activePane="bottomLeft" state="frozen"/>` +
      `<selection pane="bottomLeft" activeCell="${below}" sqref="${below}"/></sheetView></sheetViews>` +
      '<sheetFormatPr defaultRowHeight="15"/>' +
      (columns.length > 0 ? `<cols>${columns.join('')}</cols>` : '') +
      '<sheetData>'
    )
  }

  #headerRow(): string {
    const cells = this.#spec.columns.map(({ name }, column) =>
      name === '' ? '' : this.#textCell(name, column, this.#header, this.#formats.header),
    )
    const { title } = this.#spec
    const above =
      title === undefined ? '' : `<row r="1">${this.#textCell(title, 0, 1, this.#formats.header)}</row>`
    return `${above}<row r="${this.#header}">${cells.join('')}</row>`
  }

  #row(cells: readonly Cell[]): string {
    const { columns, name } = this.#spec
    const number = ++this.#rowCount
    if (number > MOST_ROWS)
      throw new WorksheetLimitError(
        name,
        `it has more rows than the ${MOST_ROWS} that a worksheet holds`,
        'Divide the rows among several workbooks.',
      )
    if (cells.length > columns.length)
      throw new RangeError(
        `worksheet ${name}: row ${number} has ${cells.length} cells for ${columns.length} columns`,
      )
    let xml = `<row r="${number}">`
    for (let column = 0; column < cells.length; column++) {
      let cell = cells[column]!
      if (cell === null || cell === '') continue
      if (columns[column]!.kind === 'text') cell = textCell(cell).text
      if (typeof cell === 'number' && Number.isFinite(cell))
        xml += `<c r="${this.#letters[column]}${number}"><v>${formatNumber(cell)}</v></c>`
      else if (typeof cell === 'boolean')
        xml += `<c r="${this.#letters[column]}${number}" t="b"><v>${cell ? 1 : 0}</v></c>`
      else xml += this.#textCell(String(cell), column, number, this.#formats.text)
    }
    return `${xml}</row>`
  }

  #textCell(text: string, column: number, row: number, format: number): string {
    if (text.length > LONGEST_TEXT)
      throw new WorksheetLimitError(
        this.#spec.name,
        `the text in ${this.#letters[column]}${row} has ${text.length} characters, a cell holds ${LONGEST_TEXT}`,
        'Shorten the text or write it to a file of its own.',
      )
    const space = /^[\s]|[\s]$|[\t\n]/.test(text) ? ' xml:space="preserve"' : ''
    return `<c r="${this.#letters[column]}${row}" s="${format}" t="inlineStr"><is><t${space}>${encodeXmlText(escapeCellText(text))}</t></is></c>`
  }

  #tail(): string {
    const range = this.absoluteRange?.replaceAll('$', '')
    return `</sheetData>${
      range === undefined
        ? ''
        : `<autoFilter ref="${range}"/><ignoredErrors><ignoredError sqref="${range}" numberStoredAsText="1"/></ignoredErrors>`
    }${this.#spec.chart ? `<drawing r:id="${DRAWING_ID}"/>` : ''}</worksheet>`
  }
}

function* cellsOf(rows: readonly (readonly Cell[])[], column: number): Generator<Cell> {
  for (const row of rows) yield row[column] ?? null
}
