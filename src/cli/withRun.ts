import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { EXIT, type ExitCode } from '../core/fault.ts'
import type { Finding } from '../core/finding.ts'
import { inlineExecutor } from '../engine/executors/inline.ts'
import { poolExecutor } from '../engine/executors/pool.ts'
import { SlurmRun } from '../engine/executors/slurm.ts'
import { awaitEarlier, refuseWhileOnCluster, takeOver } from '../engine/executors/slurmPickUp.ts'
import type { ReadAhead } from '../engine/handOver.ts'
import { Run } from '../engine/run.ts'
import { usableMemory } from '../engine/usableMemory.ts'
import type { Workspace } from '../engine/workspace.ts'
import type { Stages } from '../pipelines/stages.ts'
import { checkOutputFile } from '../storage/outputFile.ts'
import { rootHolder } from '../storage/runLock.ts'
import { sweepTree } from '../storage/sweepTree.ts'
import type { CommandContext } from './context.ts'
import { dryRun } from './dryRun.ts'
import { progressListener } from './progress.ts'
import { shownPath } from './shownPath.ts'
import { type SlurmFlags, slurmSettings } from './slurmFlags.ts'
import { printScripts } from './slurmScripts.ts'
import { exitCodeOf, printSummary, type RunReport } from './summary.ts'

/** Options that every command that makes files has. */
export interface RunFlags extends SlurmFlags {
  readonly json?: boolean
  readonly jobs?: number
  readonly memory?: number
  readonly remake?: boolean
  readonly dry_run?: boolean
}

/** What a command has to say after its stages. */
export interface CommandResult {
  readonly findings?: readonly Finding[]
  readonly results: RunReport['results']
  /** Commands that would accept what was refused. */
  readonly accept?: RunReport['accept']
  /** Whether there was anything to work on. */
  readonly nothing?: string | undefined
}

/** Share of the usable memory that jobs may be predicted to need together. */
const MEMORY_SHARE = 0.8

const workerFile = (): string => path.join(path.dirname(fileURLToPath(import.meta.url)), 'worker.js')

/** The worker script lies beside the entry point, whichever chunk this code is bundled into. */
export function workerScript(): string {
  const beside = workerFile()
  return path.basename(path.dirname(beside)) === 'chunks'
    ? path.join(path.dirname(path.dirname(beside)), 'worker.js')
    : beside
}

/**
 * Nothing is begun on a root that jobs of a cluster still work on: a run on the cluster waits for them, one on this machine
 * is refused.
 */
async function settleCluster(
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
function takeOverCluster(run: Run, workspace: Workspace, writes: readonly string[]): number {
  const { digests, unseen } = takeOver(workspace)
  run.remember(digests)
  if (!unseen) return 0
  const folders = new Set([workspace.state(), ...writes.map(folder => workspace.absolute(folder))])
  return [...folders].reduce((count, folder) => count + sweepTree(folder), 0)
}

/** Opens a run on a root, lets the command do its stages, tells what came of it and sets the exit code. */
export async function withRun(
  context: CommandContext,
  flags: RunFlags,
  place: {
    workspace: Workspace
    writes: readonly string[]
    workbooks?: readonly string[]
    ahead?: readonly ReadAhead[]
  },
  work: (run: Stages) => Promise<CommandResult>,
): Promise<void> {
  const { console, setExit } = context.open(flags)
  if (flags.dry_run) {
    await work(dryRun(console, place.workspace, context.steps))
    return
  }
  const { workspace } = place
  const slurm =
    flags.executor === 'slurm'
      ? new SlurmRun(workspace, await slurmSettings(flags), text => console.note(text))
      : undefined
  if (slurm !== undefined && flags.print) {
    await work(printScripts(console, slurm, context.steps))
    return
  }
  // Told before the work, not after it.
  for (const file of place.workbooks ?? []) checkOutputFile(file)
  const started = performance.now()
  const steps = context.steps
  const workers = flags.jobs ?? os.availableParallelism()
  const memory = flags.memory ?? MEMORY_SHARE * usableMemory()
  await settleCluster(workspace, slurm, context.signal)
  // Nothing of what may still be at work there is touched.
  if (context.signal.aborted) return setExit(EXIT.interrupted)
  const run = new Run({
    workspace,
    steps,
    executor: cases =>
      slurm !== undefined
        ? slurm.executor()
        : workers === 1 || cases === 1
          ? inlineExecutor(workspace, steps, place.ahead)
          : poolExecutor({
              workerFile: workerScript(),
              root: workspace.root,
              workers: Math.min(workers, cases),
              memory,
            }),
    listener: progressListener(console),
    signal: context.signal,
    command: context.commandLine,
    writes: place.writes,
    ahead: place.ahead ?? [],
  })
  let result: CommandResult
  try {
    const swept = run.swept + takeOverCluster(run, workspace, place.writes)
    if (swept > 0) console.note(`removed ${swept} unfinished files of a run that was killed`)
    result = await work(run)
  } finally {
    run.close()
  }
  const report: RunReport = {
    outcomes: run.outcomes,
    findings: result.findings ?? [],
    accept: result.accept ?? [],
    seconds: (performance.now() - started) / 1000,
    results: result.results.map(r => ({ ...r, path: shownPath(r.path) })),
    stopped: run.stopped,
  }
  let code: ExitCode = context.signal.aborted ? EXIT.interrupted : exitCodeOf(report)
  if (result.nothing !== undefined && code === EXIT.ok) {
    console.say(result.nothing)
    code = EXIT.nothingToDo
  }
  printSummary(console, report)
  console.emit({
    event: 'end',
    exit: code,
    seconds: report.seconds,
    done: run.outcomes.filter(o => o.status === 'done').length,
    fresh: run.outcomes.filter(o => o.status === 'fresh').length,
    failed: report.outcomes.filter(o => o.status === 'failed').length,
    results: report.results,
    ...(report.accept.length > 0 ? { accept: report.accept } : {}),
  })
  setExit(code)
}
