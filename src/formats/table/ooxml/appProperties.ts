import { CLOSE, EMPTY, NEEDS_MORE, OPEN, TEXT, XmlScanner } from '../../xml/scanner.ts'
import type { XmlEdit } from '../../xml/splice.ts'
import { encodeXmlText } from '../../xml/text.ts'
import type { Span } from './workbookPart.ts'

/**
 * Edits of `docProps/app.xml` (ECMA-376 part 1, 22.2) that bring its list of worksheets up to date. Its headings are
 * in the language of the program, so the list is known by its content: the first titles are the worksheets. Where
 * they are not those of the workbook, or there is no list, nothing is edited; programs ignore the list on opening.
 * @param before worksheet names in tab order
 */
export function editAppProperties(
  bytes: Uint8Array,
  before: readonly string[],
  removed: ReadonlySet<string>,
  added: readonly string[],
): XmlEdit[] {
  const list = readTitles(bytes)
  if (!list || Number(list.countText) !== before.length) return []
  if (before.some((name, index) => list.titles[index]?.text !== name)) return []
  const gone = list.titles.slice(0, before.length).filter(({ text }) => removed.has(text))
  const last = list.titles[before.length - 1]
  const change = added.length - gone.length
  if (!last || (gone.length === 0 && added.length === 0)) return []
  const titles = added.map(name => `<${list.prefix}lpstr>${encodeXmlText(name)}</${list.prefix}lpstr>`)
  return [
    { ...list.count, text: String(before.length + change) },
    ...(list.size ? [{ ...list.size, text: String(list.titles.length + change) }] : []),
    ...gone.map(({ start, end }) => ({ start, end, text: '' })),
    { start: last.end, end: last.end, text: titles.join('') },
  ]
}

interface Titles {
  readonly prefix: string
  readonly titles: readonly (Span & { readonly text: string })[]
  /** The number of worksheets in HeadingPairs. */
  readonly count: Span
  readonly countText: string
  /** The attribute size of the list of titles. */
  readonly size: Span | undefined
}

function readTitles(bytes: Uint8Array): Titles | undefined {
  const scanner = new XmlScanner(bytes)
  const titles: (Span & { text: string })[] = []
  let count: Span | undefined
  let countText = ''
  let size: Span | undefined
  let prefix = ''
  let inTitles = false
  let element = ''
  let text = ''
  let start = 0
  for (let kind = scanner.next(); kind !== NEEDS_MORE; kind = scanner.next()) {
    if (kind === TEXT) {
      if (element === 'lpstr') text += scanner.text()
      if (element === 'i4' && !count) {
        count = { start: scanner.start, end: scanner.end }
        countText = scanner.text()
      }
      continue
    }
    element = kind === OPEN ? scanner.localName() : ''
    if (scanner.localNameIs('TitlesOfParts')) inTitles = kind === OPEN
    if (inTitles && element === 'vector')
      size = scanner.attributes().find(attribute => attribute.name === 'size')
    if (!inTitles || !scanner.localNameIs('lpstr')) continue
    if (kind !== CLOSE) {
      prefix = scanner.prefix()
      start = scanner.start
      text = ''
    }
    if (kind === CLOSE || kind === EMPTY) titles.push({ start, end: scanner.end, text })
  }
  return count && { prefix, titles, count, countText, size }
}
