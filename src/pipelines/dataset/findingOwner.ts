import type { Receipt } from '../../engine/receipt.ts'
import { STATE_FOLDER } from '../../engine/workspace.ts'

/** Tells which case a finding about the whole data set is about, by the path or id that it names. */
export class FindingOwner {
  readonly #cases = new Set<string>()
  readonly #files = new Map<string, string>()

  addCase(id: string): void {
    this.#cases.add(id)
  }

  /** The files of a job belong to its case; of hundreds, such as slices, the folder tells. */
  addFiles(id: string, { inputs, outputs, findings }: Receipt): void {
    // A job that was refused names no files, but its findings do.
    for (const { where } of findings) if (where.includes('/')) this.#files.set(where, id)
    for (const files of [inputs, outputs])
      for (const { path } of files.slice(0, MOST_FILES))
        if (!path.startsWith(`${STATE_FOLDER}/`)) this.#files.set(path, id)
  }

  /** @param where path of a file or folder, or id of a case */
  caseOf(where: string): string | undefined {
    if (this.#cases.has(where)) return where
    const owner = this.#files.get(where)
    if (owner !== undefined) return this.#cases.has(owner) ? owner : undefined
    const parts = where.split('/')
    for (let first = 0; first < parts.length; first++)
      for (let end = parts.length; end > first; end--) {
        const id = parts.slice(first, end).join('/')
        if (this.#cases.has(id)) return id
      }
    return undefined
  }
}

const MOST_FILES = 12
