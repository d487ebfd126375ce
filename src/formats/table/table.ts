import type { Cell } from './cell.ts'
import { ColumnAmbiguousError, ColumnMissingError } from './fault.ts'

/** The names of a table's columns, and where it stands. */
export interface TableHead {
  /** Name of the worksheet; empty for CSV. */
  readonly name: string
  /** The file, for messages. */
  readonly source: string
  /** Trimmed text of the first row that is not blank; '' where a column has none. */
  readonly columns: readonly string[]
}

/** A rectangle of cells under one row of column names, from a worksheet or a CSV file. */
export interface Table extends TableHead {
  /** Rows that are not blank, each as long as `columns`. */
  readonly rows: readonly (readonly Cell[])[]
  /** For each row its 1-based number in the worksheet, or the line of the CSV file where it begins. */
  readonly rowNumbers: readonly number[]
  /** Cells that hold no value where one was meant; they read as null. */
  readonly cellErrors: readonly CellError[]
}

/** A cell whose formula gave an error, or was never computed. */
export interface CellError {
  /** 1-based worksheet row. */
  readonly row: number
  /** Column name, or the column's letters where it has none. */
  readonly column: string
  /** As the worksheet shows it, such as `#N/A`; or `formula without a value`. */
  readonly error: string
}

/**
 * The index of a column by its name.
 * @throws ColumnMissingError if there is none, ColumnAmbiguousError if there are several
 */
export function columnIndex(table: TableHead, name: string): number {
  const index = table.columns.indexOf(name)
  if (index < 0) throw new ColumnMissingError(table, name)
  if (table.columns.includes(name, index + 1)) throw new ColumnAmbiguousError(table, name)
  return index
}

/** The letters of a 0-based worksheet column: 0 is A, 26 is AA. */
export function columnLetters(column: number): string {
  let letters = ''
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26))
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters
  return letters
}
