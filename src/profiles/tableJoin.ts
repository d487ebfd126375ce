import { Fault } from '../core/fault.ts'
import { nearestWord } from '../core/nearestWord.ts'
import type { TableEntry } from './schema.ts'
import { parseTemplate, renderTemplate, type Template } from './template.ts'

export type Cell = string | number | boolean | null

/** Rows of cells under column titles, as the table formats read them. */
export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

/** A table of a profile is missing, is no table, or lacks a column. */
export class ProfileTableError extends Fault {}

/** Why attributes cannot be had; `rule` is the same for all files with the same kind of trouble. */
export interface JoinFailure {
  readonly message: string
  readonly rule: string
  readonly remedy: string
}

/** One table of a profile, indexed by its key. */
export class TableJoin {
  readonly entry: TableEntry
  readonly #rows = new Map<string, number[]>()
  readonly #table: Table
  readonly #key: readonly { readonly column: string; readonly template: Template }[]
  readonly #columns: ReadonlyMap<string, number>

  /** @throws ProfileTableError when a column that the profile names is not there */
  constructor(entry: TableEntry, table: Table) {
    this.entry = entry
    this.#table = table
    const titles = table.columns.map(clean)
    const find = (column: string): number => {
      const at = titles.indexOf(clean(column))
      if (at >= 0) return at
      const near = nearestWord(column, titles)
      throw new ProfileTableError(
        `${entry.file} has no column '${column}'; its columns are ${titles.join(', ') || 'none'}`,
        {
          where: entry.file,
          remedy: near
            ? `Did you mean '${near}'? Correct the profile or the title of the column.`
            : 'Correct the profile or the title of the column.',
        },
      )
    }
    this.#key = Object.entries(entry.key).map(([column, template]) => ({
      column,
      template: parseTemplate(template),
    }))
    this.#columns = new Map(Object.entries(entry.attributes).map(([name, column]) => [name, find(column)]))
    const keyColumns = this.#key.map(({ column }) => find(column))
    for (const [number, row] of table.rows.entries()) {
      const key = JSON.stringify(keyColumns.map(column => cellText(row[column])))
      const same = this.#rows.get(key)
      if (same) same.push(number)
      else this.#rows.set(key, [number])
    }
  }

  /** Adds the attributes of the row that belongs to `values`, but for those in `kept`; tells why if it cannot. */
  join(values: Record<string, string>, kept: ReadonlySet<string>): JoinFailure | undefined {
    const wanted = [...this.#columns].filter(([name]) => !kept.has(name))
    if (wanted.length === 0) return undefined
    const key = this.#key.map(({ template }) => clean(renderTemplate(template, values)))
    const rows = this.#rows.get(JSON.stringify(key))
    if (!rows) {
      if (!this.entry.optional) return this.#missingRow(key)
      for (const [name] of wanted) values[name] = ''
      return undefined
    }
    for (const [name, column] of wanted) {
      const cells = rows.map(row => this.#table.rows[row]![column])
      const failure = this.#cellFailure(name, cells, rows)
      if (failure) return failure
      values[name] = cellText(cells[0])
    }
    return undefined
  }

  /** What a person finds the row by: the titles are row 1 of a sheet; a JSON array has items and no titles. */
  #rowName(number: number): string {
    return /\.json$/i.test(this.entry.file) ? `item ${number + 1}` : `row ${number + 2}`
  }

  #missingRow(key: readonly string[]): JoinFailure {
    const { file } = this.entry
    const asked = this.#key.map(({ column }, index) => `${column} = '${key[index]}'`).join(' and ')
    const columns = this.#key.map(({ column }) => column).join(' and ')
    const shortened = key.map(part => part.replace(/^0+(?=\d)/, ''))
    const zerosLost =
      shortened.some((part, index) => part !== key[index]) && this.#rows.has(JSON.stringify(shortened))
    return {
      message: zerosLost
        ? `${file} has no row with ${asked}, but one without the leading zeros`
        : `${file} has no row with ${asked}`,
      rule: `${file} has no row with the file's ${columns}`,
      remedy: zerosLost
        ? `Format the column of ${file} as text and type the value again with its zeros.`
        : `Add the row to ${file}, or correct the name of the file.`,
    }
  }

  #cellFailure(
    name: string,
    cells: readonly (Cell | undefined)[],
    rows: readonly number[],
  ): JoinFailure | undefined {
    const { file, attributes, optional } = this.entry
    const column = attributes[name]!
    const texts = cells.map(cellText)
    const other = texts.findIndex(text => text !== texts[0])
    const firstRow = this.#rowName(rows[0]!)
    if (other >= 0)
      return {
        message: `${firstRow} and ${this.#rowName(rows[other]!)} of ${file} have the same key but differ in '${column}': '${texts[0]}' and '${texts[other]}'`,
        rule: `rows of ${file} with the same key differ in '${column}'`,
        remedy: `Delete the wrong row of ${file}, or add a column to the key.`,
      }
    if (texts[0] === '' && !optional)
      return {
        message: `${firstRow} of ${file} has no value in '${column}'`,
        rule: `a row of ${file} has no value in '${column}'`,
        remedy: `Fill the cell in, or set 'optional: true' for this table in the profile.`,
      }
    if (typeof cells[0] === 'number' && Number.isInteger(cells[0]) && !Number.isSafeInteger(cells[0]))
      return {
        message: `${firstRow} of ${file} holds a number in '${column}' with more digits than a spreadsheet keeps`,
        rule: `${file} holds numbers with lost digits in '${column}'`,
        remedy: `Format the column of ${file} as text and type the value again.`,
      }
    return undefined
  }
}

const clean = (text: string): string => text.trim().normalize('NFC')

const cellText = (cell: Cell | undefined): string =>
  cell === null || cell === undefined ? '' : clean(String(cell))

const JSON_STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/**
 * Reads a JSON array of objects as a table; columns are all keys, in the order in which they first appear. Numbers
 * that a double cannot hold as written (long identifiers) become text. A nested value is no cell.
 *
 * @throws ProfileTableError
 */
export function tableFromJson(text: string, source: string): Table {
  const refuse = (reason: string, cause?: unknown) =>
    new ProfileTableError(`${source} is no table: ${reason}`, {
      where: source,
      cause,
      remedy: 'Write it as an array of objects with plain values: [{"id": "0001", "phase": "2"}, …].',
    })
  let value: unknown
  try {
    value = JSON.parse(
      text
        .replace(/^\uFEFF/, '')
        .replace(JSON_STRING_OR_NUMBER, token =>
          token.startsWith('"') || String(Number(token)) === token ? token : `"${token}"`,
        ),
    )
  } catch (error) {
    throw refuse((error as Error).message, error)
  }
  if (!Array.isArray(value)) throw refuse('it does not hold an array')
  const columns = new Map<string, number>()
  const rows = value.map((item: unknown, number) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item))
      throw refuse(`item ${number + 1} is no object`)
    const row: Cell[] = []
    for (const [column, cell] of Object.entries(item as Record<string, unknown>)) {
      if (typeof cell === 'object' && cell !== null)
        throw refuse(`'${column}' of item ${number + 1} is not a plain value`)
      const at = columns.get(column) ?? columns.size
      columns.set(column, at)
      row[at] = cell as Cell
    }
    return row
  })
  return {
    columns: [...columns.keys()],
    rows: rows.map(row => Array.from(columns.values(), at => row[at] ?? null)),
  }
}
