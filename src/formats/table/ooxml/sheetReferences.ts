import { CLOSE, NEEDS_MORE, OPEN, TEXT, XmlScanner } from '../../xml/scanner.ts'

/** Elements whose text is a formula: of cells, conditional formats and data validations, and their extensions. */
const FORMULA_ELEMENTS = new Set(['f', 'formula', 'formula1', 'formula2'])

/** A test whether a formula refers to a worksheet, alone or as an end of a range of worksheets. */
export function sheetReference(name: string): RegExp {
  const literal = name.replaceAll("'", "''").replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`(?<![\\p{L}\\p{N}_.])'?(?:[^'!:]*:)?${literal}(?::[^'!:]*)?'?!`, 'iu')
}

/** Whether a formula of this worksheet part matches. */
export function hasFormula(worksheet: Uint8Array, matching: RegExp): boolean {
  const scanner = new XmlScanner(worksheet)
  let formula: string | undefined
  for (let kind = scanner.next(); kind !== NEEDS_MORE; kind = scanner.next()) {
    if (kind === OPEN) formula = FORMULA_ELEMENTS.has(scanner.localName()) ? '' : undefined
    else if (kind === TEXT) {
      if (formula !== undefined) formula += scanner.text()
    } else if (kind === CLOSE) {
      if (formula !== undefined && matching.test(formula)) return true
      formula = undefined
    }
  }
  return false
}

/**
 * The ids of the sheets that a calculation chain lists (ECMA-376 part 1, 18.6): each cell names its sheet, or
 * belongs to that of the cell before it.
 */
export function chainedSheets(calculationChain: Uint8Array): Set<number> {
  const scanner = new XmlScanner(calculationChain)
  const ids = new Set<number>()
  for (let kind = scanner.next(); kind !== NEEDS_MORE; kind = scanner.next()) {
    if (kind === TEXT || kind === CLOSE || !scanner.localNameIs('c')) continue
    const id = scanner.attribute('i')
    if (id !== undefined) ids.add(Number(id))
  }
  return ids
}
