import { CLOSE, EMPTY, NEEDS_MORE, OPEN, TEXT, type XmlAttribute, XmlScanner } from '../../xml/scanner.ts'
import { type Dialect, STRICT, TRANSITIONAL } from './namespaces.ts'

/** Byte offsets in the workbook part. */
export interface Span {
  readonly start: number
  readonly end: number
}

export interface SheetEntry extends Span {
  readonly name: string
  readonly sheetId: number
  readonly relationId: string
  readonly visible: boolean
}

export interface DefinedName extends Span {
  readonly name: string
  /** 0-based position of the sheet that the name belongs to; undefined when it belongs to the workbook. */
  readonly localSheet: number | undefined
  /** The digits of `localSheet` in the part. */
  readonly localSheetDigits: Span | undefined
  /** The reference or formula, character references decoded. */
  readonly formula: string
  /** Where the formula stands. */
  readonly content: Span
}

/** What is read of `xl/workbook.xml` (ECMA-376 part 1, 18.2.27), with where to edit it. */
export interface WorkbookPart {
  readonly dialect: Dialect
  /** Prefix of the elements, with its colon, or nothing. */
  readonly prefix: string
  /** Prefix of the attribute r:id, if the root element declares one. */
  readonly relationshipPrefix: string | undefined
  readonly date1904: boolean
  readonly sheets: readonly SheetEntry[]
  /** Where a further sheet goes. */
  readonly sheetsEnd: number
  readonly definedNames: readonly DefinedName[]
  /** The element around the names, if there is one. */
  readonly definedNamesElement: Span | undefined
  /** Where a further name goes, or the element around the first. */
  readonly definedNamesEnd: number
  /** Sheet positions in the workbook views: activeTab and firstSheet. */
  readonly viewPositions: readonly XmlAttribute[]
}

/** Elements that stand before definedNames in the schema's order. */
const BEFORE_NAMES = new Set(['sheets', 'functionGroups', 'externalReferences'])

export function parseWorkbookPart(bytes: Uint8Array): WorkbookPart {
  const scanner = new XmlScanner(bytes)
  let dialect = TRANSITIONAL
  let prefix = ''
  let relationshipPrefix: string | undefined
  let date1904 = false
  const sheets: SheetEntry[] = []
  let sheetsEnd = 0
  const definedNames: DefinedName[] = []
  let definedNamesElement: Span | undefined
  let definedNamesEnd = 0
  let elementStart = 0
  const viewPositions: XmlAttribute[] = []
  let name: { attributes: XmlAttribute[]; start: number; content: number; formula: string } | undefined

  for (let kind = scanner.next(); kind !== NEEDS_MORE; kind = scanner.next()) {
    if (kind === TEXT) {
      if (name) name.formula += scanner.text()
      continue
    }
    const element = scanner.localName()
    const opens = kind === OPEN || kind === EMPTY
    if (opens && element === 'workbook') {
      prefix = scanner.prefix()
      const attributes = scanner.attributes()
      if (attributes.some(attribute => attribute.value === STRICT.main)) dialect = STRICT
      relationshipPrefix = attributes
        .find(({ name, value }) => name.startsWith('xmlns:') && value === dialect.relationships)
        ?.name.slice('xmlns:'.length)
    } else if (opens && element === 'workbookPr') {
      date1904 = /^(1|true)$/.test(scanner.attribute('date1904') ?? '')
    } else if (opens && element === 'workbookView') {
      viewPositions.push(
        ...scanner.attributes().filter(({ name }) => name === 'activeTab' || name === 'firstSheet'),
      )
    } else if (opens && element === 'sheet') {
      const attributes = scanner.attributes()
      sheets.push({
        name: attributeOf(attributes, 'name') ?? '',
        sheetId: Number(attributeOf(attributes, 'sheetId')),
        relationId: attributes.find(attribute => /^[^:]+:id$/.test(attribute.name))?.value ?? '',
        visible: /^(visible)?$/.test(attributeOf(attributes, 'state') ?? ''),
        start: scanner.start,
        end: scanner.end,
      })
    } else if (kind === CLOSE && element === 'sheet') {
      sheets.push({ ...sheets.pop()!, end: scanner.end })
    } else if (kind === OPEN && element === 'definedName') {
      name = { attributes: scanner.attributes(), start: scanner.start, content: scanner.end, formula: '' }
    } else if (kind === CLOSE && element === 'definedName' && name) {
      const local = name.attributes.find(attribute => attribute.name === 'localSheetId')
      definedNames.push({
        name: attributeOf(name.attributes, 'name') ?? '',
        localSheet: local && Number(local.value),
        localSheetDigits: local,
        formula: name.formula,
        start: name.start,
        end: scanner.end,
        content: { start: name.content, end: scanner.start },
      })
      name = undefined
    } else if (element === 'definedNames') {
      if (opens) elementStart = scanner.start
      if (kind !== OPEN) {
        definedNamesElement = { start: elementStart, end: scanner.end }
        definedNamesEnd = kind === CLOSE ? scanner.start : scanner.end
      }
    }
    if (kind === CLOSE && element === 'sheets') sheetsEnd = scanner.start
    if (kind !== OPEN && BEFORE_NAMES.has(element) && !definedNamesElement) definedNamesEnd = scanner.end
  }
  return {
    dialect,
    prefix,
    relationshipPrefix,
    date1904,
    sheets,
    sheetsEnd,
    definedNames,
    definedNamesElement,
    definedNamesEnd,
    viewPositions,
  }
}

function attributeOf(attributes: readonly XmlAttribute[], name: string): string | undefined {
  return attributes.find(attribute => attribute.name === name)?.value
}
