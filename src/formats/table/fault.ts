import { Fault } from '../../core/fault.ts'
import { nearestWord } from '../../core/nearestWord.ts'

/** The parts of a table that messages name. */
interface Named {
  readonly name: string
  readonly source: string
  readonly columns: readonly string[]
}

/** A file that should be an .xlsx workbook is damaged or something else. */
export class WorkbookCorruptError extends Fault {
  constructor(source: string, reason: string, remedy: string, cause?: unknown) {
    super(`${source}: ${reason}`, { remedy, where: source, cause })
  }
}

/** A CSV file cannot be read as a table. */
export class CsvInvalidError extends Fault {
  constructor(source: string, reason: string, remedy: string, cause?: unknown) {
    super(`${source}: ${reason}`, { remedy, where: source, cause })
  }
}

/** The workbook has no worksheet of that name. */
export class WorksheetMissingError extends Fault {
  constructor(source: string, name: string, present: readonly string[]) {
    super(`${source}: there is no worksheet ${quoted(name)}; it has ${list(present)}`, {
      remedy: suggestion(name, present) ?? 'Name one of the worksheets that there are.',
      where: source,
    })
  }
}

/** The table has no column of that name. */
export class ColumnMissingError extends Fault {
  constructor(table: Named, name: string) {
    const present = table.columns.filter(column => column !== '')
    super(`${place(table)}: there is no column ${quoted(name)}; it has ${list(present)}`, {
      remedy: suggestion(name, present) ?? `Add the column ${quoted(name)} or correct its header.`,
      where: table.source,
    })
  }
}

/** The table has several columns of that name. */
export class ColumnAmbiguousError extends Fault {
  constructor(table: Named, name: string) {
    super(`${place(table)}: there are several columns ${quoted(name)}`, {
      remedy: 'Rename or delete all but one of them.',
      where: table.source,
    })
  }
}

/** A worksheet name that Excel refuses, or that is taken. */
export class SheetNameError extends Fault {
  constructor(name: string, reason: string, source?: string) {
    super(`${source === undefined ? '' : `${source}: `}the worksheet name ${quoted(name)} ${reason}`, {
      remedy: `Choose another name: 1 to 31 characters, none of : \\ / ? * [ ], no apostrophe at either end, not History.`,
      where: source,
    })
  }
}

/** More than a worksheet can hold. */
export class WorksheetLimitError extends Fault {
  constructor(sheet: string, reason: string, remedy: string) {
    super(`worksheet ${quoted(sheet)}: ${reason}`, { remedy })
  }
}

/** A worksheet cannot be removed, since something else in the workbook needs it. */
export class WorksheetInUseError extends Fault {
  constructor(source: string, name: string, reason: string, remedy: string) {
    super(`${source}: the worksheet ${quoted(name)} cannot be removed: ${reason}`, { remedy, where: source })
  }
}

function place(table: Named): string {
  return table.name === '' ? table.source : `${table.source}, worksheet ${quoted(table.name)}`
}

function suggestion(name: string, present: readonly string[]): string | undefined {
  const near = nearestWord(name, present)
  return near === undefined ? undefined : `Did you mean ${quoted(near)}?`
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map(quoted).join(', ')
}

function quoted(name: string): string {
  return `"${name}"`
}
