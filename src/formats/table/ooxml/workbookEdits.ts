import type { XmlEdit } from '../../xml/splice.ts'
import { encodeXmlAttribute } from '../../xml/text.ts'
import { FILTER_NAME, filterName } from './filterName.ts'
import { sheetReference } from './sheetReferences.ts'
import type { DefinedName, SheetEntry, WorkbookPart } from './workbookPart.ts'

export interface WrittenSheet {
  readonly name: string
  /** Range of its filter, absolute. */
  readonly range: string | undefined
}

export interface AddedSheet extends WrittenSheet {
  readonly relationId: string
}

/** What happens to the sheets of a workbook; they are named by their entries in the workbook part. */
export interface SheetChanges {
  readonly removed: ReadonlySet<SheetEntry>
  readonly replaced: ReadonlyMap<SheetEntry, WrittenSheet>
  readonly added: readonly AddedSheet[]
}

/** Edits of the workbook part that carry out the changes; everything else in it stays. */
export function editWorkbookPart(part: WorkbookPart, changes: SheetChanges): XmlEdit[] {
  const kept = part.sheets.filter(sheet => !changes.removed.has(sheet))
  const positions = part.sheets.map(sheet => (changes.removed.has(sheet) ? undefined : kept.indexOf(sheet)))
  return [
    ...[...changes.removed].map(({ start, end }) => ({ start, end, text: '' })),
    { start: part.sheetsEnd, end: part.sheetsEnd, text: addedElements(part, changes.added) },
    ...editViews(part, kept, positions),
    ...editDefinedNames(part, changes, kept, positions),
  ].filter(edit => edit.text !== '' || edit.end > edit.start)
}

function addedElements(part: WorkbookPart, added: readonly AddedSheet[]): string {
  const attribute = part.relationshipPrefix ?? 'r'
  const declared = part.relationshipPrefix === undefined ? ` xmlns:r="${part.dialect.relationships}"` : ''
  const firstId = 1 + part.sheets.reduce((most, sheet) => Math.max(most, sheet.sheetId), 0)
  return added
    .map(
      ({ name, relationId }, index) =>
        `<${part.prefix}sheet${declared} name="${encodeXmlAttribute(name)}" sheetId="${firstId + index}" ${attribute}:id="${relationId}"/>`,
    )
    .join('')
}

/** The active and the first shown tab follow their sheets; when theirs is gone, the next visible one takes over. */
function editViews(
  part: WorkbookPart,
  kept: readonly SheetEntry[],
  positions: readonly (number | undefined)[],
): XmlEdit[] {
  return part.viewPositions.flatMap(({ value, start, end }) => {
    const before = Number(value)
    const after = positions[before] ?? nearestVisible(kept, before)
    return after === before ? [] : [{ start, end, text: String(after) }]
  })
}

function nearestVisible(kept: readonly SheetEntry[], position: number): number {
  const next = kept.findIndex((sheet, index) => index >= position && sheet.visible)
  return Math.max(0, next >= 0 ? next : kept.findLastIndex(sheet => sheet.visible))
}

/**
 * Names that belong to a removed sheet go; those of sheets that moved follow them; those of the whole workbook that
 * refer to a removed sheet become #REF!, as in Excel. Replaced and added sheets get their filter's name.
 */
function editDefinedNames(
  part: WorkbookPart,
  changes: SheetChanges,
  kept: readonly SheetEntry[],
  positions: readonly (number | undefined)[],
): XmlEdit[] {
  const references = [...changes.removed].map(sheet => sheetReference(sheet.name))
  const stay = part.definedNames.filter(name => !isGone(name, part, changes))
  const edits = part.definedNames.flatMap(name =>
    stay.includes(name)
      ? editDefinedName(name, positions, references)
      : [{ start: name.start, end: name.end, text: '' }],
  )
  const fresh = [
    ...[...changes.replaced].map(([sheet, { range }]) =>
      filterName(part.prefix, sheet.name, kept.indexOf(sheet), range),
    ),
    ...changes.added.map(({ name, range }, index) =>
      filterName(part.prefix, name, kept.length + index, range),
    ),
  ].join('')
  if (stay.length > 0)
    return [...edits, { start: part.definedNamesEnd, end: part.definedNamesEnd, text: fresh }]
  const element = part.definedNamesElement
  const text = fresh === '' ? '' : `<${part.prefix}definedNames>${fresh}</${part.prefix}definedNames>`
  const at = element ?? { start: part.definedNamesEnd, end: part.definedNamesEnd }
  return [{ start: at.start, end: at.end, text }]
}

function isGone(name: DefinedName, part: WorkbookPart, changes: SheetChanges): boolean {
  const sheet = name.localSheet === undefined ? undefined : part.sheets[name.localSheet]
  return (
    sheet !== undefined &&
    (changes.removed.has(sheet) || (name.name === FILTER_NAME && changes.replaced.has(sheet)))
  )
}

function editDefinedName(
  name: DefinedName,
  positions: readonly (number | undefined)[],
  references: readonly RegExp[],
): XmlEdit[] {
  const edits: XmlEdit[] = []
  const position = name.localSheet === undefined ? undefined : positions[name.localSheet]
  if (position !== undefined && position !== name.localSheet && name.localSheetDigits)
    edits.push({
      start: name.localSheetDigits.start,
      end: name.localSheetDigits.end,
      text: String(position),
    })
  if (references.some(reference => reference.test(name.formula)))
    edits.push({ ...name.content, text: '#REF!' })
  return edits
}
