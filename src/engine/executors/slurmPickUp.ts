import { setTimeout as sleep } from 'node:timers/promises'
import { Fault } from '../../core/fault.ts'
import type { DigestEntry } from '../../storage/digestCache.ts'
import { LineFollower } from '../../storage/lineLog.ts'
import { removeFolder } from '../../storage/scratchFolder.ts'
import type { Workspace } from '../workspace.ts'
import { cancelJobs, isAlive, statesByName, type TaskState, taskStates } from './slurmCommands.ts'
import {
  arraysOf,
  type FoundArray,
  journalFile,
  markCancelled,
  removeRun,
  writeRecord,
} from './slurmFolder.ts'
import type { JournalLine } from './slurmTask.ts'

/** Jobs on a cluster still work on the root. */
export class RootOnClusterError extends Fault {}

/** Arrays of a root that were submitted and not seen to end, with what Slurm says of their tasks. */
export interface OpenArray extends FoundArray {
  readonly job: string
  readonly states: readonly TaskState[]
}

/**
 * The arrays of a root whose tasks may still do something.
 *
 * @throws SlurmError when there are candidates and Slurm cannot be asked
 */
export async function openArrays(workspace: Workspace): Promise<OpenArray[]> {
  const candidates = arraysOf(workspace).filter(({ record }) => !record.ended)
  if (candidates.length === 0) return []
  const numbered = candidates.flatMap(({ record }) => record.job ?? [])
  const nameless = candidates.filter(({ record }) => record.job === undefined)
  const byName = await Promise.all(
    nameless.map(async ({ record }) => [record.name, await statesByName([record.name])] as const),
  )
  const named = new Map(byName)
  const states = await taskStates(numbered)
  const open: OpenArray[] = []
  for (const found of candidates) {
    const { record } = found
    const own = [...(record.job === undefined ? named.get(record.name)! : states)]
    const job = record.job ?? own[0]?.[0].split('_')[0]
    const tasks = own.filter(([key]) => key.startsWith(`${job}_`)).map(([, state]) => state)
    if (job !== undefined && tasks.some(isAlive)) open.push({ ...found, job, states: tasks })
  }
  return open
}

const SOONEST_MS = 500
const LATEST_MS = 10_000

/** Waits for jobs of earlier runs on a root, which nobody waits for any more: what they finish need not be done again. */
export async function awaitEarlier(
  workspace: Workspace,
  tell: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let pause = SOONEST_MS; !signal.aborted; pause = Math.min(LATEST_MS, pause * 1.2)) {
    const open = await openArrays(workspace)
    if (open.length === 0) return
    if (pause === SOONEST_MS)
      tell(`waiting for job ${jobsOf(open)} of an earlier run; \`voxmill cancel\` would end it`)
    await sleep(pause, undefined, { signal }).catch(() => undefined)
  }
}

const jobsOf = (open: readonly OpenArray[]): string => open.map(({ job }) => job).join(', ')

/** @throws RootOnClusterError when jobs still work on the root, or when that cannot be found out here */
export async function refuseWhileOnCluster(workspace: Workspace): Promise<void> {
  const open = await openArrays(workspace).catch(cause => {
    throw new RootOnClusterError(
      `jobs of a cluster may still work on ${workspace.root}, and Slurm cannot be asked here: ${(cause as Error).message}`,
      {
        remedy: 'Where Slurm is, wait for them and run `voxmill cancel` on this root; then run again here.',
        cause,
      },
    )
  })
  if (open.length > 0)
    throw new RootOnClusterError(`job ${jobsOf(open)} on the cluster still works on ${workspace.root}`, {
      remedy:
        'Wait until it ends (voxmill status --watch), cancel it (voxmill cancel), or go on with it: --executor slurm.',
    })
}

/** What runs that are over have left beside receipts. */
export interface Leavings {
  /** So that what was made need not be read again. */
  readonly digests: readonly DigestEntry[]
  /** Whether tasks of it may have been killed unseen, in the middle of a write. */
  readonly unseen: boolean
}

/** Takes over the folders of runs that are over, and removes them. To be called by whoever holds the root. */
export function takeOver(workspace: Workspace): Leavings {
  const digests: DigestEntry[] = []
  let unseen = false
  for (const { run, folder, record } of arraysOf(workspace)) {
    if (!record.ended) unseen = true
    for (let index = 0; index < record.tasks; index++)
      digests.push(...journalDigests(journalFile(folder, index)))
    removeFolder(folder)
    removeRun(run)
  }
  return { digests, unseen }
}

function journalDigests(file: string): DigestEntry[] {
  return new LineFollower(file).next().flatMap(text => {
    try {
      const line = JSON.parse(text) as JournalLine
      return line.type === 'outcome' ? line.outcome.digests : []
    } catch {
      // Torn by a kill in the middle of a write.
      return []
    }
  })
}

/**
 * Cancels all jobs that work on a root, and tells a run that waits for them.
 *
 * @returns their numbers
 * @throws SlurmError
 */
export async function cancelOpen(workspace: Workspace): Promise<string[]> {
  const open = await openArrays(workspace)
  for (const { run } of open) markCancelled(run)
  await cancelJobs(open.map(({ job }) => job))
  return open.map(({ job }) => job)
}

/**
 * Waits until no job works on the root any more, and notes that, for machines where Slurm cannot be asked.
 *
 * @returns whether it came to that in time
 */
export async function awaitNone(
  workspace: Workspace,
  milliseconds: number,
  signal: AbortSignal,
): Promise<boolean> {
  const deadline = Date.now() + milliseconds
  while ((await openArrays(workspace)).length > 0) {
    if (Date.now() > deadline || signal.aborted) return false
    await sleep(SOONEST_MS, undefined, { signal }).catch(() => undefined)
  }
  for (const { folder, record } of arraysOf(workspace)) writeRecord(folder, { ...record, ended: true })
  return true
}
