import { UsageError } from '../../core/fault.ts'
import { VERSION } from '../../core/version.ts'
import { appendLine } from '../../storage/lineLog.ts'
import { readText } from '../../storage/readText.ts'
import type { JobOutcome } from '../job.ts'
import { runCase } from '../runCase.ts'
import type { StepRegistry } from '../step.ts'
import { workspaceAt } from '../workspace.ts'
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
  for (const [at, dispatched] of cases.entries()) {
    if (signal.aborted) return
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
