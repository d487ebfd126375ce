import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { EXIT, Fault } from '../core/fault.ts'
import { isTemporaryName, writeError } from './atomicWrite.ts'
import { walk } from './walk.ts'

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
 * that run left half-written is removed.
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
  let swept = 0
  for (let attempt = 0; ; attempt++) {
    try {
      fs.mkdirSync(path.dirname(file), { recursive: true })
      // Written under another name and linked, so that a lock is never seen half-written.
      const draft = `${file}.${process.pid}`
      fs.writeFileSync(draft, JSON.stringify(record))
      try {
        fs.linkSync(draft, file)
      } finally {
        fs.rmSync(draft, { force: true })
      }
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 5) throw writeError(error, file)
    }
    const holder = readLock(file)
    if (holder !== undefined && (holder.host !== record.host || alive(holder)))
      throw new RootBusyError(
        `${root} is in use by \`${holder.command}\` (process ${holder.pid} on ${holder.host}, since ${holder.started})`,
        {
          remedy:
            holder.host === record.host
              ? 'Wait until it ends, or stop it, then run again.'
              : `Wait until it ends. If ${holder.host} is down, remove ${file} and run again.`,
          exitCode: EXIT.usage,
        },
      )
    for (const folder of new Set([...(holder?.writes ?? []), ...writes]))
      swept += sweepTree(path.resolve(root, folder))
    fs.rmSync(file, { force: true })
  }
  return { swept, release: () => fs.rmSync(file, { force: true }) }
}

function readLock(file: string): LockRecord | undefined {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as LockRecord
  } catch {
    return undefined
  }
}

function sweepTree(folder: string): number {
  if (!fs.existsSync(folder)) return 0
  let removed = 0
  for (const file of walk(folder))
    if (isTemporaryName(path.posix.basename(file.path))) {
      fs.rmSync(path.join(folder, file.path), { force: true })
      removed++
    }
  return removed
}
