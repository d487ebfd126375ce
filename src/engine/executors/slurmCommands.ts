import { execFile, spawnSync } from 'node:child_process'
import { Fault } from '../../core/fault.ts'

/** A command of Slurm is not there, or refused what was asked of it. */
export class SlurmError extends Fault {}

/** What Slurm says of one task of an array. */
export interface TaskState {
  /** As squeue has it: PENDING, RUNNING, COMPLETED, OUT_OF_MEMORY, … */
  readonly state: string
  /** Why it waits, or why it ended. */
  readonly reason: string
}

/** `JOB_INDEX` of an array's task. */
export const taskKey = (job: string, index: number): string => `${job}_${index}`

const LARGEST_ANSWER = 256 << 20

interface Answer {
  readonly code: number
  readonly out: string
  readonly err: string
}

function ask(command: string, args: readonly string[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    execFile(command, [...args], { maxBuffer: LARGEST_ANSWER }, (error, out, err) => {
      if (error === null) resolve({ code: 0, out, err })
      else if (typeof error.code === 'number') resolve({ code: error.code, out, err })
      else reject(absent(command, error))
    })
  })
}

const absent = (command: string, cause: Error): SlurmError =>
  new SlurmError(`${command} cannot be run: ${cause.message}`, {
    remedy: 'Use --executor slurm where the commands of Slurm are: on a login node of the cluster.',
    cause,
  })

const refused = (command: string, { code, err }: Answer, remedy: string): SlurmError =>
  new SlurmError(`${command} failed (${code}): ${lastLine(err)}`, { remedy })

const lastLine = (text: string): string => text.trim().split('\n').at(-1) || 'it said nothing'

/** Submits a script. @returns the number of the job. @throws SlurmError with what sbatch said */
export async function submitScript(script: string): Promise<string> {
  const answer = await ask('sbatch', ['--parsable', script])
  const job = parseSubmitted(answer.out)
  if (answer.code === 0 && job !== undefined) return job
  throw refused(
    'sbatch',
    answer,
    /limit/i.test(answer.err)
      ? 'Ask for less: a smaller --max_array, other sizes with --slurm_memory, or lines of your own with --slurm_arg.'
      : 'Check --slurm_arg, and with `sinfo` that the cluster can be used.',
  )
}

/** sbatch --parsable says `JOB`, or `JOB;CLUSTER`. */
export const parseSubmitted = (out: string): string | undefined => /^(\d+)(?:;.*)?$/m.exec(out.trim())?.[1]

/**
 * States of the tasks of some jobs, by `taskKey`. Tasks that Slurm has forgotten, a while after their end, are absent.
 *
 * @throws SlurmError when Slurm does not answer
 */
export const taskStates = (jobs: readonly string[]): Promise<Map<string, TaskState>> =>
  jobs.length === 0 ? Promise.resolve(new Map()) : statesOf(`--jobs=${jobs.join(',')}`)

/** The same for jobs of some names, for whoever did not get to know their numbers. */
export const statesByName = (names: readonly string[]): Promise<Map<string, TaskState>> =>
  names.length === 0 ? Promise.resolve(new Map()) : statesOf(`--name=${names.join(',')}`)

async function statesOf(which: string): Promise<Map<string, TaskState>> {
  const answer = await ask('squeue', ['--noheader', '--array', '--states=all', '--format=%F|%K|%T|%r', which])
  // Of a single job that it has forgotten squeue says this, of several nothing.
  if (answer.code !== 0 && /invalid job id/i.test(answer.err)) return new Map()
  if (answer.code !== 0)
    throw refused('squeue', answer, 'Ask whoever runs the cluster; jobs that were submitted go on meanwhile.')
  return parseStates(answer.out)
}

export function parseStates(out: string): Map<string, TaskState> {
  const states = new Map<string, TaskState>()
  for (const line of out.split('\n')) {
    const [job, index, state, reason] = line.trim().split('|')
    if (job === undefined || state === undefined || !/^\d+$/.test(index ?? '')) continue
    states.set(taskKey(job, Number(index)), { state, reason: reason ?? '' })
  }
  return states
}

const ALIVE = new Set([
  ...['PENDING', 'CONFIGURING', 'RUNNING', 'COMPLETING', 'SUSPENDED', 'STOPPED', 'STAGE_OUT'],
  ...['REQUEUED', 'REQUEUE_FED', 'REQUEUE_HOLD', 'RESV_DEL_HOLD', 'RESIZING', 'SIGNALING', 'SPECIAL_EXIT'],
])

/** Whether a task may still do something; one that Slurm no longer knows does not. */
export const isAlive = (task: TaskState | undefined): boolean => task !== undefined && ALIVE.has(task.state)

/** Whether it waits for its turn. */
export const isQueued = ({ state }: TaskState): boolean =>
  ['PENDING', 'CONFIGURING', 'REQUEUED', 'REQUEUE_FED', 'REQUEUE_HOLD', 'RESV_DEL_HOLD'].includes(state)

/** How a task ended, in words: `exit code 1`, `signal 11`; undefined when Slurm has forgotten it. */
export async function endOfTask(job: string, index: number): Promise<string | undefined> {
  const { code, out } = await ask('scontrol', ['show', 'job', '--oneliner', taskKey(job, index)])
  return code === 0 ? parseEnd(out) : undefined
}

export function parseEnd(out: string): string | undefined {
  const [, status, signal] = /\bExitCode=(\d+):(\d+)/.exec(out) ?? []
  if (status === undefined) return undefined
  return signal === '0' ? `exit code ${status}` : `signal ${signal}`
}

/** Most tasks that the cluster takes in one array. @throws SlurmError when it takes no arrays or does not answer */
export async function largestArray(): Promise<number> {
  const answer = await ask('scontrol', ['show', 'config'])
  if (answer.code !== 0)
    throw refused('scontrol', answer, 'Check with `sinfo` that the cluster can be used from here.')
  const most = parseLargestArray(answer.out)
  if (most === 0)
    throw new SlurmError('the cluster takes no job arrays (MaxArraySize is 0)', {
      remedy: 'Ask whoever runs the cluster to allow them.',
    })
  return most
}

/** Indices go up to MaxArraySize - 1; its usual value is 1001. */
export const parseLargestArray = (config: string): number => {
  const size = /^MaxArraySize\s*=\s*(\d+)/m.exec(config)?.[1]
  return size === undefined ? 1001 : Number(size)
}

/** Cancels jobs, in the queue or at work; those that have ended are passed over. @throws SlurmError */
export async function cancelJobs(jobs: readonly string[]): Promise<void> {
  if (jobs.length === 0) return
  const answer = await ask('scancel', jobs)
  if (answer.code !== 0 && !/invalid job id|already complet/i.test(answer.err))
    throw refused('scancel', answer, `Cancel them yourself: scancel ${jobs.join(' ')}`)
}

/** The same for a process that is about to end. */
export function cancelJobsNow(jobs: readonly string[]): void {
  if (jobs.length > 0) spawnSync('scancel', [...jobs], { stdio: 'ignore' })
}
