import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { SlurmSettings } from '../engine/executors/slurm.ts'
import { largestArray } from '../engine/executors/slurmCommands.ts'
import { USUAL_CLASSES } from '../engine/executors/slurmShards.ts'
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
const USUAL_MINUTES = 10
const USUAL_TASKS = 1000

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

/** The program as a node starts it: this Node.js and this script, by paths that the shared disk has everywhere. */
const program = (): readonly string[] => [
  process.execPath,
  path.resolve(process.argv[1] ?? fileURLToPath(import.meta.url)),
  'job',
  '--shard',
]

/**
 * What the flags ask of the cluster, within what it takes.
 *
 * @throws SlurmError when Slurm cannot be asked; scripts can be looked at without
 */
export async function slurmSettings(flags: SlurmFlags): Promise<SlurmSettings> {
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
