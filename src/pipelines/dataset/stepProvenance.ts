import { canonicalJson } from '../../core/canonicalJson.ts'
import type { StepProvenance } from '../../core/datasetDescription.ts'
import type { Receipt } from '../../engine/receipt.ts'
import { shownParams } from './shownParams.ts'

/** What provenance needs of one receipt. */
export interface JobFacts {
  readonly step: string
  readonly version: number
  readonly voxmill: string
  readonly params: ParameterSet
  readonly isDone: boolean
  readonly seconds: number
  readonly finished: string
}

interface ParameterSet {
  readonly key: string
  readonly params: unknown
}

/** More sets of parameters than these are not told one by one. */
const MOST_SETS = 12

/** Takes the facts of receipts; equal parameters are kept once. */
export class FactReader {
  readonly #sets = new Map<string, ParameterSet>()

  facts({ step, version, voxmill, params, status, seconds, finished }: Receipt): JobFacts {
    const shown = shownParams(step, params)
    const key = canonicalJson(shown)
    let set = this.#sets.get(key)
    if (set === undefined) {
      set = { key, params: shown }
      this.#sets.set(key, set)
    }
    return { step, version, voxmill, params: set, isDone: status === 'done', seconds, finished }
  }
}

/**
 * How each step was carried out, the steps in the order given; one that is not in it comes last.
 *
 * @param facts of every job that counts
 */
export function stepProvenance(facts: Iterable<JobFacts>, order: readonly string[]): StepProvenance[] {
  const bySteps = new Map<string, JobFacts[]>()
  for (const fact of facts) {
    const jobs = bySteps.get(fact.step)
    if (jobs === undefined) bySteps.set(fact.step, [fact])
    else jobs.push(fact)
  }
  const rank = (step: string) => {
    const at = order.indexOf(step)
    return at < 0 ? order.length : at
  }
  return [...bySteps]
    .map(([step, jobs]) => provenanceOf(step, jobs))
    .sort((a, b) => rank(a.step) - rank(b.step) || (a.first < b.first ? -1 : 1))
}

function provenanceOf(step: string, jobs: readonly JobFacts[]): StepProvenance {
  const sets = new Map<string, { params: unknown; jobs: number }>()
  const done = jobs.filter(j => j.isDone)
  // A job that was refused before it began has no parameters.
  for (const { params } of done.length > 0 ? done : jobs) {
    const set = sets.get(params.key) ?? { params: params.params, jobs: 0 }
    set.jobs++
    sets.set(params.key, set)
  }
  const times = jobs.map(j => j.finished).sort()
  return {
    step,
    version: Math.max(...jobs.map(j => j.version)),
    voxmill: [...new Set(jobs.map(j => j.voxmill))].sort(),
    params: [...sets]
      .sort(([keyA, a], [keyB, b]) => b.jobs - a.jobs || (keyA < keyB ? -1 : 1))
      .slice(0, MOST_SETS)
      .map(([, set]) => set),
    done: done.length,
    failed: jobs.length - done.length,
    seconds: Number(jobs.reduce((sum, j) => sum + j.seconds, 0).toFixed(3)),
    first: times[0]!,
    last: times.at(-1)!,
  }
}
