import type { WorkerMessage } from './executors/pool.ts'
import type { DispatchedCase } from './runCase.ts'
import { runCase } from './runCase.ts'
import type { StepRegistry } from './step.ts'
import { workspaceAt } from './workspace.ts'

/**
 * The worker's side of the pool: carries out the cases that come over the channel. When the parent is gone, so is
 * the worker, before it can write anything more.
 */
export function serveWorker(root: string, steps: StepRegistry): void {
  const workspace = workspaceAt(root)
  const send = (message: WorkerMessage) => process.send?.(message)
  process.on('SIGINT', () => undefined) // The terminal sends it to all; the parent decides.
  process.on('disconnect', () => process.exit(0))
  process.on('message', (dispatched: DispatchedCase) => {
    runCase(dispatched, workspace, steps, outcome => send({ type: 'outcome', outcome })).then(
      () => send({ type: 'case-done' }),
      error =>
        send({
          type: 'broken',
          message: error instanceof Error ? (error.stack ?? error.message) : String(error),
        }),
    )
  })
}
