import { CLOSE, EMPTY, NEEDS_MORE, OPEN, type XmlAttribute, XmlScanner } from '../../xml/scanner.ts'
import { spliceXml, type XmlEdit } from '../../xml/splice.ts'
import { type Dialect, TRANSITIONAL } from './namespaces.ts'

/** Indices of the cell formats that our worksheets use. */
export interface CellFormats {
  readonly header: number
  readonly text: number
}

/** The least stylesheet that Excel opens without repair. */
export function emptyStyles(dialect: Dialect = TRANSITIONAL): Uint8Array {
  return new TextEncoder().encode(
    `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet xmlns="${dialect.main}">` +
      '<fonts count="1"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>' +
      '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
      '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
      '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
      '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>' +
      '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
  )
}

/**
 * Finds our two cell formats in a stylesheet, or appends them: bold text for the header and text (number format
 * 49, `@`) for cells, both in the workbook's own default font. A second call finds what the first appended. A
 * stylesheet without fonts or cell formats is left alone, and format 0 stands for both.
 */
export function putCellFormats(styles: Uint8Array): { styles: Uint8Array; formats: CellFormats } {
  const fonts = readList(styles, 'fonts', 'font')
  const cells = readList(styles, 'cellXfs', 'xf')
  if (!fonts || !cells || fonts.items.length === 0) return { styles, formats: { header: 0, text: 0 } }
  const { prefix } = fonts
  const bold = fonts.put(boldFont(fonts.items[0]!, prefix))
  const format = (font: number, extra: string) =>
    `<${prefix}xf numFmtId="49" fontId="${font}" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"${extra}/>`
  const header = cells.put(format(bold, ' applyFont="1"'))
  const text = cells.put(format(0, ''))
  const edits = [...fonts.edits(), ...cells.edits()]
  return { styles: edits.length > 0 ? spliceXml(styles, edits) : styles, formats: { header, text } }
}

/** Bold comes first in a font, in the order that Excel keeps. */
function boldFont(font: string, prefix: string): string {
  const own = new RegExp(`<${prefix}b(\\s[^>]*)?/>|<${prefix}b(\\s[^>]*)?></${prefix}b>`)
  const empty = /^<[^>]*\/>$/.test(font)
  const open = empty ? `<${prefix}font>` : /^<[^>]*>/.exec(font)![0]
  const rest = empty ? `</${prefix}font>` : font.slice(open.length).replace(own, '')
  return `${open}<${prefix}b/>${rest}`
}

/** A counted list of the stylesheet that can be appended to. */
class StyleList {
  readonly prefix: string
  readonly items: string[]
  readonly #count: XmlAttribute | undefined
  readonly #end: number
  readonly #known: number

  constructor(prefix: string, items: string[], count: XmlAttribute | undefined, end: number) {
    this.prefix = prefix
    this.items = items
    this.#count = count
    this.#end = end
    this.#known = items.length
  }

  /** The index of the item, appended if it is not there. */
  put(item: string): number {
    const index = this.items.indexOf(item)
    return index >= 0 ? index : this.items.push(item) - 1
  }

  edits(): XmlEdit[] {
    if (this.items.length === this.#known) return []
    const edits = [{ start: this.#end, end: this.#end, text: this.items.slice(this.#known).join('') }]
    if (this.#count)
      edits.push({ start: this.#count.start, end: this.#count.end, text: String(this.items.length) })
    return edits
  }
}

function readList(styles: Uint8Array, listName: string, itemName: string): StyleList | undefined {
  const decoder = new TextDecoder()
  const scanner = new XmlScanner(styles)
  let count: XmlAttribute | undefined
  const items: string[] = []
  let depth = -1
  let itemStart = 0
  for (let kind = scanner.next(); kind !== NEEDS_MORE; kind = scanner.next()) {
    if (kind === OPEN && depth < 0 && scanner.localNameIs(listName)) {
      depth = scanner.depth
      count = scanner.attributes().find(attribute => attribute.name === 'count')
    } else if (kind === CLOSE && scanner.depth === depth - 1)
      return new StyleList(scanner.prefix(), items, count, scanner.start)
    else if (depth >= 0 && (kind === OPEN || kind === EMPTY) && scanner.localNameIs(itemName)) {
      itemStart = scanner.start
      if (kind === EMPTY) items.push(decoder.decode(styles.subarray(itemStart, scanner.end)))
    } else if (kind === CLOSE && scanner.depth === depth)
      items.push(decoder.decode(styles.subarray(itemStart, scanner.end)))
  }
  return undefined
}
