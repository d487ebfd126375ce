import { type Finding, finding } from '../core/finding.ts'
import { voxelCount } from '../core/volume.ts'
import type { Cell } from '../formats/table/cell.ts'
import type { Table } from '../formats/table/table.ts'
import { columnIndex } from '../formats/table/table.ts'
import type { ArchiveMatcher, MatchedFile } from '../profiles/match.ts'
import type { Profile } from '../profiles/schema.ts'
import { isTemporaryName } from '../storage/atomicWrite.ts'
import { existingFile } from '../storage/existingFile.ts'
import { walk } from '../storage/walk.ts'

/** One sample on its way through the pipeline. Paths are relative to the archive or to the grouped folder. */
export interface Sample {
  /** Folder of the sample below the grouped folder: the id of the case. */
  readonly folder: string
  readonly id: string
  readonly attributes: Readonly<Record<string, string>>
  /** Where its images lie in the archive. */
  readonly archive: { readonly volume?: string; readonly masks: Readonly<Record<string, string>> }
  readonly voxels: number
}

/** A sample that cannot be planned: nothing of it is made. */
export interface RefusedSample {
  readonly folder: string
  readonly finding: Finding
}

const SIZES = ['szx', 'szy', 'szz']

/** Titles of the columns that samples are planned by. */
export const manifestColumns = (profile: Profile): string[] => [
  ...['file_path', 'type', ...SIZES],
  ...profile.manifest.columns.map(c => c.name),
]

interface Draft {
  readonly match: MatchedFile
  readonly folder: string
  volume?: string
  masks: Record<string, string>
  voxels: number
  problem?: Finding
}

/**
 * The samples that an archive manifest names, after whatever a person deleted or corrected in it. Rows that cannot be
 * used, and samples whose files claim one place, are told and left out; so is a sample of which another file is there
 * but cannot be used, or another row, since it would pass for one that never had that file.
 *
 * @param unusable files that the scan could not use, with the reason
 */
export function samplesOfManifest(
  manifest: Table,
  profile: Profile,
  matcher: ArchiveMatcher,
  unusable: readonly Finding[] = [],
): { samples: Sample[]; refused: RefusedSample[]; findings: Finding[] } {
  const pathAt = columnIndex(manifest, 'file_path')
  const typeAt = columnIndex(manifest, 'type')
  const own = profile.manifest.columns.map(c => ({ ...c, at: columnIndex(manifest, c.name) }))
  const sizes = SIZES.map(name => manifest.columns.indexOf(name))
  const invalid: Finding[] = []
  const drafts = new Map<string, Draft>()
  /** Where a person has corrected rows: what the sample became that their paths say. */
  const corrected = new Map<string, Draft>()
  const listed = new Set<string>()
  const inFolder = new Map<string, Draft>()
  const refuseRow = (i: number, file: string, message: string, remedy?: string) => {
    const at = `row ${manifest.rowNumbers[i]} of the worksheet ${manifest.name}`
    const more = remedy === undefined ? {} : { remedy }
    invalid.push(finding('manifest-row-invalid', file || at, `${at}: ${message}`, more))
  }
  for (let i = 0; i < manifest.rows.length; i++) {
    const row = manifest.rows[i]!
    const file = String(row[pathAt] ?? '').trim()
    if (file === '') {
      refuseRow(i, file, 'file_path is empty')
      continue
    }
    const plain = matcher.match(file)
    const known = plain.status === 'matched' ? plain.attributes : undefined
    const cells: Record<string, string> = {}
    for (const c of own) cells[c.name] = cellText(row[c.at] ?? null, known?.[c.from])
    const match = matcher.matchRow(file, cells, plain)
    if (match.status === 'left-out') continue
    if (match.status === 'unmatched') {
      refuseRow(i, file, match.message, match.remedy)
      continue
    }
    const type = String(row[typeAt] ?? '').trim()
    if ((type !== 'v3d' && type !== 'm3d') || (type === 'v3d') !== (match.role === 'volume')) {
      const is = match.role === 'volume' ? 'v3d' : 'm3d'
      refuseRow(i, file, `type is '${type}', but the profile takes the file for a ${match.role} (${is})`)
      continue
    }
    const folder = matcher.layout.sampleFolder(match.attributes)
    let draft = drafts.get(match.sampleKey)
    const isNew = draft === undefined
    if (draft === undefined) {
      draft = { match, folder, masks: {}, voxels: 0 }
      drafts.set(match.sampleKey, draft)
    }
    if (unusable.length > 0) listed.add(file)
    if (plain !== match && plain.status === 'matched') corrected.set(plain.sampleKey, draft)
    add(draft, match, file)
    draft.voxels = Math.max(
      draft.voxels,
      voxelCount(sizes.map(s => Number(row[s] ?? 0)) as [number, number, number]),
    )
    if (folder !== draft.folder)
      draft.problem ??= finding(
        'pair-inconsistent',
        draft.folder,
        `its files say different folders: ${draft.folder} and ${folder}`,
      )
    else if (!isNew) continue
    const other = inFolder.get(folder)
    if (other !== undefined && other !== draft)
      for (const d of [other, draft])
        d.problem ??= repeated(d, `two samples of the manifest would both lie in ${folder}`)
    inFolder.set(folder, draft)
  }
  for (const f of [...invalid, ...unusable.filter(u => !listed.has(u.where))]) {
    const match = matcher.match(f.where)
    if (match.status !== 'matched') continue
    for (const draft of [drafts.get(match.sampleKey), corrected.get(match.sampleKey)])
      if (draft !== undefined) draft.problem ??= f
  }
  const all = [...drafts.values()].sort((a, b) => (a.folder < b.folder ? -1 : 1))
  const refused = new Map(all.flatMap(d => (d.problem === undefined ? [] : [[d.folder, d.problem] as const])))
  return {
    samples: all.filter(d => d.problem === undefined).map(d => finished(d)),
    refused: [...refused].map(([folder, problem]) => ({ folder, finding: problem })),
    findings: invalid.filter(f => !all.some(d => d.problem === f)),
  }
}

const repeated = (draft: Draft, message: string): Finding =>
  finding('sample-id-repeated', draft.folder, message)

function add(draft: Draft, match: MatchedFile, file: string): void {
  const other = match.role === 'volume' ? draft.volume : draft.masks[match.maskName ?? '']
  if (other !== undefined) {
    draft.problem ??= repeated(draft, `${other} and ${file} both claim to be its ${match.role}`)
    return
  }
  if (match.role === 'volume') draft.volume = file
  else draft.masks[match.maskName ?? ''] = file
}

/**
 * The text of a cell that holds an attribute. A number that is the path's own value with its leading zeros lost (as a
 * program that takes ids for numbers leaves it) counts as that value.
 */
function cellText(cell: Cell, fromPath: string | undefined): string {
  if (cell === null) return ''
  if (typeof cell === 'number' && fromPath !== undefined && Number(fromPath) === cell) return fromPath
  return String(cell).trim()
}

function finished({ match, folder, volume, masks, voxels }: Draft): Sample {
  return {
    folder,
    id: match.sampleId,
    attributes: match.attributes,
    archive: { ...(volume === undefined ? {} : { volume }), masks },
    voxels,
  }
}

/** A sample found in the grouped folder, with the files that it has. */
export interface GroupedSample {
  readonly folder: string
  readonly id: string
  readonly attributes: Readonly<Record<string, string>>
  readonly has: { readonly volume: boolean; readonly mask: boolean; readonly info: boolean }
  /** File names of binary masks that are there. */
  readonly files: ReadonlySet<string>
}

/** Samples of a grouped folder, found by walking it, sorted by folder. */
export function samplesOfFolder(groupedFolder: string, matcher: ArchiveMatcher): GroupedSample[] {
  const found = new Map<
    string,
    { id: string; attributes: Readonly<Record<string, string>>; files: Set<string>; has: Set<string> }
  >()
  existingFile(groupedFolder)
  for (const { path, kind } of walk(groupedFolder, { skip: p => p.startsWith('.') })) {
    if (kind !== 'file' || isTemporaryName(path.slice(path.lastIndexOf('/') + 1))) continue
    const place = matcher.layout.parse(path)
    if (place === undefined) continue
    const sample = found.get(place.folder) ?? {
      id: place.id,
      attributes: place.attributes,
      files: new Set(),
      has: new Set(),
    }
    found.set(place.folder, sample)
    sample.files.add(path.slice(path.lastIndexOf('/') + 1))
    if (typeof place.file === 'string') sample.has.add(place.file)
  }
  return [...found]
    .map(([folder, { id, attributes, files, has }]) => ({
      folder,
      id,
      attributes,
      files,
      has: { volume: has.has('volume'), mask: has.has('mask'), info: has.has('info') },
    }))
    .sort((a, b) => (a.folder < b.folder ? -1 : 1))
}
