import type { Cell } from './cell.ts'

export interface ColumnSpec {
  readonly name: string
  /** `text` writes every value as text, so that ids keep their digits; otherwise each cell is what its value is. */
  readonly kind?: 'text' | 'number'
  /** In characters; fitted to the content unless given. */
  readonly width?: number
}

/** A chart of columns of its worksheet, to the right of the table. */
export interface ChartSpec {
  readonly kind: 'bar' | 'line'
  readonly title: string
  /** Name of the column whose cells stand below the values. */
  readonly categories: string
  /** Names of the columns that are drawn, one series each. */
  readonly series: readonly string[]
  /** What the axis of values is called. */
  readonly valueTitle?: string
  /** How many rows it shows, from the first; all unless given. */
  readonly rows?: number
}

/** A worksheet to write: one header row, then the rows, each with one cell for a column (missing ones are empty). */
export interface WorksheetSpec {
  readonly name: string
  /** Text of a row above the header. */
  readonly title?: string
  readonly columns: readonly ColumnSpec[]
  readonly rows: Iterable<readonly Cell[]>
  readonly chart?: ChartSpec
}
