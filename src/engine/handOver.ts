/**
 * Values that one job of a case has read or written and that a later job of the same case will read: passed on in
 * memory, so that no file is inflated twice.
 */
export class HandOver {
  readonly #values = new Map<string, { value: unknown; digest: string }>()
  #wanted: ReadonlySet<string> = new Set()

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
