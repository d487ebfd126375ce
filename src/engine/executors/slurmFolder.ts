import path from 'node:path'
import { VERSION } from '../../core/version.ts'
import { writeAtomicSmall } from '../../storage/atomicWrite.ts'
import { existsSync } from '../../storage/exists.ts'
import { makeNewFolder } from '../../storage/lineLog.ts'
import { listFolder } from '../../storage/listFolder.ts'
import { readTextIfThere } from '../../storage/readFile.ts'
import { removeEmptyFolder } from '../../storage/remove.ts'
import { removeFolder } from '../../storage/scratchFolder.ts'
import type { DispatchedCase } from '../runCase.ts'
import { SLURM_FOLDER, type Workspace } from '../workspace.ts'

/**
 * One array as its folder tells of it. In `ROOT/.voxmill/slurm/RUN/ARRAY` lie this record, `submit.sh`, and for each task N its
 * shard `N.json`, the journal `N.jsonl` that it keeps, and `N.log`, what it said.
 */
export interface ArrayRecord {
  /** Name of the job, used for no other. */
  readonly name: string
  /** Number of the job; absent when whoever submitted it was killed before noting it. */
  readonly job?: string
  /** Stages of a run are counted from 1. */
  readonly stage: number
  /** Whether its jobs were submitted before. */
  readonly again?: true
  /** The first step of its jobs. */
  readonly step: string
  readonly tasks: number
  readonly jobs: number
  readonly weight: number
  /** Bytes of memory of a task. */
  readonly bytes: number
  readonly submitted: string
  /** Set when all its tasks have ended and nothing more is expected of it. */
  readonly ended?: true
}

/** The work of one task. */
export interface Shard {
  /** The program that wrote it: another one may know other steps. */
  readonly voxmill: string
  readonly root: string
  readonly cases: readonly DispatchedCase[]
}

export const shardFile = (folder: string, index: number): string => path.join(folder, `${index}.json`)
export const journalFile = (folder: string, index: number): string => path.join(folder, `${index}.jsonl`)
export const logFile = (folder: string, index: number): string => path.join(folder, `${index}.log`)
export const scriptFile = (folder: string): string => path.join(folder, 'submit.sh')
const recordFile = (folder: string): string => path.join(folder, 'array.json')
const cancelledFile = (run: string): string => path.join(run, 'cancelled')

/** A folder for the arrays of one run; its name is the time and the process. */
export function newRunFolder(workspace: Workspace, now: Date): string {
  const stamp = now.toISOString().replace(/[-:]|\..*$/g, '')
  return workspace.state(SLURM_FOLDER, `${stamp}-${process.pid}`)
}

/** Writes all that the tasks of an array need. @throws WriteError */
export function writeArray(
  folder: string,
  root: string,
  shards: readonly (readonly DispatchedCase[])[],
  script: string,
  record: ArrayRecord,
): void {
  makeNewFolder(folder)
  for (const [index, cases] of shards.entries()) {
    const shard: Shard = { voxmill: VERSION, root, cases }
    writeAtomicSmall(shardFile(folder, index), JSON.stringify(shard))
  }
  writeAtomicSmall(scriptFile(folder), script)
  writeRecord(folder, record)
}

/** Removes the folder of a run unless an array of it is left. */
export function removeRun(run: string): void {
  if (!existsSync(run) || listFolder(run).folders.length > 0) return
  removeFolder(run)
  removeEmptyFolder(path.dirname(run))
}

export const writeRecord = (folder: string, record: ArrayRecord): void =>
  writeAtomicSmall(recordFile(folder), `${JSON.stringify(record)}\n`)

/** Tells whoever waits for the jobs of a run that they were cancelled on purpose. */
export const markCancelled = (run: string): void =>
  writeAtomicSmall(cancelledFile(run), `${new Date().toISOString()}\n`)

export const isCancelled = (run: string): boolean => existsSync(cancelledFile(run))

export interface FoundArray {
  readonly run: string
  readonly folder: string
  readonly record: ArrayRecord
}

/** Arrays of earlier and present runs on a root. */
export function arraysOf(workspace: Workspace): FoundArray[] {
  const home = workspace.state(SLURM_FOLDER)
  if (!existsSync(home)) return []
  return listFolder(home).folders.flatMap(name => {
    const run = path.join(home, name)
    return listFolder(run).folders.flatMap(array => {
      const folder = path.join(run, array)
      const record = readRecord(folder)
      return record === undefined ? [] : [{ run, folder, record }]
    })
  })
}

function readRecord(folder: string): ArrayRecord | undefined {
  try {
    return JSON.parse(readTextIfThere(recordFile(folder)) ?? '') as ArrayRecord
  } catch {
    // Its run was killed before it was submitted.
    return undefined
  }
}
