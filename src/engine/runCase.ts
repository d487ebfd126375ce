import type { DigestEntry } from '../storage/digestCache.ts'
import { type FileStamp, fileStamp } from '../storage/fileStamp.ts'
import { HandOver, type ReadAhead } from './handOver.ts'
import { type CasePlan, type Job, type JobOutcome, slotPaths } from './job.ts'
import { runJob } from './runJob.ts'
import { slotFiles } from './slotFiles.ts'
import type { LoadedSteps, StepRegistry } from './step.ts'
import type { Workspace } from './workspace.ts'

/** A case on its way to an executor, with the digests that the parent knows of its files. */
export interface DispatchedCase {
  readonly plan: CasePlan
  readonly known: readonly DigestEntry[]
  /** Input files that other processes have written in this run. */
  readonly awaited?: readonly string[]
}

/**
 * Carries out the jobs of one case in order, handing values from one to the next in memory. When a job fails, those
 * after it are skipped, since their inputs are not there or not right; in an independent plan only those that would read
 * what it should have made. A signal stops it between two jobs.
 */
export async function runCase(
  { plan, known, awaited = [] }: DispatchedCase,
  workspace: Workspace,
  registry: StepRegistry,
  emit: (outcome: JobOutcome) => void,
  signal?: AbortSignal,
  ahead: readonly ReadAhead[] = [],
): Promise<void> {
  const { jobs } = plan
  const steps = await registry.load(jobs.map(job => job.step))
  const handOver = new HandOver(ahead.filter(a => fileStamp(workspace.absolute(a.path)) === a.stamp))
  const digests = new Map(known.map(e => [`${e[1]}\0${e[0]}`, e] as const))
  const late = new Set(awaited)
  const written = new Map<string, FileStamp>()
  let failed: JobOutcome | undefined
  /** Files that a failed or skipped job did not make. */
  const lost = new Map<string, JobOutcome>()
  const lose = (job: Job, cause: JobOutcome) => {
    if (failed === undefined || cause.fatal) failed = cause
    for (const p of slotPaths(job.outputs)) lost.set(p, cause)
  }
  for (const [i, job] of jobs.entries()) {
    if (signal?.aborted) return
    // A disk that is full for one job is full for all.
    const cause =
      plan.independent && !failed?.fatal
        ? lost.get(slotPaths(job.inputs).find(p => lost.has(p)) ?? '')
        : failed
    if (cause !== undefined) {
      lose(job, cause)
      emit(skipped(job, cause))
      continue
    }
    handOver.expect(new Set(jobs.slice(i).flatMap(later => inputKeys(later, steps))))
    const outcome = await runJob(job, { workspace, steps, handOver, known: digests, awaited: late, written })
    for (const entry of outcome.digests) digests.set(`${entry[1]}\0${entry[0]}`, entry)
    if (outcome.status === 'failed') lose(job, outcome)
    emit(outcome)
  }
}

const inputKeys = (job: Job, steps: LoadedSteps): string[] =>
  slotFiles(steps.get(job.step)?.inputs ?? {}, job.inputs).map(f => HandOver.key(f.path, f.kind.name))

/** The outcome of a job that was not tried, because `cause` failed before it. */
export function skipped(job: Job, cause: JobOutcome): JobOutcome {
  return {
    step: job.step,
    case: job.case,
    status: 'skipped',
    findings: [],
    ...(cause.fault ? { fault: cause.fault } : {}),
    seconds: 0,
    weight: job.weight,
    bytesWritten: 0,
    inflated: [],
    digests: [],
  }
}
