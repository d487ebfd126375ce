const PIECE_BYTES = 1 << 20

/** The entries of a central directory, one after the other in a few large pieces: there may be a million. */
export class DirectoryBytes {
  readonly #pieces: Uint8Array[] = []
  #last: Uint8Array = new Uint8Array(0)
  #filled = 0
  /** How many entries there are. */
  count = 0

  add(entry: Uint8Array): void {
    if (this.#filled + entry.length > this.#last.length) {
      if (this.#filled > 0) this.#pieces.push(this.#last.subarray(0, this.#filled))
      this.#last = new Uint8Array(Math.max(PIECE_BYTES, entry.length))
      this.#filled = 0
    }
    this.#last.set(entry, this.#filled)
    this.#filled += entry.length
    this.count++
  }

  *pieces(): Generator<Uint8Array> {
    yield* this.#pieces
    if (this.#filled > 0) yield this.#last.subarray(0, this.#filled)
  }
}
