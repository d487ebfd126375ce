import { AttributeDerivation } from './derive.ts'
import { nearestEntry, type UnmatchedFile } from './explain.ts'
import { type GroupedLayout, groupedLayout } from './layout.ts'
import { PathMatcher } from './pathMatcher.ts'
import { pathNameProblem } from './pathName.ts'
import { compilePath } from './pattern.ts'
import type { FileEntry, Profile } from './schema.ts'
import { ProfileTableError, type Table, TableJoin } from './tableJoin.ts'
import { expandTemplate, parseTemplate, placeholderNames } from './template.ts'

/** A file of the archive that belongs to a sample. */
export interface MatchedFile {
  readonly status: 'matched'
  readonly role: 'volume' | 'mask'
  /** Name of the mask; undefined for volumes, and for masks that the profile does not name. */
  readonly maskName: string | undefined
  /** Label in the file: label in the data set; labels that are not listed stay as they are. */
  readonly remap: ReadonlyMap<number, number>
  readonly attributes: Readonly<Record<string, string>>
  readonly sampleId: string
  /** Equal for the files of one sample and different for all others: a JSON array of the key attributes. */
  readonly sampleKey: string
  /** Folder of the sample in the data set. */
  readonly folder: string
  /** The patient, where the profile says which attribute tells. */
  readonly patient: string | undefined
  /** Index of the entry in `files` of the profile. */
  readonly entry: number
  /** Whether the path fits no entry before that one. */
  readonly isFirstFit: boolean
}

/** A file that the profile leaves out on purpose; no finding. */
export interface LeftOutFile {
  readonly status: 'left-out'
  readonly reason: string
  readonly entry: number
}

export type FileMatch = MatchedFile | LeftOutFile | UnmatchedFile

interface CompiledEntry {
  readonly entry: FileEntry
  readonly paths: PathMatcher
  readonly where: readonly (readonly [attribute: string, values: ReadonlySet<string>])[]
  readonly remap: ReadonlyMap<number, number>
}

/** Cells of a row of the archive manifest, by column title. */
export type ManifestCells = Readonly<Record<string, string>>

/**
 * Tells what the files of an archive are. Paths are relative to the root, with `/`; they are compared in Unicode
 * NFC, in which all attributes come out too.
 */
export class ArchiveMatcher {
  readonly layout: GroupedLayout
  readonly #profile: Profile
  readonly #entries: readonly CompiledEntry[]
  readonly #derivation: AttributeDerivation
  /** Attributes that become names of folders and files. */
  readonly #pathAttributes: readonly string[]

  /**
   * @param tables the tables of the profile, in the order of `requiredTables(profile)`
   * @throws ProfileTableError when a table is missing or lacks a column
   */
  constructor(profile: Profile, tables: readonly Table[] = []) {
    const joins = profile.tables.map((entry, index) => {
      const table = tables[index]
      if (!table)
        throw new ProfileTableError(`the profile ${profile.profile} needs the table ${entry.file}`, {
          where: entry.file,
          remedy: `Put ${entry.file} where the profile says.`,
        })
      return new TableJoin(entry, table)
    })
    this.#profile = profile
    this.#derivation = new AttributeDerivation(profile, joins)
    this.#entries = profile.files.map(entry => compileEntry(profile, entry))
    this.layout = groupedLayout(profile)
    const id = parseTemplate(profile.sample.id)
    this.#pathAttributes = placeholderNames(
      expandTemplate(parseTemplate(`${profile.layout.folder}{id}`), { id }),
    )
  }

  match(relativePath: string): FileMatch {
    return this.#match(relativePath.normalize('NFC'), undefined)
  }

  /**
   * Matches a file of the archive manifest, whose cells go before what the path says: attributes that stand in a
   * column are taken from there, those that follow from them are derived anew.
   *
   * @param plain what `match` says of the path; where the cells say the same, it is the answer
   */
  matchRow(relativePath: string, cells: ManifestCells, plain?: FileMatch): FileMatch {
    if (plain?.status === 'matched' && this.#saysTheSame(cells, plain)) return plain
    const corrected: Record<string, string> = {}
    for (const { name, from } of this.#profile.manifest.columns)
      if (Object.hasOwn(cells, name)) corrected[from] = cells[name]!.normalize('NFC')
    return this.#match(relativePath.normalize('NFC'), corrected)
  }

  #saysTheSame(cells: ManifestCells, plain: MatchedFile): boolean {
    // An entry before that one might take the file with what the cells say.
    if (!plain.isFirstFit) return false
    for (const { name, from } of this.#profile.manifest.columns)
      if (Object.hasOwn(cells, name) && cells[name] !== plain.attributes[from]) return false
    return true
  }

  /** The cells of the profile's columns of the archive manifest, by column title. */
  manifestCells({ attributes }: MatchedFile): Record<string, string> {
    return Object.fromEntries(
      this.#profile.manifest.columns.map(({ name, from }) => [
        name,
        Object.hasOwn(attributes, from) ? attributes[from]! : '',
      ]),
    )
  }

  #match(path: string, corrected: Readonly<Record<string, string>> | undefined): FileMatch {
    const kept = new Set(corrected ? Object.keys(corrected) : [])
    let leftOut: LeftOutFile | undefined
    let unmatched: UnmatchedFile | undefined
    const slash = path.lastIndexOf('/')
    const folder = slash < 0 ? undefined : path.slice(0, slash)
    const name = path.slice(slash + 1)
    let isFirstFit = true
    for (let index = 0; index < this.#entries.length; index++) {
      const compiled = this.#entries[index]!
      const values = compiled.paths.matchIn(folder, name)
      if (!values) continue
      const first = isFirstFit
      isFirstFit = false
      Object.assign(values, corrected)
      const failure = this.#derivation.derive(values, kept)
      if (failure) {
        unmatched ??= this.#unmatched(index, failure)
        continue
      }
      const excluded = compiled.where.find(([attribute, allowed]) => !allowed.has(values[attribute]!))
      if (excluded) {
        const [attribute, allowed] = excluded
        leftOut ??= {
          status: 'left-out',
          reason: `${attribute} is '${values[attribute]}', and the profile takes ${[...allowed].map(v => `'${v}'`).join(' or ')}`,
          entry: index,
        }
        continue
      }
      const sampleFolder = this.layout.sampleFolder(values)
      const unusable = this.#unusable(values, sampleFolder)
      if (unusable) {
        unmatched ??= this.#unmatched(index, unusable)
        continue
      }
      return this.#matched(index, values, sampleFolder, first)
    }
    return (
      unmatched ??
      leftOut ??
      nearestEntry(
        this.#entries.map(({ paths }) => paths.pattern),
        path,
      )
    )
  }

  #matched(
    index: number,
    attributes: Record<string, string>,
    folder: string,
    isFirstFit: boolean,
  ): MatchedFile {
    const { entry, remap } = this.#entries[index]!
    const { key, patient } = this.#profile.sample
    return {
      status: 'matched',
      role: entry.role,
      maskName: entry.role === 'mask' ? entry.name : undefined,
      remap,
      attributes,
      sampleId: this.layout.sampleId(attributes),
      sampleKey: JSON.stringify(key.map(name => attributes[name])),
      folder,
      patient: patient === undefined ? undefined : attributes[patient],
      entry: index,
      isFirstFit,
    }
  }

  #unmatched(
    index: number,
    failure: Pick<UnmatchedFile, 'cause' | 'message' | 'rule' | 'remedy'>,
  ): UnmatchedFile {
    return { status: 'unmatched', ...failure, nearest: this.#profile.files[index]!.path, entry: index }
  }

  /** Values that cannot be part of a path, or whose folder would read back as something else. */
  #unusable(
    values: Readonly<Record<string, string>>,
    folder: string,
  ): Pick<UnmatchedFile, 'cause' | 'message' | 'rule' | 'remedy'> | undefined {
    for (const name of this.#pathAttributes) {
      const reason = pathNameProblem(values[name]!)
      if (reason)
        return {
          cause: 'value',
          message: `${name} '${values[name]}' cannot be part of a folder name: ${reason}`,
          rule: `'${name}' cannot be part of a folder name`,
          remedy: `Correct the value at its source, or give '${name}' a map in the attributes of the profile.`,
        }
    }
    const back = this.layout.parseFolder(folder)
    const wrong = this.#pathAttributes.find(name => back?.[name] !== values[name])
    if (wrong === undefined) return undefined
    return {
      cause: 'ambiguous',
      message: `the folder ${folder} would not read back: ${wrong} is '${values[wrong]}' here and '${back?.[wrong] ?? 'nothing'}' there`,
      rule: `'${wrong}' would not read back from the folder of the sample`,
      remedy: `Narrow the pattern of '${wrong}' under placeholders in the profile, or put another separator into sample.id.`,
    }
  }
}

function compileEntry(profile: Profile, entry: FileEntry): CompiledEntry {
  return {
    entry,
    paths: new PathMatcher(compilePath(entry.path, { ...profile.placeholders, ...entry.placeholders })),
    where: Object.entries(entry.where ?? {}).map(([name, values]) => [name, new Set(values)] as const),
    remap: new Map(Object.entries(entry.remap ?? {}).map(([from, to]) => [Number(from), to])),
  }
}

/** Names of the masks of a sample in the order in which they are merged; one without a name is ''. */
export function maskNames(profile: Profile): string[] {
  return [...new Set(profile.files.flatMap(entry => (entry.role === 'mask' ? [entry.name ?? ''] : [])))]
}
