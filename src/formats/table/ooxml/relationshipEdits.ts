import { CLOSE, NEEDS_MORE, XmlScanner } from '../../xml/scanner.ts'
import type { XmlEdit } from '../../xml/splice.ts'
import { encodeXmlAttribute } from '../../xml/text.ts'
import type { Relationship } from './package.ts'

/**
 * Edits of a relationships part: those of `present` that are not `wanted` go, those of `wanted` that are not present
 * are added.
 * @param folder of the owning part, with its slash; targets below it are written relative to it
 */
export function editRelationships(
  bytes: Uint8Array,
  present: readonly Relationship[],
  wanted: readonly Relationship[],
  folder: string,
): XmlEdit[] {
  const edits: XmlEdit[] = present
    .filter(relationship => !wanted.includes(relationship))
    .map(({ start, end }) => ({ start, end, text: '' }))
  const fresh = wanted.filter(relationship => !present.includes(relationship))
  const scanner = new XmlScanner(bytes)
  for (let kind = scanner.next(); fresh.length > 0 && kind !== NEEDS_MORE; kind = scanner.next()) {
    if (kind !== CLOSE || !scanner.localNameIs('Relationships')) continue
    const elements = fresh.map(({ id, type, target }) => {
      const path = target.startsWith(folder) ? target.slice(folder.length) : `/${target}`
      return `<${scanner.prefix()}Relationship Id="${id}" Type="${type}" Target="${encodeXmlAttribute(path)}"/>`
    })
    edits.push({ start: scanner.start, end: scanner.start, text: elements.join('') })
  }
  return edits
}
