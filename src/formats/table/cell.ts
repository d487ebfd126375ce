/** What a worksheet cell holds. Dates are ISO text, empty cells null. */
export type Cell = string | number | boolean | null

/** A cell as text, and whether figures may have been lost before it was read. */
export interface CellText {
  readonly text: string
  /** True when the digits cannot be trusted: the caller should report the cell, for an id above all. */
  readonly damaged: boolean
}

/** Spreadsheet programs keep 15 significant digits of what is typed as a number and put zeros for the rest. */
const FIRST_OF_16_DIGITS = 1e15

/**
 * The text of a cell: an integer gives its digits, any other number its shortest text, null gives ''.
 *
 * An id that was typed as a number can have lost leading zeros, which no one can tell, or its last digits, which
 * can be told and is flagged: beyond 2^53 always, from 16 digits on when the last one is a zero.
 */
export function textCell(cell: Cell): CellText {
  if (typeof cell !== 'number')
    return {
      text: cell === null ? '' : cell === true ? 'TRUE' : cell === false ? 'FALSE' : cell,
      damaged: false,
    }
  const size = Math.abs(cell)
  if (!Number.isInteger(cell)) return { text: String(cell), damaged: false }
  return {
    text: BigInt(cell).toString(),
    damaged: size > Number.MAX_SAFE_INTEGER || (size >= FIRST_OF_16_DIGITS && cell % 10 === 0),
  }
}
