/** What is kept: anything whose size in bytes is known once it is there. */
interface Kept<T> {
  readonly value: Promise<T>
  bytes: number
}

/**
 * What was decoded last, within a budget of bytes or one thing that is larger: what was not asked for longest goes first.
 * Two that ask for one thing at once share the work, and only so many things are made at a time, so that memory stays
 * bounded.
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
  get(key: string, make: () => Promise<T> | T): Promise<T> {
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

  async #inTurn(make: () => Promise<T> | T): Promise<T> {
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

  /**
   * What is being made counts nothing yet and stays. So does what was asked for last, whatever its size: the slices of an
   * image that is larger than the budget are asked for one by one.
   */
  #shrink(): void {
    const last = [...this.#kept.keys()].at(-1)
    let total = [...this.#kept.values()].reduce((sum, { bytes }) => sum + bytes, 0)
    for (const [key, { bytes }] of this.#kept) {
      if (total <= this.#budget) return
      if (bytes === 0 || key === last) continue
      this.#kept.delete(key)
      total -= bytes
    }
  }
}
