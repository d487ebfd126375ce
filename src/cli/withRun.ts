import os from 'node:os'
import { EXIT, type ExitCode } from '../core/fault.ts'
import type { Finding } from '../core/finding.ts'
import { Admission } from '../engine/admission.ts'
import { inlineExecutor } from '../engine/executors/inline.ts'
import { poolExecutor } from '../engine/executors/pool.ts'
import type { ReadAhead } from '../engine/handOver.ts'
import { Run } from '../engine/run.ts'
import { usableMemory } from '../engine/usableMemory.ts'
import type { Workspace } from '../engine/workspace.ts'
import { SLURM_FOLDER } from '../engine/workspace.ts'
import type { Stages } from '../pipelines/stages.ts'
import { existsSync } from '../storage/exists.ts'
import { checkOutputFile } from '../storage/outputFile.ts'
import type { Shard } from '../storage/runLock.ts'
import { besideProgram } from './besideProgram.ts'
import type { CommandContext } from './context.ts'
import { dryRun } from './dryRun.ts'
import { progressListener } from './progress.ts'
import { shownPath } from './shownPath.ts'
import { isOnCluster, type SlurmFlags } from './slurmFlags.ts'
import { exitCodeOf, printSummary, type RunReport } from './summary.ts'

/** Options that every command that makes files has. */
export interface RunFlags extends SlurmFlags {
  readonly json?: boolean
  readonly jobs?: number
  readonly memory?: number
  readonly remake?: boolean
  readonly dry_run?: boolean
  readonly any_space?: boolean
  readonly shard?: Shard
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

/** The worker script lies beside the entry point. */
export const workerScript = (): string => besideProgram('worker.js')

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
  // Its code is loaded where there is something of it to do.
  const cluster =
    isOnCluster(flags) || existsSync(workspace.state(SLURM_FOLDER))
      ? await import('./onCluster.ts')
      : undefined
  const slurm = isOnCluster(flags) ? await cluster?.openSlurm(flags, workspace, console.note) : undefined
  if (cluster !== undefined && slurm !== undefined && flags.print) {
    await work(cluster.printScripts(console, slurm, context.steps))
    return
  }
  // Told before the work, not after it.
  for (const file of place.workbooks ?? []) checkOutputFile(file)
  const started = performance.now()
  const steps = context.steps
  const workers = flags.jobs ?? os.availableParallelism()
  const atHand = flags.memory ?? usableMemory()
  const limits = { atHand, together: flags.memory ?? MEMORY_SHARE * atHand }
  await cluster?.settleCluster(workspace, slurm, context.signal)
  // Nothing of what may still be at work there is touched.
  if (context.signal.aborted) return setExit(EXIT.interrupted)
  const run = new Run({
    workspace,
    steps,
    executor: (cases, experience) => {
      if (slurm !== undefined) return slurm.executor(experience)
      const admission = new Admission(limits, experience)
      return workers === 1 || cases === 1
        ? inlineExecutor(workspace, steps, place.ahead, admission)
        : poolExecutor({
            workerFile: workerScript(),
            root: workspace.root,
            workers: Math.min(workers, cases),
            admission,
          })
    },
    listener: progressListener(console, workers),
    anySpace: flags.any_space ?? false,
    shard: flags.shard,
    signal: context.signal,
    command: context.commandLine,
    writes: place.writes,
    ahead: place.ahead ?? [],
  })
  let result: CommandResult
  try {
    const swept = run.swept + (cluster?.takeOverCluster(run, workspace, place.writes) ?? 0)
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
