import path from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { UsageError } from '../core/fault.ts'
import type { Shape } from '../core/volume.ts'
import type { Shard } from '../storage/runLock.ts'

const UNITS: Record<string, number> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 }

export function parseCount(text: string): number {
  const n = Number(text)
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError('It must be a whole number from 1 up.')
  return n
}

export function parseNumber(text: string): number {
  const n = Number(text)
  if (text.trim() === '' || !Number.isFinite(n)) throw new InvalidArgumentError('It must be a number.')
  return n
}

export function parseBytes(text: string): number {
  const match = /^([\d.]+)\s*([kmgt]?)b?$/i.exec(text.trim())
  const n = match === null ? Number.NaN : Number(match[1]) * UNITS[match[2]!.toLowerCase()]!
  if (!(n > 0)) throw new InvalidArgumentError('It must be a size such as 800M or 16G.')
  return n
}

export function parseShape(text: string): Shape {
  const sizes = text.split('x').map(Number)
  if (sizes.length !== 3 || !sizes.every(n => Number.isInteger(n) && n > 0))
    throw new InvalidArgumentError('It must be three numbers of voxels, such as 96x96x40.')
  return sizes as unknown as Shape
}

const LARGEST_LABEL = 255

/** One label of a label map, gathered with those before it. */
export function parseLabel(text: string, earlier: readonly number[] = []): number[] {
  const n = Number(text)
  if (!Number.isInteger(n) || n < 1 || n > LARGEST_LABEL)
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${LARGEST_LABEL}.`)
  return [...earlier, n]
}

/** One number of voxels, gathered with those before it. */
export const parseCounts = (text: string, earlier: readonly number[] = []): number[] => [
  ...earlier,
  parseCount(text),
]

/** @throws UsageError unless there are three */
export function requireThree(sizes: readonly number[]): readonly number[] {
  if (sizes.length === 3) return sizes
  throw new UsageError(`--crop_size has ${sizes.length} numbers, not three`, {
    remedy: 'Give the voxels along x, y and z, for example --crop_size 384 384 160.',
  })
}

/** `2/8`: the second of eight. */
export function parseShard(text: string): Shard {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text.trim())?.map(Number) ?? []
  if (index === undefined || count === undefined || index < 1 || index > count)
    throw new InvalidArgumentError(
      'It must be a number and how many there are, from 1/8 to 8/8 for instance.',
    )
  return { index, count }
}

export const absolutePath = (file: string): string => path.resolve(file)

/** Options that every command that makes files has. */
export const withRunFlags = (command: Command): Command =>
  withRunFlagsAtRoot(command).option(
    '--workspace <dir>',
    'folder whose .voxmill holds the receipts; found from the paths if not given',
  )

/** The same of a command that is told the root of the data set, which holds its receipts. */
export function withRunFlagsAtRoot(command: Command): Command {
  return command
    .addOption(
      new Option('-j, --jobs <n>', 'worker processes; the number of cores if not given').argParser(
        parseCount,
      ),
    )
    .addOption(
      new Option(
        '--memory <size>',
        'memory that jobs may use together, such as 16G; 80 % of what is free if not given',
      ).argParser(parseBytes),
    )
    .option('--any_space', 'begin although the disk has less space than is expected to be written')
    .option('--remake', 'do everything again, whatever the receipts say')
    .option('--dry_run', 'print what would be done and why; write nothing')
    .option('--json', 'JSON lines on standard output, words on standard error')
}

export const shardOption = (): Option =>
  new Option(
    '--shard <i/n>',
    'only the cases of part i of n, beside other parts, here or on other machines; voxmill collect completes them',
  ).argParser(parseShard)

export const withProfileFlag = (command: Command): Command =>
  command.option('--profile <name|file>', 'archive profile', 'nme-2025.8.25')

export const withPipelineFlag = (command: Command): Command =>
  command.option('--pipeline <name|file>', 'pipeline file with rules and folders', 'cta2mbf')

/** Gathers the values of an option that may be repeated. */
export const collect = (value: string, earlier: readonly string[]): string[] => [...earlier, value]
