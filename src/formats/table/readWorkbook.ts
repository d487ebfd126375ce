import type { Cell } from './cell.ts'
import { WorkbookCorruptError, WorksheetMissingError } from './fault.ts'
import { dateFormats } from './ooxml/numberFormats.ts'
import { OoxmlPackage, type Relationship } from './ooxml/package.ts'
import { readSharedStrings } from './ooxml/sharedStrings.ts'
import { parseWorkbookPart, type SheetEntry, type WorkbookPart } from './ooxml/workbookPart.ts'
import { type RawRow, title, type WorksheetContext, WorksheetReader } from './ooxml/worksheetReader.ts'
import { sameSheetName } from './sheetName.ts'
import { columnLetters, type Table, type TableHead } from './table.ts'

/** An .xlsx or .xlsm workbook; worksheets are parsed when they are asked for. */
export interface Workbook {
  /** In tab order, hidden ones included. */
  readonly sheetNames: readonly string[]
  /**
   * @param name as in `sheetNames`; upper and lower case count as equal where no name fits exactly, as in Excel
   * @throws WorksheetMissingError if there is none, WorkbookCorruptError if it cannot be read
   */
  sheet(name: string): Promise<Table>
  /**
   * Goes through a worksheet without holding its rows.
   * @param name as for `sheet`, with the same faults
   * @param wanted titles of the columns to read; cells of others are null or, at the end of a row, lacking
   * @param begin is given the titles, and gives what takes each row that is not blank, with its 1-based number
   */
  eachRow(name: string, wanted: ReadonlySet<string>, begin: (head: TableHead) => RowTaker): Promise<void>
}

export type RowTaker = (cells: readonly Cell[], rowNumber: number) => void

const UNNAMED = 'the workbook'

/**
 * Opens a workbook (ECMA-376, transitional or strict).
 * @param source the file, for messages
 * @throws WorkbookCorruptError if the bytes are damaged or no .xlsx, saying what they are instead
 */
export async function readWorkbook(bytes: Uint8Array, source = UNNAMED): Promise<Workbook> {
  const pack = new OoxmlPackage(bytes, source)
  const { part, relationships } = await openWorkbookPart(pack)
  let context: Promise<WorksheetContext> | undefined
  const textsAndFormats = () => {
    context ??= readContext(pack, part, relationships)
    return context
  }
  const partOf = (name: string) => {
    const entry = findSheet(part.sheets, name)
    const target = relationships.find(relationship => relationship.id === entry?.relationId)
    if (!entry || !target || !isOfType(target, 'worksheet'))
      throw new WorksheetMissingError(
        source,
        name,
        part.sheets.map(sheet => sheet.name),
      )
    return { entry, target: target.target }
  }
  return {
    sheetNames: part.sheets.map(sheet => sheet.name),
    async sheet(name) {
      const { entry, target } = partOf(name)
      return readTable(pack, entry.name, target, await textsAndFormats())
    },
    async eachRow(name, wanted, begin) {
      const { entry, target } = partOf(name)
      await scanRows(pack, entry.name, target, await textsAndFormats(), wanted, begin)
    },
  }
}
/** Finds and parses the main part of a workbook, which the package's relationships name. */
export async function openWorkbookPart(
  pack: OoxmlPackage,
): Promise<{ name: string; bytes: Uint8Array; part: WorkbookPart; relationships: Relationship[] }> {
  const main = (await pack.relationships('')).find(relationship => isOfType(relationship, 'officeDocument'))
  if (!main)
    throw new WorkbookCorruptError(
      pack.source,
      'this is a zip archive, but not an .xlsx workbook',
      'Give the .xlsx file itself; unpack it first if it lies inside this archive.',
    )
  if (!/\.xml$/i.test(main.target) || /^word|^ppt/.test(main.target))
    throw new WorkbookCorruptError(
      pack.source,
      main.target.endsWith('.bin')
        ? 'this is a binary workbook (.xlsb), not .xlsx'
        : 'this is an Office document, but not a workbook',
      'Open it in Excel or LibreOffice and save it as "Excel Workbook (.xlsx)".',
    )
  const bytes = await pack.requirePart(main.target)
  const part = pack.guard(main.target, () => parseWorkbookPart(bytes))
  if (part.sheets.length === 0)
    throw new WorkbookCorruptError(
      pack.source,
      'the workbook lists no worksheet',
      'Open it in Excel or LibreOffice, which may repair it, and save it again.',
    )
  return { name: main.target, bytes, part, relationships: await pack.relationships(main.target) }
}

/** Exactly by name, else as Excel compares names. */
export function findSheet(sheets: readonly SheetEntry[], name: string): SheetEntry | undefined {
  return sheets.find(sheet => sheet.name === name) ?? sheets.find(sheet => sameSheetName(sheet.name, name))
}

export function isOfType(relationship: Relationship, type: string): boolean {
  return relationship.type.endsWith(`/${type}`) && !relationship.external
}

async function readContext(
  pack: OoxmlPackage,
  part: WorkbookPart,
  relationships: readonly Relationship[],
): Promise<WorksheetContext> {
  const strings = relationships.find(relationship => isOfType(relationship, 'sharedStrings'))?.target
  const styles = relationships.find(relationship => isOfType(relationship, 'styles'))?.target
  const styleBytes = styles === undefined ? undefined : await pack.part(styles)
  return {
    sharedStrings:
      strings !== undefined && pack.entry(strings)
        ? await pack.guardAsync(strings, () => readSharedStrings(pack.pieces(strings)))
        : [],
    dateFormats: styleBytes ? pack.guard(styles!, () => dateFormats(styleBytes)) : [],
    date1904: part.date1904,
  }
}

async function readTable(
  pack: OoxmlPackage,
  name: string,
  part: string,
  context: WorksheetContext,
): Promise<Table> {
  const reader = new WorksheetReader(context)
  await readPart(pack, part, reader)
  const { rows } = reader
  const header = rows.findIndex(row => row.cells.some(cell => cell !== null))
  const titles = rows[header]?.cells ?? []
  const width = rows.reduce((most, row) => Math.max(most, lastFilled(row)), 0)
  const columns = Array.from({ length: width }, (_, column) => title(titles[column]))
  const body = rows.slice(header + 1)
  for (const { cells } of body) {
    if (cells.length > width) cells.length = width
    while (cells.length < width) cells.push(null)
  }
  return {
    name,
    source: pack.source,
    columns,
    rows: body.map(row => row.cells),
    rowNumbers: body.map(row => row.number),
    cellErrors: reader.errors.map(({ row, column, error }) => ({
      row,
      column: columns[column] || columnLetters(column),
      error,
    })),
  }
}

async function scanRows(
  pack: OoxmlPackage,
  name: string,
  part: string,
  context: WorksheetContext,
  wanted: ReadonlySet<string>,
  begin: (head: TableHead) => RowTaker,
): Promise<void> {
  let take: RowTaker | undefined
  const reader = new WorksheetReader(context, wanted, row => {
    try {
      if (take !== undefined) take(row.cells, row.number)
      else if (row.cells.some(cell => cell !== null))
        take = begin({ name, source: pack.source, columns: row.cells.slice(0, lastFilled(row)).map(title) })
    } catch (error) {
      throw new RowRefusedError(error)
    }
  })
  await readPart(pack, part, reader).catch(error => {
    throw error instanceof RowRefusedError ? error.cause : error
  })
  if (take === undefined) begin({ name, source: pack.source, columns: [] })
}

/** What whoever takes rows has thrown: that is no damage of the workbook. */
class RowRefusedError extends Error {
  constructor(cause: unknown) {
    super('a row was refused', { cause })
  }
}

const readPart = (pack: OoxmlPackage, part: string, reader: WorksheetReader): Promise<void> =>
  pack.guardAsync(part, async () => {
    for await (const piece of pack.pieces(part)) reader.feed(piece)
    reader.finish()
  })

function lastFilled(row: RawRow): number {
  let length = row.cells.length
  while (length > 0 && row.cells[length - 1] === null) length--
  return length
}
