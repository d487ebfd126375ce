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

/** One of several runs that share a root: it has the cases of this index alone, from 1 up to the count. */
export interface Shard {
  readonly index: number
  readonly count: number
}

/** `run.lock`, or for a shard `run.shard-2-of-8.lock` beside it. */
export const lockFile = (file: string, shard: Shard | undefined): string =>
  shard === undefined ? file : path.join(path.dirname(file), `run.${shardName(shard)}${path.extname(file)}`)

/** As it stands in names of files. */
export const shardName = ({ index, count }: Shard): string => `shard-${index}-of-${count}`

const SHARD_LOCK = /^run\.shard-\d+-of-(\d+)\.lock$/

/**
 * Takes the root for one run. The lock is a file with who holds it; one whose process is gone is taken over, and what
 * that run left half-written is removed from the folders that it wrote in and from the lock's own.
 *
 * A shard has a lock of its own. Shards of the same count work beside each other; a shard and a whole run, or shards of
 * different counts, refuse each other. What a killed shard left half-written lies beside what others are just writing, so
 * the next whole run removes it.
 *
 * @param file the lock of a whole run
 * @throws RootBusyError naming the holder.
 */
export function takeRoot(
  root: string,
  file: string,
  command: string,
  writes: readonly string[],
  shard?: Shard,
): RunLock {
  const own = lockFile(file, shard)
  const { abandoned, record } = placeOwnLock(root, own, command, writes, shard)
  const release = () => fs.rmSync(own, { force: true })
  const folder = path.dirname(file)
  try {
    const others = fs.readdirSync(folder).filter(name => excludes(name, path.basename(file), shard))
    for (const name of others) {
      const other = path.join(folder, name)
      const holder = heldBy(other, record.host, shard === undefined)
      if (holder.held) throw busy(root, other, holder.record, record.host)
      if (holder.record === undefined) continue
      abandoned.push(holder.record.writes)
      removeAbandoned(other, holder.record, shard !== undefined)
    }
    return { swept: swept(root, file, own, abandoned, writes, shard), release }
  } catch (error) {
    release()
    throw error
  }
}

/** Whether a lock of this name may not be held while this run works. */
function excludes(name: string, whole: string, shard: Shard | undefined): boolean {
  if (name === whole) return shard !== undefined
  const count = SHARD_LOCK.exec(name)?.[1]
  return count !== undefined && Number(count) !== shard?.count
}

/** A shard that meets the lock of a whole run steps back at once; so much time it has for it. */
const STEPPING_BACK_MS = 1000
const LOOK_AGAIN_MS = 50

/** Who holds a lock. A whole run waits a moment for shards that took theirs at the same time and step back. */
function heldBy(
  file: string,
  host: string,
  patient: boolean,
): { held: boolean; record: LockRecord | undefined } {
  for (let waited = 0; ; waited += LOOK_AGAIN_MS) {
    const record = readLock(file)
    const held = record !== undefined && (record.host !== host || alive(record))
    if (!held || !patient || waited >= STEPPING_BACK_MS) return { held, record }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_AGAIN_MS)
  }
}

/** Removes what runs left half-written that were killed. @returns how many files */
function swept(
  root: string,
  file: string,
  own: string,
  abandoned: readonly (readonly string[])[],
  writes: readonly string[],
  shard: Shard | undefined,
): number {
  const folder = path.dirname(file)
  const names = fs.readdirSync(folder)
  // Of a run that was killed while it took the lock, no lock tells: so its own folder is looked through every time.
  if (shard !== undefined)
    return sweepNames(
      folder,
      names.filter(name => name.startsWith(`.${path.basename(own)}.`)),
    )
  const left = names.filter(name => ABANDONED.test(name)).map(name => path.join(folder, name))
  const killed = [...abandoned, ...left.map(marker => readLock(marker)?.writes ?? [])]
  let count = sweepNames(folder, names)
  if (killed.length > 0)
    for (const place of new Set([folder, ...[...killed.flat(), ...writes].map(w => path.resolve(root, w))]))
      count += sweepTree(place)
  for (const marker of left) fs.rmSync(marker, { force: true })
  return count
}

/** Takes a lock file. @returns what it says, and the folders of killed runs that held it before */
function placeOwnLock(
  root: string,
  file: string,
  command: string,
  writes: readonly string[],
  shard: Shard | undefined,
): { record: LockRecord; abandoned: (readonly string[])[] } {
  const record: LockRecord = {
    pid: process.pid,
    began: processBegan(process.pid),
    host: os.hostname(),
    started: new Date().toISOString(),
    command,
    writes,
  }
  const abandoned: (readonly string[])[] = []
  for (let attempt = 0; !placeLock(file, record); attempt++) {
    const holder = readLock(file)
    const held = holder !== undefined && (holder.host !== record.host || alive(holder))
    if (held || attempt > 5) throw busy(root, file, holder, record.host)
    abandoned.push(holder?.writes ?? [])
    removeAbandoned(file, holder, shard !== undefined)
  }
  return { record, abandoned }
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

const ABANDONED = /\.lock\.abandoned-\d+-\d+$/

/**
 * Moves the lock of a dead run away; if another run has taken it over meanwhile, that one keeps it.
 *
 * @param kept whether it stays under another name, so that the next whole run removes what the dead one left
 */
function removeAbandoned(file: string, holder: LockRecord | undefined, kept: boolean): void {
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
  else if (kept) fs.renameSync(aside, `${file}.abandoned-${process.pid}-${Date.now()}`)
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
