/** What is kept: anything whose size in bytes is known once it is there. */
interface Kept<T> {
  readonly value: Promise<T>
  bytes: number
}

/**
 * What was decoded last, within a budget of bytes: what was not asked for longest goes first. Two that ask for one thing
 * at once share the work, and only so many things are made at a time, so that memory stays bounded.
 */
export class DecodedImages<T> {
  readonly #budget: number
  readonly #bytesOf: (value: T) => number
  readonly #kept = new Map<string, Kept<T>>()
  readonly #waiting: (() => void)[] = []
  #free: number

  constructor(budget: number, atOnce: number, bytesOf: (value: T) => number) {
    this.#budget = budget
    this.#free = atOnce
    this.#bytesOf = bytesOf
  }

  /** @param make called when nothing of this key is kept; what it throws is thrown to all that wait, and not kept */
  get(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.#kept.get(key)
    if (known !== undefined) {
      this.#kept.delete(key)
      this.#kept.set(key, known)
      return known.value
    }
    const kept: Kept<T> = { value: this.#inTurn(make), bytes: 0 }
    this.#kept.set(key, kept)
    kept.value.then(
      value => {
        kept.bytes = this.#bytesOf(value)
        this.#shrink()
      },
      () => {
        if (this.#kept.get(key) === kept) this.#kept.delete(key)
      },
    )
    return kept.value
  }

  async #inTurn(make: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>(resolve => this.#waiting.push(resolve))
    try {
      return await make()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free++
      else next()
    }
  }

  /** What is being made counts nothing yet and stays; what alone is larger than the budget goes when it is done. */
  #shrink(): void {
    let total = [...this.#kept.values()].reduce((sum, { bytes }) => sum + bytes, 0)
    for (const [key, { bytes }] of this.#kept) {
      if (total <= this.#budget) return
      if (bytes === 0) continue
      this.#kept.delete(key)
      total -= bytes
    }
  }
}
