import type { Verdict } from '../../src/core/verdict.ts'
import { server } from './serverClient.ts'

export type JudgedCase = Verdict & { readonly id: string }

const EVERY_MS = 4000

const isSame = (a: JudgedCase, b: JudgedCase): boolean =>
  a.id === b.id &&
  a.at === b.at &&
  a.reviewer === b.reviewer &&
  a.verdict === b.verdict &&
  a.comment === b.comment

/** All verdicts of the data set, kept up with what other viewers give. */
export class VerdictFeed {
  readonly #byCase = new Map<string, JudgedCase[]>()
  /** Saved by this page, but not heard of from the server yet. */
  #own: JudgedCase[] = []
  #next = 0
  #asking: Promise<JudgedCase[]> | undefined

  /** Hears what is new; `own` where this page gave it. */
  onNew: (verdicts: readonly JudgedCase[]) => void = () => {}
  /** Hears whether the server can be reached. */
  onReach: (error: unknown | undefined) => void = () => {}

  /** The verdicts on a case, oldest first. */
  of(id: string): readonly JudgedCase[] {
    return this.#byCase.get(id) ?? []
  }

  /** Asks what is new. Two callers at once share the question. */
  poll(): Promise<JudgedCase[]> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  async #ask(): Promise<JudgedCase[]> {
    const { next, verdicts } = await server.verdicts(this.#next)
    this.#next = next
    const fresh = verdicts.filter(verdict => {
      const own = this.#own.findIndex(o => isSame(o, verdict))
      if (own >= 0) this.#own.splice(own, 1)
      return own < 0
    })
    this.#take(fresh)
    return fresh
  }

  /** Takes in a verdict that the server has just saved for this page. */
  add(verdict: JudgedCase): void {
    if (this.of(verdict.id).some(known => isSame(known, verdict))) return
    this.#own.push(verdict)
    this.#take([verdict])
  }

  #take(verdicts: readonly JudgedCase[]): void {
    for (const verdict of verdicts) {
      const known = this.#byCase.get(verdict.id) ?? []
      known.push(verdict)
      this.#byCase.set(verdict.id, known)
    }
    if (verdicts.length > 0) this.onNew(verdicts)
  }

  /** Asks every few seconds while the page is in sight. */
  keepUp(): void {
    setInterval(() => {
      if (document.hidden) return
      this.poll().then(
        () => this.onReach(undefined),
        error => this.onReach(error),
      )
    }, EVERY_MS)
  }
}
