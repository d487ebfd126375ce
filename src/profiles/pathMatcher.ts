import { matchNames, matchSegment, type PathPattern } from './pattern.ts'

interface FolderValues {
  /** undefined for a file that lies in none */
  readonly folder: string | undefined
  /** undefined where the folder does not fit */
  readonly values: readonly (readonly [placeholder: string, value: string])[] | undefined
}

/** Matches paths. Most files lie in few folders: what the folder of the last one says is remembered. */
export class PathMatcher {
  /** All levels of the pattern but the last. */
  readonly #folderPattern: PathPattern
  #last: FolderValues | undefined

  constructor(readonly pattern: PathPattern) {
    this.#folderPattern = { ...pattern, segments: pattern.segments.slice(0, -1) }
  }

  /** The values of the placeholders of a path in Unicode NFC; undefined when it does not fit. */
  match(path: string): Record<string, string> | undefined {
    const slash = path.lastIndexOf('/')
    return this.matchIn(slash < 0 ? undefined : path.slice(0, slash), path.slice(slash + 1))
  }

  /** The same for a path that is taken apart already; a file may lie in no folder. */
  matchIn(folder: string | undefined, name: string): Record<string, string> | undefined {
    const { pattern } = this
    const last = this.#last
    const known = last !== undefined && last.folder === folder ? last : this.#folderValues(folder)
    this.#last = known
    if (known.values === undefined) return undefined
    // Assigned one by one, so that the objects of all patterns have one shape.
    const values: Record<string, string> = {}
    for (const [placeholder, value] of known.values) values[placeholder] = value
    return matchSegment(pattern, pattern.segments.at(-1)!, name, values) ? values : undefined
  }

  #folderValues(folder: string | undefined): FolderValues {
    const values = matchNames(this.#folderPattern, folder?.split('/') ?? [])
    return { folder, values: values && Object.entries(values) }
  }
}
