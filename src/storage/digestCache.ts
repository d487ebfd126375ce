import fs from 'node:fs'
import path from 'node:path'
import { writeAtomicSmall } from './atomicWrite.ts'
import { type FileStamp, fileStamp } from './fileStamp.ts'
import { readTextIfThere } from './readFile.ts'

/** One remembered digest: path relative to the root, the kind that digested it, the stamp it had, the digest. */
export type DigestEntry = readonly [path: string, kind: string, stamp: FileStamp, digest: string]

const REWRITE_FACTOR = 3

/**
 * Digests by path and stamp, kept as JSON lines. It only saves time: a lost or torn line means that a file is read
 * again, so lines are appended without fsync.
 */
export class DigestCache {
  readonly #root: string
  readonly #file: string
  readonly #known = new Map<string, { stamp: FileStamp; digest: string }>()
  #fresh: DigestEntry[] = []
  #lines = 0

  /**
   * @param file is read, and what is learned is added to it; only one process may do so
   * @param others are read only
   */
  constructor(root: string, file: string, others: readonly string[] = []) {
    this.#root = root
    this.#file = file
    this.#lines = this.#read(file)
    for (const other of others) this.#read(other)
  }

  /** @returns how many lines there are */
  #read(file: string): number {
    let lines = 0
    for (const line of (readTextIfThere(file) ?? '').split('\n')) {
      if (line === '') continue
      lines++
      try {
        const [p, kind, stamp, digest] = JSON.parse(line) as DigestEntry
        if (typeof digest === 'string') this.#known.set(`${kind}\0${p}`, { stamp, digest })
      } catch {
        // A line torn by a crash; its file is digested again.
      }
    }
    return lines
  }

  get isEmpty(): boolean {
    return this.#known.size === 0
  }

  /** Takes over what other caches have, which are then removed. */
  absorb(others: readonly string[]): void {
    if (others.length === 0) return
    try {
      this.#rewrite()
      this.#fresh = []
      for (const other of others) fs.rmSync(other, { force: true })
    } catch {
      // They are read again the next time.
    }
  }

  /** The digest of a file (path relative to the root) if its stamp is still the one that was digested. */
  lookUp(relativePath: string, kind: string): string | undefined {
    const known = this.#known.get(`${kind}\0${relativePath}`)
    if (known === undefined) return undefined
    return fileStamp(path.resolve(this.#root, relativePath)) === known.stamp ? known.digest : undefined
  }

  /** What is remembered of a file, whether or not it still holds. */
  entry(relativePath: string, kind: string): DigestEntry | undefined {
    const known = this.#known.get(`${kind}\0${relativePath}`)
    return known === undefined ? undefined : [relativePath, kind, known.stamp, known.digest]
  }

  remember(entries: readonly DigestEntry[]): void {
    for (const entry of entries) {
      const [p, kind, stamp, digest] = entry
      const known = this.#known.get(`${kind}\0${p}`)
      if (known?.stamp === stamp && known.digest === digest) continue
      this.#known.set(`${kind}\0${p}`, { stamp, digest })
      this.#fresh.push(entry)
    }
    if (this.#fresh.length >= 256) this.save()
  }

  save(): void {
    if (this.#fresh.length === 0) return
    const text = this.#fresh.map(e => `${JSON.stringify(e)}\n`).join('')
    this.#lines += this.#fresh.length
    this.#fresh = []
    try {
      if (this.#lines > REWRITE_FACTOR * this.#known.size + 1000) this.#rewrite()
      else {
        fs.mkdirSync(path.dirname(this.#file), { recursive: true })
        fs.appendFileSync(this.#file, text)
      }
    } catch {
      // A full or read-only disk: the files themselves tell of it; here only time is lost.
    }
  }

  #rewrite(): void {
    const lines = [...this.#known].map(([key, { stamp, digest }]) => {
      const [kind, p] = key.split('\0')
      return `${JSON.stringify([p, kind, stamp, digest])}\n`
    })
    writeAtomicSmall(this.#file, lines.join(''))
    this.#lines = this.#known.size
  }
}
