import { UsageError } from '../core/fault.ts'
import { type Cell, textCell } from '../formats/table/cell.ts'
import { readCsv } from '../formats/table/csv.ts'
import { CsvInvalidError } from '../formats/table/fault.ts'
import { readWorkbook, type Workbook } from '../formats/table/readWorkbook.ts'
import type { Table } from '../formats/table/table.ts'
import { existingFile } from '../storage/existingFile.ts'
import { readWhole } from '../storage/readFile.ts'

/** The table that names the series of each patient cannot be read as one. */
export class AnnotationTableError extends UsageError {}

/** Which series a row of the table names. */
export interface AnnotationRow {
  /** 1-based row of the worksheet, or line of the CSV file. */
  readonly row: number
  /** As written, less spaces around it, full-width characters made plain; '' when there is none. */
  readonly pid: string
  /** True when the id was typed as a number too long to keep its digits. */
  readonly pidDamaged: boolean
  /** The different words in the cell of each modality: one UID, if all is well. */
  readonly cells: Readonly<Record<string, readonly string[]>>
}

export interface Annotation {
  /** The file, for messages. */
  readonly source: string
  /** The modalities that it has a column for. */
  readonly modalities: readonly string[]
  readonly rows: readonly AnnotationRow[]
}

export interface AnnotationLayout {
  /** Name of the worksheet, or its number from 1 up; of a CSV file unused. */
  readonly sheet: string | number
  /** 1-based; of a CSV file the first line that is not blank, whatever is said here. */
  readonly headerRow: number
  readonly pidColumn: string
  /** Title of the column of each modality. */
  readonly columns: Readonly<Record<string, string>>
}

const CSV = /\.(csv|tsv|txt)$/i

/**
 * Reads a workbook with a column for each modality; or a CSV file with such columns, or with none but an id and a series
 * UID, which is that of the first modality.
 *
 * @throws AnnotationTableError, UsageError and the faults of tables
 */
export async function readAnnotation(file: string, layout: AnnotationLayout): Promise<Annotation> {
  existingFile(file)
  const { bytes } = await readWhole(file)
  if (CSV.test(file)) return fromCsv(openCsv(bytes, file), layout)
  const book = await readWorkbook(bytes, file)
  const table = await book.sheet(sheetName(book, file, layout.sheet))
  const at = table.rowNumbers.indexOf(layout.headerRow)
  // Of the rows above the first that has a number, only the header of the table as such is left.
  const titles = at < 0 ? table.columns : table.rows[at]!.map(title)
  const found = columnsOf(titles, table, layout)
  const lacking = [layout.pidColumn, ...Object.values(layout.columns)].filter(
    name => !found.has(plainTitle(name)),
  )
  if (lacking.length > 0) throw columnsLacking(table, titles, lacking, layout)
  return annotation(table, at + 1, found, layout)
}

function sheetName(book: Workbook, file: string, wanted: string | number): string {
  const names = book.sheetNames
  const name = names.find(n => n === String(wanted))
  const number = Number(wanted)
  if (name !== undefined || !Number.isInteger(number) || number < 1) return name ?? String(wanted)
  const byNumber = names[number - 1]
  if (byNumber === undefined)
    throw new AnnotationTableError(
      `${file} has no worksheet ${number}: it has ${names.length} (${names.join(', ')})`,
      { remedy: `Name the worksheet of the table, for example --sheet '${names.at(-1)}'.`, where: file },
    )
  return byNumber
}

/** Plain text of a cell: full-width forms as ASCII (Unicode NFKC), no invisible characters, no spaces around it. */
const plain = (cell: Cell | undefined): string =>
  textCell(cell ?? null)
    .text.normalize('NFKC')
    .replace(/[\u200b-\u200d\u2060\ufeff]/g, '')
    .trim()

const title = (cell: Cell): string => textCell(cell).text.trim()
/** A title as it is compared: spaces and capitals do not count. */
const plainTitle = (text: string): string => plain(text).replace(/\s+/g, '').toLowerCase()

/** The index of each title that is there. */
function columnsOf(
  titles: readonly string[],
  table: Table,
  { pidColumn, columns }: AnnotationLayout,
): Map<string, number> {
  const found = new Map<string, number>()
  const wanted = new Set([pidColumn, ...Object.values(columns)].map(plainTitle))
  for (const [i, text] of titles.entries()) {
    const key = plainTitle(text)
    if (!wanted.has(key)) continue
    if (found.has(key))
      throw new AnnotationTableError(`${place(table)} has several columns '${text}'`, {
        remedy: 'Rename or delete all but one of them.',
        where: table.source,
      })
    found.set(key, i)
  }
  return found
}

const place = ({ source, name }: Table): string => (name === '' ? source : `${source}, worksheet '${name}',`)

/** Rows in which a header is looked for, to say where it is. */
const ROWS_TO_SEARCH = 20

function columnsLacking(
  table: Table,
  titles: readonly string[],
  lacking: readonly string[],
  layout: AnnotationLayout,
): AnnotationTableError {
  const names = [layout.pidColumn, ...Object.values(layout.columns)].map(plainTitle)
  const holdsAll = (cells: readonly string[]) => {
    const own = new Set(cells.map(plainTitle))
    return names.every(name => own.has(name))
  }
  const first = table.rowNumbers[0] === 2 || table.rowNumbers.length === 0 ? 1 : undefined
  const elsewhere = holdsAll(table.columns)
    ? (first ?? 'the number of its first row')
    : table.rowNumbers[table.rows.slice(0, ROWS_TO_SEARCH).findIndex(row => holdsAll(row.map(title)))]
  const there = titles.filter(t => t !== '').map(t => `'${t}'`)
  return new AnnotationTableError(
    `${place(table)} has no column ${lacking.map(n => `'${n}'`).join(', ')} in row ${layout.headerRow}; that row has ${there.join(', ') || 'nothing'}`,
    {
      remedy:
        elsewhere === undefined
          ? 'Name the row of the titles with --header_row, the worksheet with --sheet, and titles that differ with --column, for example --column pid=住院号 --column CTA=冠脉CTA.'
          : `The titles stand in another row: --header_row ${elsewhere}.`,
      where: table.source,
    },
  )
}

function openCsv(bytes: Uint8Array, source: string): Table {
  try {
    return readCsv(bytes, { source })
  } catch (error) {
    if (!(error instanceof CsvInvalidError)) throw error
    try {
      // What spreadsheet programs in China write as CSV unless told otherwise.
      return readCsv(bytes, { source, encoding: 'gb18030' })
    } catch {
      throw error
    }
  }
}

function fromCsv(table: Table, layout: AnnotationLayout): Annotation {
  const found = columnsOf(table.columns, table, layout)
  const named = Object.entries(layout.columns).filter(([, name]) => found.has(plainTitle(name)))
  if (found.has(plainTitle(layout.pidColumn)) && named.length > 0)
    return annotation(table, 0, found, { ...layout, columns: Object.fromEntries(named) })
  const rows = [table.columns, ...table.rows]
  const uids = table.columns.flatMap((_, i) => (rows.some(row => isUid(plain(row[i]))) ? [i] : []))
  const [uid] = uids
  const [modality] = Object.keys(layout.columns)
  if (uid === undefined || uid === 0 || uids.length > 1 || modality === undefined)
    throw new AnnotationTableError(
      uids.length > 1
        ? `${table.source} has ${uids.length} columns of series UIDs, and no titles that tell which is which`
        : `${table.source} has no column of series UIDs behind one of patients`,
      {
        remedy: `Give the columns titles: ${[layout.pidColumn, ...Object.values(layout.columns)].join(', ')}; or name those that they have, for example --column pid=patient --column ${modality}=series.`,
        where: table.source,
      },
    )
  const headless = isUid(plain(table.columns[uid]))
  const whole = headless
    ? { ...table, rows, rowNumbers: [Math.max(1, (table.rowNumbers[0] ?? 2) - 1), ...table.rowNumbers] }
    : table
  const places = new Map([
    [plainTitle('pid'), uid - 1],
    [plainTitle('uid'), uid],
  ])
  return annotation(whole, 0, places, { ...layout, pidColumn: 'pid', columns: { [modality]: 'uid' } })
}

const isUid = (text: string): boolean => text.length <= 64 && /^\d+(\.\d+){3,}$/.test(text)

function annotation(
  table: Table,
  from: number,
  found: ReadonlyMap<string, number>,
  { pidColumn, columns }: AnnotationLayout,
): Annotation {
  const at = (name: string) => found.get(plainTitle(name))!
  const rows: AnnotationRow[] = []
  for (const [i, cells] of table.rows.entries()) {
    if (i < from) continue
    const id = cells[at(pidColumn)] ?? null
    const row = {
      row: table.rowNumbers[i]!,
      pid: plain(id),
      pidDamaged: textCell(id).damaged,
      cells: Object.fromEntries(Object.entries(columns).map(([m, name]) => [m, words(cells[at(name)])])),
    }
    if (row.pid !== '' || Object.values(row.cells).some(list => list.length > 0)) rows.push(row)
  }
  return { source: table.source, modalities: Object.keys(columns), rows }
}

const words = (cell: Cell | undefined): string[] => [
  ...new Set(
    plain(cell)
      .split(/[\s,;、|]+/)
      .filter(word => word !== ''),
  ),
]
