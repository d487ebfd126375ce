import type { Receipt } from '../../engine/receipt.ts'

/** So many jobs of a step tell what it reads and writes. */
const ENOUGH_JOBS = 8

/**
 * The order of the steps of a data set as its files tell it: a step comes after those whose outputs it reads. Times
 * cannot tell, since any step may have been done again.
 */
export class StepOrder {
  readonly #makers = new Map<string, string>()
  readonly #reads = new Map<string, Set<string>>()
  readonly #jobs = new Map<string, number>()
  readonly #first = new Map<string, string>()

  add({ step, inputs, outputs, finished }: Receipt): void {
    const first = this.#first.get(step)
    if (first === undefined || finished < first) this.#first.set(step, finished)
    const jobs = (this.#jobs.get(step) ?? 0) + 1
    this.#jobs.set(step, jobs)
    if (jobs > ENOUGH_JOBS) return
    for (const { path } of outputs) this.#makers.set(path, step)
    const reads = this.#reads.get(step) ?? new Set()
    for (const { path } of inputs) reads.add(path)
    this.#reads.set(step, reads)
  }

  /** Steps that follow from nothing come in the order of their first job. */
  list(): string[] {
    const steps = [...this.#first].sort((a, b) => (a[1] < b[1] ? -1 : 1)).map(([step]) => step)
    const before = new Map(steps.map(step => [step, this.#sourcesOf(step)]))
    const ordered: string[] = []
    const visit = (step: string, above: ReadonlySet<string>) => {
      if (ordered.includes(step) || above.has(step)) return
      const within = new Set([...above, step])
      for (const source of steps) if (before.get(step)!.has(source)) visit(source, within)
      ordered.push(step)
    }
    for (const step of steps) visit(step, new Set())
    return ordered
  }

  #sourcesOf(step: string): Set<string> {
    const sources = new Set<string>()
    for (const path of this.#reads.get(step) ?? []) {
      const source = this.#makers.get(path) ?? this.#makerAbove(path)
      if (source !== undefined && source !== step) sources.add(source)
    }
    return sources
  }

  /** A step may read a file of a folder that another wrote as one. */
  #makerAbove(file: string): string | undefined {
    for (let at = file.lastIndexOf('/'); at > 0; at = file.lastIndexOf('/', at - 1)) {
      const source = this.#makers.get(file.slice(0, at))
      if (source !== undefined) return source
    }
    return undefined
  }
}
