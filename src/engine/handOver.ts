import type { FileStamp } from '../storage/fileStamp.ts'

/** A value that whoever planned the job has read already, to tell before any job whether it can be done. */
export interface ReadAhead {
  /** Relative to the root. */
  readonly path: string
  /** Name of the artifact kind. */
  readonly kind: string
  readonly value: unknown
  readonly digest: string
  /** What the file had before it was read; the value counts only while it still has it. */
  readonly stamp: FileStamp
}

/**
 * Values that one job of a case has read or written and that a later job of the same case will read: passed on in
 * memory, so that no file is inflated twice.
 */
export class HandOver {
  readonly #values = new Map<string, { value: unknown; digest: string }>()
  #wanted: ReadonlySet<string> = new Set()

  constructor(ahead: readonly ReadAhead[] = []) {
    for (const { path, kind, value, digest } of ahead)
      this.#values.set(HandOver.key(path, kind), { value, digest })
  }

  static key(path: string, kind: string): string {
    return `${kind}\0${path}`
  }

  /** Forgets what no later job reads. */
  expect(wanted: ReadonlySet<string>): void {
    this.#wanted = wanted
    for (const key of this.#values.keys()) if (!wanted.has(key)) this.#values.delete(key)
  }

  offer(path: string, kind: string, value: unknown, digest: string): void {
    const key = HandOver.key(path, kind)
    if (this.#wanted.has(key)) this.#values.set(key, { value, digest })
  }

  take(path: string, kind: string): { value: unknown; digest: string } | undefined {
    return this.#values.get(HandOver.key(path, kind))
  }
}
