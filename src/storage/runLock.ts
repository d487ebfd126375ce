import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Fault } from '../core/fault.ts'
import { temporaryPath, writeError } from './atomicWrite.ts'
import { sweepNames, sweepTree } from './sweepTree.ts'

/** Another run works on the same root. */
export class RootBusyError extends Fault {}

interface LockRecord {
  readonly pid: number
  /** When the process began, in the kernel's clock ticks: tells it from a later process of the same number. */
  readonly began: string | undefined
  readonly host: string
  readonly started: string
  readonly command: string
  /** Folders (relative to the root) that the run writes in; swept when it was killed. */
  readonly writes: readonly string[]
}

/** Field 22 of /proc/PID/stat; undefined where there is no such file system. */
function processBegan(pid: number): string | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

const alive = ({ pid, began }: LockRecord): boolean => {
  try {
    process.kill(pid, 0)
    return began === undefined || processBegan(pid) === began
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

export interface RunLock {
  /** How many temporary files of a killed run were removed on taking the lock. */
  readonly swept: number
  release(): void
}

/**
 * Takes the root for one run. The lock is a file with who holds it; one whose process is gone is taken over, and what
 * that run left half-written is removed from the folders that it wrote in and from the lock's own.
 *
 * @throws RootBusyError naming the holder.
 */
export function takeRoot(root: string, file: string, command: string, writes: readonly string[]): RunLock {
  const record: LockRecord = {
    pid: process.pid,
    began: processBegan(process.pid),
    host: os.hostname(),
    started: new Date().toISOString(),
    command,
    writes,
  }
  let abandoned: readonly string[] | undefined
  for (let attempt = 0; !placeLock(file, record); attempt++) {
    const holder = readLock(file)
    const held = holder !== undefined && (holder.host !== record.host || alive(holder))
    if (held || attempt > 5) throw busy(root, file, holder, record.host)
    abandoned = holder?.writes ?? []
    removeAbandoned(file, holder)
  }
  // Of a run that was killed while it took the lock, no lock tells: so its own folder is looked through every time.
  let swept = sweepNames(path.dirname(file), fs.readdirSync(path.dirname(file)))
  if (abandoned !== undefined)
    for (const folder of new Set([
      path.dirname(file),
      ...[...abandoned, ...writes].map(w => path.resolve(root, w)),
    ]))
      swept += sweepTree(folder)
  return { swept, release: () => fs.rmSync(file, { force: true }) }
}

/** Who works on a root now, by its lock; undefined where no one does, as far as can be seen from this machine. */
export function rootHolder(file: string): { readonly command: string; readonly started: string } | undefined {
  const holder = readLock(file)
  return holder !== undefined && (holder.host !== os.hostname() || alive(holder)) ? holder : undefined
}

/** Puts the lock in its place, whole, unless there is one. @returns whether it is ours. */
function placeLock(file: string, record: LockRecord): boolean {
  const draft = temporaryPath(file)
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(draft, JSON.stringify(record))
    try {
      fs.linkSync(draft, file)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? ''
      // Whoever took the lock meanwhile has swept the draft away.
      if (code === 'ENOENT') return false
      if (!NO_LINKS.has(code)) throw error
      fs.copyFileSync(draft, file, fs.constants.COPYFILE_EXCL)
    }
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw writeError(error, file)
  } finally {
    fs.rmSync(draft, { force: true })
  }
}

/** What file systems without hard links (FAT, some network shares) answer. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/** Moves the lock of a dead run away; if another run has taken it over meanwhile, that one keeps it. */
function removeAbandoned(file: string, holder: LockRecord | undefined): void {
  const aside = temporaryPath(file)
  try {
    fs.renameSync(file, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw writeError(error, file)
  }
  const moved = readLock(aside)
  if (moved !== undefined && (moved.pid !== holder?.pid || moved.started !== holder.started))
    fs.renameSync(aside, file)
  else fs.rmSync(aside, { force: true })
}

function busy(root: string, file: string, holder: LockRecord | undefined, host: string): RootBusyError {
  if (holder === undefined)
    return new RootBusyError(`the lock ${file} of ${root} can neither be read nor taken`, {
      remedy: 'If no voxmill runs there, remove the lock and run again.',
    })
  return new RootBusyError(
    `${root} is in use by \`${holder.command}\` (process ${holder.pid} on ${holder.host}, since ${holder.started})`,
    {
      remedy:
        holder.host === host
          ? 'Wait until it ends, or stop it, then run again.'
          : `Wait until it ends. If ${holder.host} is down, remove ${file} and run again.`,
    },
  )
}

function readLock(file: string): LockRecord | undefined {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as LockRecord
  } catch {
    return undefined
  }
}
