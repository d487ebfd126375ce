import { Fault } from '../../../core/fault.ts'
import { CLOSE, EMPTY, NEEDS_MORE, OPEN, XmlScanner } from '../../xml/scanner.ts'
import type { ZipEntry } from '../../zip/entry.ts'
import { inflateEntry, inflateWhole } from '../../zip/inflateEntry.ts'
import { readZip } from '../../zip/readZip.ts'
import { WorkbookCorruptError } from '../fault.ts'
import { foreignFormat } from './foreignFormat.ts'

const COPY_AGAIN =
  'Copy the file again from its source, or open it in Excel or LibreOffice and save it as .xlsx.'

/** A relationship of a part or of the package (ECMA-376 part 2, 9.3). */
export interface Relationship {
  readonly id: string
  readonly type: string
  /** Name of the target part without leading slash, or a URL when `external`. */
  readonly target: string
  readonly external: boolean
  /** Byte offsets of the element in the relationships part. */
  readonly start: number
  readonly end: number
}

/** An Office Open XML package: a zip archive of parts that name one another. Part names carry no leading slash. */
export class OoxmlPackage {
  readonly source: string
  readonly entries: readonly ZipEntry[]
  readonly #byName: ReadonlyMap<string, ZipEntry>

  /** @throws WorkbookCorruptError if the bytes are no zip archive, saying what they are where that can be told */
  constructor(bytes: Uint8Array, source: string) {
    this.source = source
    const foreign = foreignFormat(bytes)
    if (foreign) throw new WorkbookCorruptError(source, foreign.reason, foreign.remedy)
    this.entries = this.guard('', () => readZip(bytes))
    this.#byName = new Map(this.entries.map(entry => [entry.name.toLowerCase(), entry]))
  }

  /** Part names count as equal whatever their case (ECMA-376 part 2, 7.2.3). */
  entry(name: string): ZipEntry | undefined {
    return this.#byName.get(name.toLowerCase())
  }

  /** The bytes of a part, or undefined when there is none. */
  async part(name: string): Promise<Uint8Array | undefined> {
    const entry = this.entry(name)
    return entry && (await this.guardAsync(name, () => inflateWhole(entry)))
  }

  /** @throws WorkbookCorruptError if there is no such part */
  async requirePart(name: string): Promise<Uint8Array> {
    return (await this.part(name)) ?? this.missing(name)
  }

  async *pieces(name: string): AsyncGenerator<Uint8Array> {
    const entry = this.entry(name)
    if (!entry) return this.missing(name)
    yield* inflateEntry(entry)
  }

  missing(name: string): never {
    throw new WorkbookCorruptError(this.source, `the workbook lacks its part ${name}`, COPY_AGAIN)
  }

  /** Relationships of a part; of the package itself for ''. */
  async relationships(name: string): Promise<Relationship[]> {
    const part = relationshipsPart(name)
    const bytes = await this.part(part)
    return bytes ? this.guard(part, () => parseRelationships(bytes, name)) : []
  }

  /** Runs a parser, telling what it throws as a fault of this file and part. */
  guard<T>(part: string, parse: () => T): T {
    try {
      return parse()
    } catch (error) {
      throw this.#told(part, error)
    }
  }

  async guardAsync<T>(part: string, parse: () => Promise<T>): Promise<T> {
    try {
      return await parse()
    } catch (error) {
      throw this.#told(part, error)
    }
  }

  #told(part: string, error: unknown): unknown {
    if (!(error instanceof Fault) || error instanceof WorkbookCorruptError) return error
    const where = part === '' ? '' : `${part}: `
    return new WorkbookCorruptError(
      this.source,
      `the workbook is damaged: ${where}${error.message}`,
      COPY_AGAIN,
      error,
    )
  }
}

/** The part that lists the relationships of another (ECMA-376 part 2, 9.3.4). */
export function relationshipsPart(name: string): string {
  const slash = name.lastIndexOf('/') + 1
  return `${name.slice(0, slash)}_rels/${name.slice(slash)}.rels`
}

/** @param owner the part whose relationships these are, which relative targets start from */
export function parseRelationships(bytes: Uint8Array, owner: string): Relationship[] {
  const found: Relationship[] = []
  const scanner = new XmlScanner(bytes)
  let open: { start: number; index: number } | undefined
  for (let kind = scanner.next(); kind !== NEEDS_MORE; kind = scanner.next()) {
    if (kind === CLOSE && open && scanner.localNameIs('Relationship')) {
      found[open.index] = { ...found[open.index]!, end: scanner.end }
      open = undefined
    }
    if ((kind !== OPEN && kind !== EMPTY) || !scanner.localNameIs('Relationship')) continue
    const external = scanner.attribute('TargetMode') === 'External'
    const target = scanner.attribute('Target') ?? ''
    if (kind === OPEN) open = { start: scanner.start, index: found.length }
    found.push({
      id: scanner.attribute('Id') ?? '',
      type: scanner.attribute('Type') ?? '',
      target: external ? target : resolveTarget(owner, target),
      external,
      start: scanner.start,
      end: scanner.end,
    })
  }
  return found
}

function resolveTarget(owner: string, target: string): string {
  const path = target.startsWith('/') ? target : `${owner.slice(0, owner.lastIndexOf('/') + 1)}${target}`
  const steps: string[] = []
  for (const step of path.split('/')) {
    if (step === '..') steps.pop()
    else if (step !== '' && step !== '.') steps.push(step)
  }
  return steps.join('/')
}
