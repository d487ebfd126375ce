import type { MeasuredMemory } from './peakMemory.ts'
import { receiptsOfStep } from './receipt.ts'
import type { Workspace } from './workspace.ts'

/** So many receipts of a step are read to know what its jobs take. */
const RECEIPTS_READ = 64

/** What jobs of a step took together. */
export interface JobsTaken {
  readonly jobs: number
  readonly seconds: number
  /** Bytes of input, as the plan weighed them. */
  readonly weight: number
  /** Bytes of output. */
  readonly written: number
}

/** What one job took, as its receipt or its outcome tells. */
export interface JobTaken {
  readonly seconds: number
  readonly weight?: number
  readonly written?: number
  readonly memory?: MeasuredMemory
}

/** A worker that does nothing of size: Node.js, the engine, and the code of a few steps. */
export const IDLE_BYTES = 100e6
/** A job that is predicted to need less tells nothing of how its need grows. */
const TELLING_BYTES = 2 * IDLE_BYTES
const [LEAST, MOST] = [0.5, 4]
const SHARE = 0.95
/** With fewer measurements a prediction is raised by them, never lowered. */
const ENOUGH = 5

/** Of so many jobs the latest measurements are kept, and a correction is taken anew after so many. */
const [MEASUREMENTS_KEPT, SEEN_AT_ONCE] = [256, 16]

class StepTaken {
  jobs = 0
  seconds = 0
  weight = 0
  written = 0
  readonly memory: MeasuredMemory[] = []
  /** Measurements since the correction was taken. */
  unused = 0
  /** Of what has been measured so far; undefined until it is asked for. */
  need: ((predicted: number) => number) | undefined
}

/**
 * What jobs took, by step: from some receipts of earlier runs, and from every job of this one. Predictions of memory, of
 * time left and of what will be written rest on it.
 */
export class Experience {
  readonly #steps = new Map<string, StepTaken>()

  /** Reads some receipts of steps that are not known yet. */
  learn(workspace: Workspace, steps: Iterable<string>): void {
    for (const step of steps) {
      if (this.#steps.has(step)) continue
      this.#of(step)
      for (const receipt of receiptsOfStep(workspace, step, RECEIPTS_READ))
        if (receipt.status === 'done') this.add(step, receipt)
    }
  }

  #of(step: string): StepTaken {
    const known = this.#steps.get(step) ?? new StepTaken()
    this.#steps.set(step, known)
    return known
  }

  /** Notes a job that was carried out. */
  add(step: string, { seconds, weight, written, memory }: JobTaken): void {
    const taken = this.#of(step)
    if (weight !== undefined) {
      taken.jobs++
      taken.seconds += seconds
      taken.weight += weight
      taken.written += written ?? 0
    }
    if (memory === undefined || !(memory.predicted > 0)) return
    taken.memory.push(memory)
    if (taken.memory.length > MEASUREMENTS_KEPT) taken.memory.shift()
    if (++taken.unused < SEEN_AT_ONCE && taken.memory.length > SEEN_AT_ONCE) return
    taken.need = undefined
    taken.unused = 0
  }

  /** Undefined where no job of the step is known. */
  taken(step: string): JobsTaken | undefined {
    const taken = this.#steps.get(step)
    return taken === undefined || taken.jobs === 0 ? undefined : taken
  }

  /**
   * Bytes that a process needs for a job: the prediction of its step, corrected by what jobs of that step were measured to
   * need. The correction is the factor, beside what a process needs for itself, that all but one in twenty stayed below.
   */
  bytesNeeded(step: string, predicted: number): number {
    return this.correctedMemory(step, predicted) ?? Math.max(predicted, IDLE_BYTES)
  }

  /** The same; undefined where nothing is predicted, or no job of the step was measured. */
  correctedMemory(step: string, predicted: number): number | undefined {
    const taken = this.#steps.get(step)
    if (taken === undefined || taken.memory.length === 0 || predicted === 0) return undefined
    taken.need ??= corrected(taken.memory)
    return taken.need(predicted)
  }
}

function corrected(measured: readonly MeasuredMemory[]): (predicted: number) => number {
  const largest = Math.max(...measured.map(m => m.predicted))
  // Large jobs run first; a small one after them finds a process that still holds what they have left behind.
  const telling = measured.filter(m => m.predicted >= largest / 2)
  const factors = telling.map(m => (m.peak - IDLE_BYTES) / m.predicted).sort((a, b) => a - b)
  const factor = Math.min(MOST, factors[Math.ceil(SHARE * factors.length) - 1]!)
  // The first job of a process does not find what later ones do: that it needs less says nothing of them.
  const later = telling.filter(m => m.before >= IDLE_BYTES)
  if (later.length >= ENOUGH && largest >= TELLING_BYTES) {
    const kept = Math.max(LEAST, factor)
    return predicted => IDLE_BYTES + kept * predicted
  }
  // As predicted, the idle process is in it already.
  return predicted => Math.max(predicted, IDLE_BYTES + Math.max(0, factor) * predicted)
}
