import { setTimeout as sleep } from 'node:timers/promises'
import { UsageError } from '../../core/fault.ts'
import { VERSION } from '../../core/version.ts'
import { fileStamp } from '../../storage/fileStamp.ts'
import { appendLine } from '../../storage/lineLog.ts'
import { readText } from '../../storage/readText.ts'
import { type JobOutcome, slotPaths } from '../job.ts'
import { type DispatchedCase, runCase } from '../runCase.ts'
import type { StepRegistry } from '../step.ts'
import { type Workspace, workspaceAt } from '../workspace.ts'
import type { Shard } from './slurmFolder.ts'

/**
 * What a task writes into its journal. Receipts alone say what is finished; the journal tells which case was under way
 * when a task died, what left no receipt, and the stamps that save reading files again.
 */
export type JournalLine =
  | { readonly type: 'start'; readonly host: string; readonly pid: number }
  | { readonly type: 'begin'; readonly at: number }
  | { readonly type: 'outcome'; readonly at: number; readonly outcome: JobOutcome }
  | { readonly type: 'end' }

/** How long files that were made on other nodes are waited for. */
const LATE_MS = 30_000
const LOOK_MS = 500

/** @throws UsageError when the file is none, or of another version of the program */
export function readShard(file: string): Shard {
  let shard: Shard
  try {
    shard = JSON.parse(readText(file)) as Shard
  } catch (cause) {
    throw new UsageError(`${file} is no shard: ${(cause as Error).message}`, {
      remedy: 'Shards are written by `voxmill run … --executor slurm`; run that.',
      cause,
    })
  }
  if (shard.voxmill !== VERSION)
    throw new UsageError(`the shard ${file} is of voxmill ${shard.voxmill}, this is ${VERSION}`, {
      remedy: 'Have the same voxmill on the login node and on all nodes: install it on the shared disk.',
    })
  return shard
}

/** The task's side: carries out the cases of a shard, one after the other, and keeps the journal beside it. */
export async function runShard(
  file: string,
  host: string,
  steps: StepRegistry,
  emit: (outcome: JobOutcome) => void,
  signal: AbortSignal,
): Promise<void> {
  const { root, cases } = readShard(file)
  const workspace = workspaceAt(root)
  const journal = file.replace(/\.json$/, '.jsonl')
  const write = (line: JournalLine) => appendLine(journal, JSON.stringify(line))
  write({ type: 'start', host, pid: process.pid })
  const deadline = Date.now() + LATE_MS
  for (const [at, dispatched] of cases.entries()) {
    if (signal.aborted) return
    await inputsSeen(dispatched, workspace, deadline, signal)
    write({ type: 'begin', at })
    const take = (outcome: JobOutcome) => {
      emit(outcome)
      // The receipt has the findings of what is finished.
      const findings = outcome.status === 'failed' ? outcome.findings : []
      write({ type: 'outcome', at, outcome: { ...outcome, findings } })
    }
    await runCase(dispatched, workspace, steps, take, signal)
  }
  if (!signal.aborted) write({ type: 'end' })
}

/** On a network disk, what another node has just renamed into its place may be seen later here than there. */
async function inputsSeen(
  { plan, known }: DispatchedCase,
  workspace: Workspace,
  deadline: number,
  signal: AbortSignal,
): Promise<void> {
  const made = new Set(plan.jobs.flatMap(job => slotPaths(job.outputs)))
  const inputs = new Set(plan.jobs.flatMap(job => slotPaths(job.inputs)).filter(p => !made.has(p)))
  // What whoever planned this has a digest of was there then.
  const expected = known.flatMap(([p]) => (inputs.has(p) ? [workspace.absolute(p)] : []))
  while (!signal.aborted && Date.now() < deadline && expected.some(p => fileStamp(p) === undefined))
    await sleep(LOOK_MS)
}
