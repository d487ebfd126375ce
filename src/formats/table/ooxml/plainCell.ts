const LT = 0x3c
const GT = 0x3e
const QUOTE = 0x22
const SPACE = 0x20
const ZERO = 0x30
const NINE = 0x39
const A = 0x41
const Z = 0x5a

/** What stands in a plain cell: a number, the index of a shared string, or text. */
export type PlainKind = 'number' | 'shared' | 'text'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

const CELL = bytesOf('<c r="')
const FORMAT = bytesOf(' s="')
/** What may follow the reference and the format, with the kind of the cell and what follows its text. */
const FORMS = (
  [
    ['><v>', 'number', '</v></c>'],
    [' t="n"><v>', 'number', '</v></c>'],
    [' t="s"><v>', 'shared', '</v></c>'],
    [' t="inlineStr"><is><t>', 'text', '</t></is></c>'],
    [' t="inlineStr"><is><t xml:space="preserve">', 'text', '</t></is></c>'],
  ] as const
).map(([opens, kind, closes]) => ({ opens: bytesOf(opens), kind, closes: bytesOf(closes) }))

const MOST_LETTERS = 3
/** As many as make a number below 2^53 in any case. */
const MOST_DIGITS = 15

/**
 * Recognizes a cell (ECMA-376 part 1, 18.3.1.4) that is written as nearly all programs write those with a plain value, and
 * lies whole in the bytes at hand: `<c r="B2" s="1"><v>16</v></c>`, `<c r="B2" t="inlineStr"><is><t>text</t></is></c>`. It is
 * one comparison where a scanner takes five to seven tokens; whatever is written in another way is left to the scanner.
 */
export class PlainCell {
  /** 0-based. */
  column = 0
  format = 0
  kind: PlainKind = 'number'
  /** Byte offsets of its text. */
  textStart = 0
  textEnd = 0
  /** The byte offset after the cell. */
  end = 0
  /** Cells of one column tend to have one form. */
  readonly #formOfColumn: number[] = []

  /** Whether such a cell begins there; if so, the fields tell of it. */
  read(bytes: Uint8Array, start: number): boolean {
    if (!matches(bytes, start, CELL)) return false
    let at = start + CELL.length
    let column = 0
    const letters = at
    for (let letter = bytes[at]!; letter >= A && letter <= Z; letter = bytes[++at]!)
      column = column * 26 + letter - A + 1
    if (at === letters || at - letters > MOST_LETTERS) return false
    const row = at
    while (isDigit(bytes[at])) at++
    if (at === row || bytes[at] !== QUOTE) return false
    at++
    this.format = 0
    if (bytes[at] === SPACE && matches(bytes, at, FORMAT)) {
      at += FORMAT.length
      const digits = at
      for (; isDigit(bytes[at]); at++) this.format = this.format * 10 + bytes[at]! - ZERO
      if (at === digits || at - digits > MOST_DIGITS || bytes[at] !== QUOTE) return false
      at++
    }
    this.column = column - 1
    return this.#readText(bytes, at)
  }

  #readText(bytes: Uint8Array, start: number): boolean {
    let form = this.#formOfColumn[this.column] ?? 0
    if (!matches(bytes, start, FORMS[form]!.opens)) {
      form = FORMS.findIndex(({ opens }) => matches(bytes, start, opens))
      if (form < 0) return false
      this.#formOfColumn[this.column] = form
    }
    const { opens, kind, closes } = FORMS[form]!
    let at = start + opens.length
    this.textStart = at
    while (at < bytes.length && bytes[at] !== LT) at++
    if (!matches(bytes, at, closes)) return false
    this.kind = kind
    this.textEnd = at
    this.end = at + closes.length
    return true
  }
}

const ROW_NUMBER = bytesOf(' r="')

/** The number in the attributes of a row that has no other one before it; undefined where they must be looked through. */
export function plainRowNumber(bytes: Uint8Array, start: number): number | undefined {
  if (!matches(bytes, start, ROW_NUMBER)) return undefined
  const digits = start + ROW_NUMBER.length
  let at = digits
  let value = 0
  for (; isDigit(bytes[at]); at++) value = value * 10 + bytes[at]! - ZERO
  if (at === digits || at - digits > MOST_DIGITS || bytes[at] !== QUOTE) return undefined
  // Another attribute must be well formed, and must not be this one again.
  return bytes[at + 1] === GT ? value : undefined
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= NINE

function matches(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  if (at + wanted.length > bytes.length) return false
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false
  return true
}
