import { type Finding, finding } from '../core/finding.ts'
import { voxelCount } from '../core/volume.ts'
import type { Cell } from '../formats/table/cell.ts'
import { columnIndex, type TableHead } from '../formats/table/table.ts'
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

/** The samples that can be planned, those that cannot, and what is wrong with rows that belong to none. */
export interface PlannedSamples {
  readonly samples: Sample[]
  readonly refused: RefusedSample[]
  readonly findings: Finding[]
}

/**
 * Gathers the samples that an archive manifest names, row by row, after whatever a person deleted or corrected in it. Rows
 * that cannot be used, and samples whose files claim one place, are told and left out; so is a sample of which another file
 * is there but cannot be used, or another row, since it would pass for one that never had that file.
 */
export class ManifestSamples {
  readonly #invalid: Finding[] = []
  readonly #drafts = new Map<string, Draft>()
  /** Where a person has corrected rows: what the sample became that their paths say. */
  readonly #corrected = new Map<string, Draft>()
  readonly #listed = new Set<string>()
  /** Folders that files say beside the first one of their sample. */
  readonly #elsewhere = new Set<string>()
  readonly #pathAt: number
  readonly #typeAt: number
  readonly #own: readonly { readonly name: string; readonly from: string; readonly at: number }[]
  readonly #sizes: readonly number[]

  /**
   * @param unusable files that the scan could not use, with the reason
   * @throws ColumnMissingError, ColumnAmbiguousError
   */
  constructor(
    readonly head: TableHead,
    profile: Profile,
    readonly matcher: ArchiveMatcher,
    readonly unusable: readonly Finding[] = [],
  ) {
    this.#pathAt = columnIndex(head, 'file_path')
    this.#typeAt = columnIndex(head, 'type')
    this.#own = profile.manifest.columns.map(c => ({ ...c, at: columnIndex(head, c.name) }))
    this.#sizes = SIZES.map(name => head.columns.indexOf(name))
  }

  add(row: readonly Cell[], rowNumber: number): void {
    const { matcher } = this
    const file = String(row[this.#pathAt] ?? '').trim()
    const refuse = (message: string, remedy?: string) => this.#refuseRow(rowNumber, file, message, remedy)
    if (file === '') {
      refuse('file_path is empty')
      return
    }
    const plain = matcher.match(file)
    const known = plain.status === 'matched' ? plain.attributes : undefined
    const cells: Record<string, string> = {}
    for (const c of this.#own) cells[c.name] = cellText(row[c.at] ?? null, known?.[c.from])
    const match = matcher.matchRow(file, cells, plain)
    if (match.status === 'left-out') return
    if (match.status === 'unmatched') {
      refuse(match.message, match.remedy)
      return
    }
    const type = String(row[this.#typeAt] ?? '').trim()
    if ((type !== 'v3d' && type !== 'm3d') || (type === 'v3d') !== (match.role === 'volume')) {
      const is = match.role === 'volume' ? 'v3d' : 'm3d'
      refuse(`type is '${type}', but the profile takes the file for a ${match.role} (${is})`)
      return
    }
    const { folder } = match
    let draft = this.#drafts.get(match.sampleKey)
    if (draft === undefined) {
      draft = { match, folder, masks: {}, voxels: 0 }
      this.#drafts.set(match.sampleKey, draft)
    }
    if (this.unusable.length > 0) this.#listed.add(file)
    if (plain !== match && plain.status === 'matched') this.#corrected.set(plain.sampleKey, draft)
    add(draft, match, file)
    const shape = this.#sizes.map(at => Number(row[at] ?? 0)) as [number, number, number]
    draft.voxels = Math.max(draft.voxels, voxelCount(shape))
    if (folder === draft.folder) return
    draft.problem ??= finding(
      'pair-inconsistent',
      draft.folder,
      `its files say different folders: ${draft.folder} and ${folder}`,
    )
    this.#elsewhere.add(folder)
  }

  #refuseRow(rowNumber: number, file: string, message: string, remedy?: string): void {
    const at = `row ${rowNumber} of the worksheet ${this.head.name}`
    const more = remedy === undefined ? {} : { remedy }
    this.#invalid.push(finding('manifest-row-invalid', file || at, `${at}: ${message}`, more))
  }

  /** What all rows together say. */
  planned(): PlannedSamples {
    const all = [...this.#drafts.values()].sort((a, b) => (a.folder < b.folder ? -1 : 1))
    this.#tellRepeatedFolders(all)
    const invalid = this.#invalid
    for (const f of [...invalid, ...this.unusable.filter(u => !this.#listed.has(u.where))]) {
      const match = this.matcher.match(f.where)
      if (match.status !== 'matched') continue
      for (const draft of [this.#drafts.get(match.sampleKey), this.#corrected.get(match.sampleKey)])
        if (draft !== undefined) draft.problem ??= f
    }
    const refused = new Map(
      all.flatMap(d => (d.problem === undefined ? [] : [[d.folder, d.problem] as const])),
    )
    return {
      samples: all.filter(d => d.problem === undefined).map(d => finished(d)),
      refused: [...refused].map(([folder, problem]) => ({ folder, finding: problem })),
      findings: invalid.filter(f => !all.some(d => d.problem === f)),
    }
  }

  /** @param all by folder */
  #tellRepeatedFolders(all: readonly Draft[]): void {
    const tell = (draft: Draft) => {
      draft.problem ??= repeated(draft, `two samples of the manifest would both lie in ${draft.folder}`)
    }
    for (let i = 0; i < all.length; i++) {
      const draft = all[i]!
      const before = all[i - 1]
      if (before?.folder === draft.folder) {
        tell(before)
        tell(draft)
      } else if (this.#elsewhere.has(draft.folder)) tell(draft)
    }
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
