import { SheetNameError, WorksheetInUseError, WorksheetMissingError } from './fault.ts'
import { editAppProperties } from './ooxml/appProperties.ts'
import { emptyStyles, putCellFormats } from './ooxml/cellFormats.ts'
import { chartParts } from './ooxml/chartParts.ts'
import { CONTENT_TYPE } from './ooxml/namespaces.ts'
import { OoxmlPackage, type Relationship, relationshipsPart } from './ooxml/package.ts'
import { PackageEdit } from './ooxml/packageEdit.ts'
import { reachableParts } from './ooxml/reachableParts.ts'
import { editRelationships } from './ooxml/relationshipEdits.ts'
import { chainedSheets, hasFormula, sheetReference } from './ooxml/sheetReferences.ts'
import { type AddedSheet, editWorkbookPart, type WrittenSheet } from './ooxml/workbookEdits.ts'
import type { SheetEntry } from './ooxml/workbookPart.ts'
import { WorksheetWriter } from './ooxml/worksheetWriter.ts'
import { findSheet, isOfType, openWorkbookPart } from './readWorkbook.ts'
import { requireSheetNames } from './sheetName.ts'
import type { WorksheetSpec } from './worksheetSpec.ts'

export interface PutOptions {
  /** Names of worksheets to remove. */
  readonly removed?: readonly string[]
  /** The file, for messages. */
  readonly source?: string
}

/**
 * Puts worksheets into a workbook: one whose name is there already is replaced in its place, the others are added at
 * the end. Every part of the file that need not change is copied without unpacking, so formats, widths, comments,
 * charts, images, macros and settings of the other worksheets stay to the byte. Only the lists that name the
 * worksheets are edited, each by insertion; our two cell formats are appended to the styles. Parts that only a
 * replaced or removed worksheet used go with it.
 * @throws WorkbookCorruptError, SheetNameError, WorksheetLimitError; WorksheetMissingError and WorksheetInUseError
 *   for `removed`. The input is never changed.
 */
export async function putWorksheets(
  bytes: Uint8Array,
  sheets: readonly WorksheetSpec[],
  options: PutOptions = {},
): Promise<Uint8Array> {
  const pack = new OoxmlPackage(bytes, options.source ?? 'the workbook')
  const book = await openWorkbookPart(pack)
  const plan = planChanges(pack.source, book, sheets, options.removed ?? [])
  await refuseRemovalInUse(pack, book, plan)
  const edit = new PackageEdit(pack)

  const stylesPart = book.relationships.find(relationship => isOfType(relationship, 'styles'))?.target
  const found = stylesPart === undefined ? undefined : await pack.part(stylesPart)
  const own = found ?? emptyStyles(book.part.dialect)
  const { styles, formats } = pack.guard(stylesPart ?? '', () => putCellFormats(own))
  const relationships: Relationship[] = await keptRelationships(pack, book, plan)
  const relate = (type: string, target: string): string => {
    const id = freshName('rId', '', name => relationships.some(relationship => relationship.id === name))
    const wholeType = `${book.part.dialect.relationships}/${type}`
    relationships.push({ id, type: wholeType, target, external: false, start: 0, end: 0 })
    return id
  }
  if (sheets.length > 0 && styles !== found) {
    const name = stylesPart ?? `${folderOf(book.name)}styles.xml`
    await edit.put(name, [styles], CONTENT_TYPE.styles)
    if (stylesPart === undefined) relate('styles', name)
  }

  // Before anything is written, so that a chart made again takes the names of the parts that it replaces.
  const changed = new Map([[book.name.toLowerCase(), relationships]])
  for (const { part } of plan.replaced.values()) changed.set(part.toLowerCase(), [])
  const reached = await reachableParts(pack, changed)
  for (const part of await reachableParts(pack)) if (!reached.has(part)) edit.remove(part)

  const fresh = (start: string, end: string) => freshName(start, end, name => edit.has(name))
  const write = async (part: string, spec: WorksheetSpec, name: string, selected: boolean) => {
    const { dialect } = book.part
    const writer = new WorksheetWriter(spec, formats, dialect, selected)
    await edit.put(part, writer.pieces(), CONTENT_TYPE.worksheet)
    for (const of of chartParts(spec, writer, part, folderOf(book.name), name, dialect, fresh))
      await edit.put(of.name, [of.xml], of.type)
    return writer.absoluteRange
  }
  const active = Number(book.part.viewPositions.find(({ name }) => name === 'activeTab')?.value ?? 0)
  const replaced = new Map<SheetEntry, WrittenSheet>()
  for (const [entry, { spec, part }] of plan.replaced)
    replaced.set(entry, {
      name: entry.name,
      range: await write(part, spec, entry.name, book.part.sheets[active] === entry),
    })
  const added: AddedSheet[] = []
  for (const spec of plan.added) {
    const part = fresh(`${folderOf(book.name)}worksheets/sheet`, '.xml')
    const range = await write(part, spec, spec.name, false)
    added.push({ name: spec.name, range, relationId: relate('worksheet', part) })
  }

  await edit.splice(book.name, () => editWorkbookPart(book.part, { removed: plan.removed, replaced, added }))
  await edit.splice(relationshipsPart(book.name), part =>
    editRelationships(part, book.relationships, relationships, folderOf(book.name)),
  )
  const properties = (await pack.relationships('')).find(target => isOfType(target, 'extended-properties'))
  const before = book.part.sheets.map(sheet => sheet.name)
  const gone = new Set([...plan.removed].map(sheet => sheet.name))
  if (properties && pack.entry(properties.target))
    await edit.splice(properties.target, part =>
      editAppProperties(
        part,
        before,
        gone,
        added.map(sheet => sheet.name),
      ),
    )
  return edit.finish()
}

type Book = Awaited<ReturnType<typeof openWorkbookPart>>

interface Plan {
  readonly replaced: ReadonlyMap<SheetEntry, { readonly spec: WorksheetSpec; readonly part: string }>
  readonly added: readonly WorksheetSpec[]
  readonly removed: ReadonlySet<SheetEntry>
}

function planChanges(
  source: string,
  book: Book,
  sheets: readonly WorksheetSpec[],
  removedNames: readonly string[],
): Plan {
  const present = book.part.sheets
  requireSheetNames(
    sheets.map(sheet => sheet.name),
    source,
  )
  const replaced = new Map<SheetEntry, { spec: WorksheetSpec; part: string }>()
  for (const spec of sheets) {
    const entry = findSheet(present, spec.name)
    if (!entry) continue
    const target = book.relationships.find(relationship => relationship.id === entry.relationId)
    if (!target || !isOfType(target, 'worksheet'))
      throw new SheetNameError(spec.name, 'is taken by a sheet that holds no cells, such as a chart', source)
    replaced.set(entry, { spec, part: target.target })
  }
  const removed = new Set<SheetEntry>()
  for (const name of removedNames) {
    const entry = findSheet(present, name)
    if (!entry)
      throw new WorksheetMissingError(
        source,
        name,
        present.map(sheet => sheet.name),
      )
    if (!replaced.has(entry)) removed.add(entry)
  }
  const added = sheets.filter(spec => !findSheet(present, spec.name))
  return { replaced, added, removed }
}

async function refuseRemovalInUse(pack: OoxmlPackage, book: Book, plan: Plan): Promise<void> {
  const staying = book.part.sheets.filter(sheet => !plan.removed.has(sheet))
  for (const gone of plan.removed) {
    if (plan.added.length === 0 && !staying.some(sheet => sheet.visible))
      throw new WorksheetInUseError(
        pack.source,
        gone.name,
        'no other worksheet is visible',
        'Add or unhide another worksheet first.',
      )
    const reference = sheetReference(gone.name)
    for (const sheet of staying) {
      const target = book.relationships.find(relationship => relationship.id === sheet.relationId)
      if (plan.replaced.has(sheet) || !target) continue
      const part = await pack.requirePart(target.target)
      if (pack.guard(target.target, () => hasFormula(part, reference)))
        throw new WorksheetInUseError(
          pack.source,
          gone.name,
          `a formula in the worksheet "${sheet.name}" refers to it`,
          'Change that formula or turn it into values first.',
        )
    }
  }
}

/** Without removed sheets, and without a calculation chain that names cells which are gone; Excel makes a new one. */
async function keptRelationships(pack: OoxmlPackage, book: Book, plan: Plan): Promise<Relationship[]> {
  const goneIds = new Set([...plan.removed].map(sheet => sheet.relationId))
  const kept = book.relationships.filter(relationship => !goneIds.has(relationship.id))
  const chain = kept.find(relationship => isOfType(relationship, 'calcChain'))
  const bytes = chain && (await pack.part(chain.target))
  if (!bytes) return kept
  const chained = pack.guard(chain.target, () => chainedSheets(bytes))
  const stale = [...plan.removed, ...plan.replaced.keys()].some(sheet => chained.has(sheet.sheetId))
  return stale ? kept.filter(relationship => relationship !== chain) : kept
}

function folderOf(part: string): string {
  return part.slice(0, part.lastIndexOf('/') + 1)
}

function freshName(start: string, end: string, isTaken: (name: string) => boolean): string {
  let number = 1
  while (isTaken(`${start}${number}${end}`)) number++
  return `${start}${number}${end}`
}
