import type { JobOutcome } from '../job.ts'
import type { DispatchedCase } from '../runCase.ts'

/** Carries out cases somewhere and tells of every job; the jobs themselves run the same way everywhere. */
export interface Executor {
  /**
   * @param signal stops the run: jobs under way are abandoned without a trace, and the promise resolves.
   */
  run(
    cases: readonly DispatchedCase[],
    onOutcome: (outcome: JobOutcome) => void,
    signal: AbortSignal,
  ): Promise<void>
}
