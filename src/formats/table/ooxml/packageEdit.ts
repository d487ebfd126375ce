import { spliceXml, type XmlEdit } from '../../xml/splice.ts'
import { deflateEntry } from '../../zip/deflateEntry.ts'
import type { ZipEntry } from '../../zip/entry.ts'
import { writeZip } from '../../zip/writeZip.ts'
import { editContentTypes } from './contentTypes.ts'
import type { OoxmlPackage } from './package.ts'

/** Changes to a package, gathered until `finish`; whatever is not named here is copied as it is, still compressed. */
export class PackageEdit {
  readonly #pack: OoxmlPackage
  readonly #changed = new Map<string, ZipEntry>()
  readonly #added: ZipEntry[] = []
  readonly #addedTypes: { part: string; type: string }[] = []
  readonly #removed = new Set<string>()

  constructor(pack: OoxmlPackage) {
    this.#pack = pack
  }

  has(part: string): boolean {
    const name = part.toLowerCase()
    const present = this.#pack.entry(part) !== undefined && !this.#removed.has(name)
    return present || this.#added.some(entry => entry.name.toLowerCase() === name)
  }

  /**
   * Writes a part anew, in its place or at the end; `type` is its content type, for a part that is new, unless that
   * follows from the ending of its name. The name of a removed part may be used again.
   */
  async put(part: string, pieces: Iterable<Uint8Array>, type: string | undefined): Promise<void> {
    const present = this.#removed.has(part.toLowerCase()) ? undefined : this.#pack.entry(part)
    const entry = await deflateEntry(present?.name ?? part, pieces)
    if (present) this.#changed.set(part.toLowerCase(), entry)
    else {
      this.#added.push(entry)
      if (type !== undefined) this.#addedTypes.push({ part, type })
    }
  }

  remove(part: string): void {
    this.#removed.add(part.toLowerCase())
  }

  /** Edits a part in place; without edits it stays to the byte. */
  async splice(part: string, edits: (bytes: Uint8Array) => XmlEdit[]): Promise<void> {
    const bytes = await this.#pack.requirePart(part)
    const list = this.#pack.guard(part, () => edits(bytes))
    if (list.length === 0) return
    const name = this.#pack.entry(part)!.name
    this.#changed.set(part.toLowerCase(), await deflateEntry(name, [spliceXml(bytes, list)]))
  }

  /** The bytes of the changed package. */
  async finish(): Promise<Uint8Array> {
    await this.splice('[Content_Types].xml', bytes =>
      editContentTypes(bytes, this.#removed, this.#addedTypes),
    )
    const kept = this.#pack.entries.filter(entry => !this.#removed.has(entry.name.toLowerCase()))
    return writeZip([
      ...kept.map(entry => this.#changed.get(entry.name.toLowerCase()) ?? entry),
      ...this.#added,
    ])
  }
}
