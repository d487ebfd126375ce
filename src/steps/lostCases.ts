import type { Zod } from '../engine/step.ts'

/** A patient that did not get to a step of the whole data set, and why: the step that failed and its message. */
export interface LostCase {
  readonly case: string
  readonly reason: string
}

/** The parameter by which a plan tells a report of them; it is always called `failed`. */
export const lostCases = (z: Zod) => z.array(z.object({ case: z.string(), reason: z.string() })).default([])
