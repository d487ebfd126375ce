import type { CasePlan, JobOutcome } from '../job.ts'
import type { DispatchedCase } from '../runCase.ts'

/** Carries out cases somewhere and tells of every job; the jobs themselves run the same way everywhere. */
export interface Executor {
  /**
   * Whether cases may still be under way elsewhere although `run` has resolved, because it was interrupted. What they
   * have half-written is theirs.
   */
  goesOn?(): boolean
  /**
   * @param signal stops the run: jobs under way are abandoned without a trace, and the promise resolves.
   * @returns cases that a process died of or was ended in by the signal: their folders may hold what it left half-written.
   */
  run(
    cases: readonly DispatchedCase[],
    onOutcome: (outcome: JobOutcome) => void,
    signal: AbortSignal,
  ): Promise<readonly CasePlan[]>
}
