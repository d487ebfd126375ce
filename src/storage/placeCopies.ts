import {
  copyFile,
  constants as fsConstants,
  link,
  lstat,
  mkdir,
  open,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises'
import path from 'node:path'
import { DataError } from '../core/dataError.ts'
import { EXIT } from '../core/fault.ts'
import { temporaryPath, WriteError, writeError } from './atomicWrite.ts'
import { sameBytes } from './sameBytes.ts'

/** How a file gets to its second place: its bytes (shared by the file system where it can), or a link to them. */
export type CopyMode = 'none' | 'hard' | 'sym'

export interface Copy {
  /** Absolute. */
  readonly source: string
  /** Relative to the target folder, POSIX. */
  readonly target: string
}

export interface PlacedCopies {
  /** Files that were put in their places, and bytes that were copied for it; links count none. */
  readonly placed: number
  readonly bytes: number
  /** Files that were there already. */
  readonly kept: number
}

/** Files that are copied, then flushed to disk, then named, together. */
const BATCH = 64
/** As many as the thread pool of Node.js carries out at once. */
const AT_ONCE = 4

/**
 * Copies or links files into a folder. Each is there whole under its name or not at all: copied to a temporary name in
 * the same folder, flushed, renamed. One that is there already with the same bytes (or as the same link) is kept, so an
 * interrupted call is completed by the next. Sources are only read.
 *
 * @throws WriteError when a target cannot be written; DataError 'file-unreadable' when a source is gone or refused
 */
export async function placeCopies(
  folder: string,
  copies: Iterable<Copy>,
  mode: CopyMode,
): Promise<PlacedCopies> {
  const total = { placed: 0, bytes: 0, kept: 0 }
  const folders = new Map<string, string>()
  for (const batch of batches(copies)) {
    const pending = batch.map(c => ({ source: c.source, target: path.join(folder, c.target) }))
    for (const { target } of pending) await makeFolder(path.dirname(target), folders)
    const outcome = await placeBatch(pending, mode, folders)
    total.placed += outcome.placed
    total.bytes += outcome.bytes
    total.kept += outcome.kept
  }
  if (total.placed > 0) for (const made of folders.keys()) await flush(made)
  return total
}

function* batches(copies: Iterable<Copy>): Generator<Copy[]> {
  let batch: Copy[] = []
  for (const copy of copies) {
    if (batch.push(copy) < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/** Makes a folder, and remembers where it really is. */
async function makeFolder(folder: string, known: Map<string, string>): Promise<void> {
  if (known.has(folder)) return
  try {
    await mkdir(folder, { recursive: true })
    known.set(folder, await realpath(folder))
  } catch (error) {
    throw writeError(error, folder)
  }
}

interface Placement {
  readonly source: string
  readonly target: string
}

async function placeBatch(
  batch: readonly Placement[],
  mode: CopyMode,
  folders: ReadonlyMap<string, string>,
): Promise<PlacedCopies> {
  const drafts: (Placement & { temporary: string })[] = []
  let bytes = 0
  try {
    await atOnce(batch, async placement => {
      const origin = await originOf(placement, mode, folders)
      if (await isInPlace(placement, origin, mode)) return
      const temporary = temporaryPath(placement.target)
      drafts.push({ ...placement, temporary })
      await duplicate(origin, temporary, placement, mode)
    })
    if (mode === 'none')
      await atOnce(drafts, async ({ temporary, target }) => {
        const size = await flush(temporary, target)
        bytes += size
      })
    await atOnce(drafts, async ({ temporary, target }) => {
      await rename(temporary, target).catch(error => {
        throw writeError(error, target)
      })
    })
  } catch (error) {
    for (const { temporary } of drafts) await rm(temporary, { force: true }).catch(() => undefined)
    throw error
  }
  return { placed: drafts.length, bytes, kept: batch.length - drafts.length }
}

/** What is copied or linked to: the source itself, behind its own links; for a symbolic link the text of the link. */
async function originOf(
  { source, target }: Placement,
  mode: CopyMode,
  folders: ReadonlyMap<string, string>,
): Promise<string> {
  if (mode === 'none') return source
  const real = await realpath(source).catch(error => {
    throw sourceError(error, source)
  })
  if (mode === 'hard') return real
  // Relative, so that a root that is moved as a whole stays valid.
  return path.relative(folders.get(path.dirname(target))!, real)
}

async function isInPlace({ source, target }: Placement, origin: string, mode: CopyMode): Promise<boolean> {
  const there = await lstat(target, { bigint: true }).catch(() => undefined)
  if (there === undefined) return false
  if (there.isDirectory())
    throw new WriteError(`cannot write ${target}: a folder has this name`, {
      remedy: 'Move the folder away, then run again.',
      everywhere: false,
      exitCode: EXIT.usage,
      where: target,
    })
  if (mode === 'sym') return there.isSymbolicLink() && (await readlink(target)) === origin
  const from = await stat(source, { bigint: true }).catch(error => {
    throw sourceError(error, source)
  })
  const linked = there.dev === from.dev && there.ino === from.ino
  if (mode === 'hard') return linked
  // A link is no copy: who edits it edits the source.
  if (linked || !there.isFile() || there.size !== from.size) return false
  return sameBytes(source, target).catch(error => {
    throw sourceError(error, source)
  })
}

async function duplicate(
  origin: string,
  temporary: string,
  { source, target }: Placement,
  mode: CopyMode,
): Promise<void> {
  try {
    if (mode === 'none') await copyFile(origin, temporary, fsConstants.COPYFILE_FICLONE)
    else if (mode === 'hard') await link(origin, temporary)
    else await symlink(origin, temporary)
  } catch (error) {
    // The system names both files of a call; only a second look tells which it refused.
    const readable = await open(source, 'r').then(
      handle => handle.close(),
      e => e as Error,
    )
    if (readable instanceof Error) throw sourceError(readable, source)
    const { code } = error as NodeJS.ErrnoException
    if (mode !== 'none' && LINK_REFUSED.has(code ?? ''))
      throw new WriteError(`${target} cannot be a ${mode === 'hard' ? 'hard' : 'symbolic'} link: ${code}`, {
        remedy:
          mode === 'hard'
            ? 'Hard links need source and target on one file system that has them, and a source of your own: use --link sym or --link none.'
            : 'This file system has no symbolic links: use --link none.',
        everywhere: true,
        where: target,
        cause: error,
      })
    throw writeError(error, target)
  }
}

const LINK_REFUSED = new Set(['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

export function sourceError(error: unknown, source: string): DataError {
  const { code, message } = error as NodeJS.ErrnoException
  return new DataError(
    'file-unreadable',
    code === 'ENOENT' ? `${source} was there and is gone` : `${source} cannot be read: ${message}`,
    { where: source, cause: error },
  )
}

/** What systems answer that cannot flush a folder, or a file that is open for reading. */
const UNFLUSHABLE = new Set(['EINVAL', 'EISDIR', 'EPERM'])

/** Waits until a file or folder is on the disk. @returns its size in bytes. */
async function flush(file: string, target: string = file): Promise<number> {
  try {
    const handle = await open(file, 'r')
    try {
      await handle.sync()
      return (await handle.stat()).size
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (UNFLUSHABLE.has((error as NodeJS.ErrnoException).code ?? '')) return 0
    throw writeError(error, target)
  }
}

/** Carries out a task for each item, some at once; the first failure is thrown when none is under way any more. */
async function atOnce<T>(items: readonly T[], task: (item: T) => Promise<void>): Promise<void> {
  let next = 0
  let failed = false
  const lane = async () => {
    while (next < items.length && !failed) {
      try {
        await task(items[next++]!)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const lanes = await Promise.allSettled(Array.from({ length: AT_ONCE }, lane))
  for (const outcome of lanes) if (outcome.status === 'rejected') throw outcome.reason
}
