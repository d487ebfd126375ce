import { EXIT, Fault, faultRecord } from '../../core/fault.ts'
import { formatBytes } from '../../core/formatBytes.ts'
import type { JobOutcome } from '../job.ts'
import { skipped } from '../runCase.ts'
import type { SlurmCase } from './slurmCases.ts'
import { slurmMemory } from './slurmScript.ts'
import type { Ending } from './slurmTracking.ts'

/** A task on the cluster ended in the middle of a case, and it is not tried again. */
export class TaskEndedError extends Fault {}

/** What is known of the end of a task. */
export interface TaskEnd {
  readonly ending: Ending
  /** `JOB_INDEX`. */
  readonly job: string
  /** Bytes of memory that it had. */
  readonly bytes: number
  /** As Slurm says: `signal 11`; absent when it has forgotten. */
  readonly how: string | undefined
  /** Its log, relative to the root. */
  readonly log: string
}

/**
 * Notes on a case that its task ended while it was under way. Memory and time are asked for once more, of the next higher
 * class; another end is tried once again, alone.
 *
 * @returns whether it is to be submitted again
 */
export function isTriedAgain(one: SlurmCase, { ending, bytes }: TaskEnd, classes: number): boolean {
  switch (ending) {
    case 'memory':
      one.killedAt.push(bytes)
      if (one.killedAt.length > 1 || one.memoryClass + 1 >= classes) return false
      one.memoryClass++
      return true
    case 'time':
      return ++one.overtime < 2
    case 'crash':
      return ++one.crashes < 2
    case 'cancelled':
      return false
  }
}

/** Outcomes of the open jobs of a case that is given up: the first has failed, the others are not tried. */
export function givenUp(one: SlurmCase, end: TaskEnd): JobOutcome[] {
  const [job, ...later] = one.jobs
  if (job === undefined) return []
  const outcome: JobOutcome = {
    ...skipped(job, {} as JobOutcome),
    status: 'failed',
    // No process was left to leave a receipt; what was cancelled has not failed by itself.
    ...(end.ending === 'cancelled' ? {} : { unrecorded: job }),
    fault: faultRecord(faultOf(one, `${job.case} (${job.step})`, job.memory, end)),
  }
  return [outcome, ...later.map(each => skipped(each, outcome))]
}

function faultOf(one: SlurmCase, what: string, predicted: number, end: TaskEnd): TaskEndedError {
  const { message, remedy } = wordsOf(one, what, predicted, end)
  return new TaskEndedError(message, { remedy, exitCode: EXIT.someFailed, where: one.dispatched.plan.case })
}

function wordsOf(
  { killedAt }: SlurmCase,
  what: string,
  predicted: number,
  { ending, job, how, log }: TaskEnd,
): { message: string; remedy: string } {
  switch (ending) {
    case 'memory': {
      const had = killedAt.map(slurmMemory).join(', then ')
      const more = killedAt.length > 1 ? '' : ', and no larger class is there'
      return {
        message: `${what} was killed for memory on the cluster (job ${job}): it had ${had}${more}; ${formatBytes(predicted)} were predicted for its values`,
        remedy: `Run again with larger sizes, for example --slurm_memory 64G,256G, or with --memory_scale 2. The log is ${log}.`,
      }
    }
    case 'time':
      return {
        message: `${what} ran out of time on the cluster, twice (job ${job})`,
        remedy: `Ask for more, for example --slurm_arg=--time=3-00:00:00, as far as the partition allows. The log is ${log}.`,
      }
    case 'cancelled':
      return {
        message: `job ${job} was cancelled when ${what} was under way or waited for its turn`,
        remedy: 'Run again when it is to go on: what is finished is kept.',
      }
    case 'crash':
      return {
        message: `the task of ${what} ended early, twice (job ${job}${how === undefined ? '' : `, ${how}`})`,
        remedy: `The log is ${log}. If the node ran out of memory, run again with --memory_scale 2; else report it with the log.`,
      }
  }
}

const ENDED: Readonly<Record<Ending, string>> = {
  memory: 'was killed for memory',
  time: 'ran out of time',
  cancelled: 'was cancelled',
  crash: 'ended early',
}

/** One line that tells of the end of a task and of what comes now. */
export function endText(end: TaskEnd, culprits: readonly SlurmCase[], again: readonly SlurmCase[]): string {
  const had = end.ending === 'memory' ? ` at ${slurmMemory(end.bytes)}` : ''
  const how = end.ending === 'crash' && end.how !== undefined ? ` (${end.how})` : ''
  const names = culprits.map(one => one.dispatched.plan.case)
  const during = names.length === 0 ? '' : ` during ${names[0]}${names.length > 1 ? ' and others' : ''}`
  const next = again.length === 0 ? 'not tried again' : `${again.length} of its cases are submitted again`
  return `task ${end.job} ${ENDED[end.ending]}${had}${how}${during}: ${next}`
}
