import { standingVerdicts, type Verdict } from '../core/verdict.ts'
import { appendVerdict, readVerdicts, type VerdictsRead } from '../storage/verdictFile.ts'

/** The verdicts of a data set, as its file has them now: other servers write to it too. */
export class VerdictLog {
  readonly #file: string
  #verdicts: Verdict[] = []
  #next = 0
  #appended: Promise<void> = Promise.resolve()

  constructor(file: string) {
    this.#file = file
  }

  /** All of them, oldest first. */
  all(): readonly Verdict[] {
    const { verdicts, next, first } = this.after(this.#next)
    this.#verdicts = first === 0 ? [...verdicts] : [...this.#verdicts, ...verdicts]
    this.#next = next
    return this.#verdicts
  }

  standing(): ReadonlyMap<string, Verdict> {
    return standingVerdicts(this.all())
  }

  /** What came after a place that an earlier call gave as `next`. */
  after(place: number): VerdictsRead {
    return readVerdicts(this.#file, place)
  }

  /** One after the other, so that their order is that of the requests. */
  add(verdict: Verdict): Promise<void> {
    const adding = this.#appended.then(() => appendVerdict(this.#file, verdict))
    this.#appended = adding.catch(() => undefined)
    return adding
  }

  /** All that were given are on the disk. */
  settled(): Promise<void> {
    return this.#appended
  }
}
