import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { SlurmRun, type SlurmSettings } from '../engine/executors/slurm.ts'
import { largestArray } from '../engine/executors/slurmCommands.ts'
import { awaitEarlier, refuseWhileOnCluster, takeOver } from '../engine/executors/slurmPickUp.ts'
import { USUAL_CLASSES } from '../engine/executors/slurmShards.ts'
import type { Run } from '../engine/run.ts'
import type { Workspace } from '../engine/workspace.ts'
import { rootHolder } from '../storage/runLock.ts'
import { sweepTree } from '../storage/sweepTree.ts'
import { type SlurmFlags, USUAL_MINUTES, USUAL_TASKS } from './slurmFlags.ts'

// All that a cluster needs is loaded together, and only where there is one.
export { awaitNone, cancelOpen } from '../engine/executors/slurmPickUp.ts'
export { runShard } from '../engine/executors/slurmTask.ts'
export { printScripts } from './slurmScripts.ts'
export { watchRoot } from './watchRoot.ts'

/** A run on the cluster, as the flags ask. @throws SlurmError when Slurm cannot be asked */
export const openSlurm = async (
  flags: SlurmFlags,
  workspace: Workspace,
  tell: (text: string) => void,
): Promise<SlurmRun> => new SlurmRun(workspace, await slurmSettings(flags), tell)

/**
 * Nothing is begun on a root that jobs of a cluster still work on: a run on the cluster waits for them, one on this machine
 * is refused.
 */
export async function settleCluster(
  workspace: Workspace,
  slurm: SlurmRun | undefined,
  signal: AbortSignal,
): Promise<void> {
  // A run that goes on waits for its jobs itself; this one will be refused by its lock.
  if (rootHolder(workspace.state('run.lock')) !== undefined) return
  if (slurm === undefined) await refuseWhileOnCluster(workspace)
  else await awaitEarlier(workspace, slurm.tell, signal)
}

/** @returns how many temporary files of tasks that were killed unseen were removed */
export function takeOverCluster(run: Run, workspace: Workspace, writes: readonly string[]): number {
  const { digests, unseen } = takeOver(workspace)
  run.remember(digests)
  if (!unseen) return 0
  const folders = new Set([workspace.state(), ...writes.map(folder => workspace.absolute(folder))])
  return [...folders].reduce((count, folder) => count + sweepTree(folder), 0)
}

/** The program as a node starts it: this Node.js and this script, by paths that the shared disk has everywhere. */
const program = (): readonly string[] => [
  process.execPath,
  path.resolve(process.argv[1] ?? fileURLToPath(import.meta.url)),
  'job',
  '--shard',
]

/** What the flags ask of the cluster, within what it takes; scripts can be looked at without asking it. */
async function slurmSettings(flags: SlurmFlags): Promise<SlurmSettings> {
  const most = flags.max_array ?? USUAL_TASKS
  return {
    classes: flags.slurm_memory ?? USUAL_CLASSES,
    memoryScale: flags.memory_scale ?? 1,
    taskSeconds: 60 * (flags.task_minutes ?? USUAL_MINUTES),
    mostTasks: Math.min(most, await (flags.print ? largestArray().catch(() => most) : largestArray())),
    program: program(),
    args: flags.slurm_arg ?? [],
    leaveJobs: flags.leave_jobs ?? false,
  }
}
