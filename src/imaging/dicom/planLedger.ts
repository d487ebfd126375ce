import { type Finding, type FindingCode, finding, type Severity } from '../../core/finding.ts'
import type { SliceHeader } from '../../core/sliceHeader.ts'
import { dot, sliceAxes } from './places.ts'
import type { LeftOut, PlanOptions } from './volumePlan.ts'

/** Names in a message before the rest is counted. */
const MOST_NAMES = 8

/** Positions among the figures of a finding. */
const MOST_POSITIONS = 50

interface Extra {
  readonly severity?: Severity
  readonly numbers?: Readonly<Record<string, number | string | boolean>>
}

/** Collects what a plan leaves out and finds, and words it: each message names the files of its slices. */
export class PlanLedger {
  readonly leftOut: LeftOut[] = []
  readonly findings: Finding[] = []
  readonly #options: PlanOptions

  constructor(options: PlanOptions) {
    this.#options = options
  }

  /** A finding that is about `slices`; its figures carry their indices and positions along their normal. */
  note(code: FindingCode, slices: readonly SliceHeader[], message: string, extra: Extra = {}): void {
    const positions = slices.slice(0, MOST_POSITIONS).flatMap(positionText)
    const numbers = {
      ...extra.numbers,
      count: slices.length,
      slices: ranges(slices.map(slice => slice.index)),
      ...(positions.length > 0 ? { positionsMm: positions.join(', ') } : {}),
    }
    this.findings.push(
      finding(code, this.#options.where, message, {
        numbers,
        ...(extra.severity ? { severity: extra.severity } : {}),
      }),
    )
  }

  /** Leaves `slices` out for the reason that `code` names. */
  leave(code: FindingCode, slices: readonly SliceHeader[]): void {
    for (const { index } of slices) this.leftOut.push({ index, code })
  }

  name(slice: SliceHeader): string {
    const name = this.#options.nameOf(slice.index)
    return slice.frames > 1 ? `${name} frame ${slice.frame + 1}` : name
  }

  names(slices: readonly SliceHeader[]): string {
    return listed(slices.map(slice => this.name(slice)))
  }
}

/** Distance of the slice's plane from the world's origin along its normal, mm. */
const positionText = ({ position, orientation }: SliceHeader): string[] =>
  position && orientation ? [dot(position, sliceAxes(orientation).normal).toFixed(3)] : []

export const listed = (names: readonly string[]): string =>
  names.length > MOST_NAMES
    ? `${names.slice(0, MOST_NAMES).join(', ')} and ${names.length - MOST_NAMES} more`
    : names.join(', ')

export const mm = (value: number): string => `${Number(value.toFixed(3))} mm`

/** Whole numbers as text, runs shortened: 0-3, 7. */
function ranges(indices: readonly number[]): string {
  const sorted = [...indices].sort((a, b) => a - b)
  const runs: [number, number][] = []
  for (const index of sorted) {
    const run = runs.at(-1)
    if (run && index <= run[1] + 1) run[1] = index
    else runs.push([index, index])
  }
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(', ')
}
