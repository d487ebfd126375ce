import { CLOSE, EMPTY, NEEDS_MORE, OPEN, XmlScanner } from '../../xml/scanner.ts'
import type { XmlEdit } from '../../xml/splice.ts'

/**
 * Edits of `[Content_Types].xml` (ECMA-376 part 2, 10.1.2): the parts removed lose their entry, the parts added get
 * one.
 * @param removed part names without leading slash
 */
export function editContentTypes(
  bytes: Uint8Array,
  removed: ReadonlySet<string>,
  added: readonly { readonly part: string; readonly type: string }[],
): XmlEdit[] {
  const scanner = new XmlScanner(bytes)
  const edits: XmlEdit[] = []
  const gone = new Set([...removed].map(part => `/${part.toLowerCase()}`))
  let start: number | undefined
  for (let kind = scanner.next(); kind !== NEEDS_MORE; kind = scanner.next()) {
    if ((kind === OPEN || kind === EMPTY) && scanner.localNameIs('Override')) {
      if (gone.has((scanner.attribute('PartName') ?? '').toLowerCase())) start = scanner.start
    }
    if ((kind === CLOSE || kind === EMPTY) && start !== undefined && scanner.localNameIs('Override')) {
      edits.push({ start, end: scanner.end, text: '' })
      start = undefined
    }
    if (kind === CLOSE && scanner.localNameIs('Types')) {
      const prefix = scanner.prefix()
      const text = added
        .map(({ part, type }) => `<${prefix}Override PartName="/${part}" ContentType="${type}"/>`)
        .join('')
      if (text !== '') edits.push({ start: scanner.start, end: scanner.start, text })
    }
  }
  return edits
}
