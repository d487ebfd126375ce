import { UsageError } from '../../core/fault.ts'

/** One array of tasks as it is asked for. */
export interface ArrayRequest {
  readonly name: string
  readonly tasks: number
  /** Bytes of memory for each task. */
  readonly bytes: number
  /** Minutes for each task. */
  readonly minutes: number
  /** Folder on the shared disk that has the shards, and gets their logs. */
  readonly folder: string
  /** Where tasks begin. */
  readonly root: string
  /** The program that takes a shard: Node.js, its script, the arguments before the name of the shard. */
  readonly program: readonly string[]
  /** Further lines for sbatch, such as `--partition=long`; they win over ours. */
  readonly args: readonly string[]
}

const MIB = 2 ** 20

/** Memory as Slurm reads it. */
export const slurmMemory = (bytes: number): string => {
  const mib = Math.max(1, Math.ceil(bytes / MIB))
  return mib % 1024 === 0 ? `${mib / 1024}G` : `${mib}M`
}

/**
 * The script of an array. What is in it is all that sbatch needs, so that it can be looked at and submitted by hand.
 *
 * @throws UsageError for a folder whose name Slurm cannot be told
 */
export function arrayScript(request: ArrayRequest): string {
  const { name, tasks, bytes, minutes, folder, root, program, args } = request
  const lines = [
    `--job-name=${name}`,
    `--array=0-${tasks - 1}`,
    '--ntasks=1',
    `--mem=${slurmMemory(bytes)}`,
    `--time=${minutes}`,
    // A task that is done twice gives the same files, so it may be started again when its node is lost.
    '--requeue',
    '--open-mode=append',
    `--chdir=${slurmQuoted(root)}`,
    `--output=${slurmQuoted(`${folder.replaceAll('%', '%%')}/%a.log`)}`,
    ...args,
  ]
  return [
    '#!/bin/sh',
    ...lines.map(line => `#SBATCH ${line}`),
    `exec ${program.map(shellQuoted).join(' ')} ${shellQuoted(`${folder}/`)}"$SLURM_ARRAY_TASK_ID.json"`,
    '',
  ].join('\n')
}

/** A word for a POSIX shell. */
export const shellQuoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

/** A value for a line `#SBATCH`. */
export function slurmQuoted(value: string): string {
  // A backslash keeps Slurm from putting numbers into names of files, and a line cannot go on behind its end.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (/[\\\u0000-\u001f]/.test(value))
    throw new UsageError(`Slurm cannot be told of the folder ${JSON.stringify(value)}`, {
      remedy: 'Rename it, or link to it (ln -s), so that its path has no backslash and no control character.',
    })
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `"${value.replaceAll('"', '\\"')}"`
}
