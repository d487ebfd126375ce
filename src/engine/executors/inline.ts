import type { Admission } from '../admission.ts'
import type { ReadAhead } from '../handOver.ts'
import { runCase } from '../runCase.ts'
import type { StepRegistry } from '../step.ts'
import type { Workspace } from '../workspace.ts'
import type { Executor } from './executor.ts'

/**
 * Runs cases one after the other in this process.
 *
 * @param ahead values that need not be read again
 * @param admission refuses jobs that do not fit
 */
export function inlineExecutor(
  workspace: Workspace,
  steps: StepRegistry,
  ahead: readonly ReadAhead[] = [],
  admission?: Admission,
): Executor {
  return {
    async run(cases, onOutcome, signal) {
      for (const dispatched of cases) {
        if (signal.aborted) break
        const admitted = admission?.admitted(dispatched) ?? dispatched
        await runCase(admitted, workspace, steps, onOutcome, signal, ahead)
        if (signal.aborted) return [dispatched.plan]
      }
      return []
    },
  }
}
