import { type Command, InvalidArgumentError, Option } from 'commander'
import { UsageError } from '../core/fault.ts'
import { collect, parseCount, parseNumber } from './flags.ts'

/** Options of the commands whose stages a cluster can carry out. */
export interface SlurmFlags {
  readonly executor?: 'local' | 'slurm'
  readonly max_array?: number
  readonly task_minutes?: number
  readonly slurm_memory?: readonly number[]
  readonly memory_scale?: number
  readonly slurm_arg?: readonly string[]
  readonly leave_jobs?: boolean
  /** Show the scripts and submit nothing. */
  readonly print?: boolean
}

const UNITS: Readonly<Record<string, number>> = { M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 }

/** Sizes as Slurm has them, powers of 1024, rising. */
export function parseSlurmSizes(text: string): number[] {
  const sizes = text.split(',').map(word => {
    const [, number, unit] = /^(\d+(?:\.\d+)?)([MGT])$/i.exec(word.trim()) ?? []
    return Number(number) * (UNITS[unit?.toUpperCase() ?? ''] ?? Number.NaN)
  })
  if (!sizes.every(size => size > 0)) throw new InvalidArgumentError('It must be sizes such as 4G,16G,64G.')
  return [...new Set(sizes)].sort((a, b) => a - b)
}

function parsePositive(text: string): number {
  const number = parseNumber(text)
  if (number <= 0) throw new InvalidArgumentError('It must be greater than 0.')
  return number
}

/** One line for sbatch, gathered with those before it. */
export function parseSlurmArg(text: string, earlier: readonly string[] = []): string[] {
  if (!/^-[^\r\n]+$/.test(text))
    throw new InvalidArgumentError('It must be one option of sbatch, such as --partition=long.')
  return collect(text, earlier)
}

const GROUP = 'On a Slurm cluster:'
export const USUAL_MINUTES = 10
export const USUAL_TASKS = 1000

export function withSlurmFlags(command: Command): Command {
  const options = [
    new Option('--executor <where>', 'where jobs are carried out')
      .choices(['local', 'slurm'])
      .default('local'),
    new Option(
      '--slurm_arg <option>',
      'an option for sbatch, such as --slurm_arg=--partition=long; repeatable',
    ).argParser(parseSlurmArg),
    new Option(
      '--slurm_memory <sizes>',
      'sizes that tasks may ask for; 2G,4G,8G,… 256G if not given',
    ).argParser(parseSlurmSizes),
    new Option('--memory_scale <factor>', 'ask for so many times the predicted memory').argParser(
      parsePositive,
    ),
    new Option(
      '--max_array <n>',
      `tasks of one array at most; ${USUAL_TASKS} if not given, and never more than the cluster takes`,
    ).argParser(parseCount),
    new Option(
      '--task_minutes <m>',
      `work that a task gets at least, by prediction; ${USUAL_MINUTES} if not given`,
    ).argParser(parsePositive),
    new Option('--leave_jobs', 'let submitted jobs go on when the run is interrupted'),
  ]
  for (const option of options) command.addOption(option.helpGroup(GROUP))
  return command
}

const CLUSTER_ONLY = [
  'slurm_arg',
  'slurm_memory',
  'memory_scale',
  'max_array',
  'task_minutes',
  'leave_jobs',
] as const

/** Whether a cluster is asked for. @throws UsageError for flags that would say nothing */
export function isOnCluster(flags: SlurmFlags & { readonly shard?: unknown }): boolean {
  if (flags.executor === 'slurm') {
    if (flags.shard === undefined) return true
    throw new UsageError('--shard and --executor slurm both share a run between machines', {
      remedy: 'Leave out --shard: the cluster gets all cases.',
    })
  }
  const idle = CLUSTER_ONLY.find(name => flags[name] !== undefined)
  if (idle === undefined) return false
  throw new UsageError(`--${idle} is for a cluster, and the run is on this machine`, {
    remedy: 'Add --executor slurm, or leave the flag out.',
  })
}
