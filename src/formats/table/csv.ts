import type { Cell } from './cell.ts'
import { CsvInvalidError } from './fault.ts'
import type { Table } from './table.ts'

const DELIMITERS = [',', ';', '\t'] as const
const RECORDS_TO_LOOK_AT = 20
const LINE_FEED = 10
const CARRIAGE_RETURN = 13

export interface CsvOptions {
  /** Found out from the first records unless given. */
  readonly delimiter?: ',' | ';' | '\t'
  /** A label of the Encoding Standard such as `gb18030` or `windows-1252`; UTF-8 unless a byte order mark says else. */
  readonly encoding?: string
  /** The file, for messages. */
  readonly source?: string
}

/**
 * Reads CSV or TSV (RFC 4180, with any line end). Every cell stays text, so ids keep their zeros and digits; an empty
 * field is null. A first line `sep=;`, as Excel understands it, names the delimiter.
 * @throws CsvInvalidError if the bytes are not in the encoding, or a quoted field is not closed
 */
export function readCsv(input: Uint8Array | string, options: CsvOptions = {}): Table {
  const source = options.source ?? 'the table'
  const text =
    typeof input === 'string' ? input.replace(/^\ufeff/, '') : decode(input, options.encoding, source)
  const named = /^sep=([,;\t])\r?\n?/.exec(text)
  const delimiter = options.delimiter ?? named?.[1] ?? findDelimiter(text)
  const records = parseRecords(text, delimiter, source, Number.POSITIVE_INFINITY, named?.[0].length ?? 0)
  const filled = records.filter(record => record.fields.some(field => field !== ''))
  const header = filled.shift()
  const width = filled.reduce(
    (most, record) => Math.max(most, lastFilled(record.fields)),
    lastFilled(header?.fields ?? []),
  )
  return {
    name: '',
    source,
    columns: Array.from({ length: width }, (_, column) => (header?.fields[column] ?? '').trim()),
    rows: filled.map(({ fields }) =>
      Array.from({ length: width }, (_, column): Cell => fields[column] || null),
    ),
    rowNumbers: filled.map(record => record.line),
    cellErrors: [],
  }
}

interface CsvRecord {
  readonly fields: string[]
  /** 1-based line of the file where the record begins. */
  readonly line: number
}

function decode(bytes: Uint8Array, encoding: string | undefined, source: string): string {
  const marked =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : undefined
  const label = encoding ?? marked ?? 'utf-8'
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes)
  } catch (error) {
    throw new CsvInvalidError(
      source,
      `the text is not in the encoding ${label}`,
      'Save it as "CSV UTF-8" in the spreadsheet program, or name its encoding, for example gb18030 or windows-1252.',
      error,
    )
  }
}

/** The delimiter that divides the first records into the most fields, the same number in most of them. */
function findDelimiter(text: string): string {
  let best: string = DELIMITERS[0]
  let bestScore = 0
  for (const delimiter of DELIMITERS) {
    const records = parseRecords(text, delimiter, undefined, RECORDS_TO_LOOK_AT, 0)
    const widths = records.map(record => record.fields.length).filter(width => width > 1)
    const alike = widths.filter(width => width === widths[0]).length
    const score = alike * 1000 + (widths[0] ?? 0)
    if (widths.length > 0 && score > bestScore) {
      best = delimiter
      bestScore = score
    }
  }
  return best
}

/** @param source undefined when looking only: an unclosed quote then ends the last record instead of failing */
function parseRecords(
  text: string,
  delimiter: string,
  source: string | undefined,
  most: number,
  from: number,
): CsvRecord[] {
  const records: CsvRecord[] = []
  let at = from
  let line = from > 0 ? 2 : 1
  while (at < text.length && records.length < most) {
    const record: CsvRecord = { fields: [], line }
    records.push(record)
    for (;;) {
      const quoted = text[at] === '"'
      const field = (quoted ? quotedField : bareField)(text, at, delimiter)
      if (field.end < 0 && source !== undefined)
        throw new CsvInvalidError(
          source,
          `a quoted field that begins in line ${line} is never closed`,
          'Close the quotation mark, or double it where it belongs to the text.',
        )
      record.fields.push(field.value)
      if (quoted) line += lineEnds(field.value)
      at = field.end < 0 ? text.length : field.end
      if (text[at] !== delimiter) break
      at++
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at++
    at++
    line++
  }
  return records
}

interface Field {
  readonly value: string
  /** Index of what follows the field; -1 if its quote is not closed. */
  readonly end: number
}

function bareField(text: string, from: number, delimiter: string): Field {
  const stop = delimiter.charCodeAt(0)
  let end = from
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (code === stop || code === LINE_FEED || code === CARRIAGE_RETURN) break
  }
  return { value: text.slice(from, end), end }
}

/** RFC 4180, section 2, rules 5 to 7; what follows the closing quote up to the delimiter is kept as it is. */
function quotedField(text: string, from: number, delimiter: string): Field {
  let value = ''
  for (let at = from + 1; ; ) {
    const quote = text.indexOf('"', at)
    if (quote < 0) return { value: value + text.slice(at), end: -1 }
    value += text.slice(at, quote)
    if (text[quote + 1] !== '"') {
      const rest = bareField(text, quote + 1, delimiter)
      return { value: value + rest.value, end: rest.end }
    }
    value += '"'
    at = quote + 2
  }
}

function lineEnds(text: string): number {
  return text.match(/\r\n?|\n/g)?.length ?? 0
}

/** The number of fields up to the last one that is not empty. */
function lastFilled(fields: readonly string[]): number {
  return fields.findLastIndex(field => field !== '') + 1
}
