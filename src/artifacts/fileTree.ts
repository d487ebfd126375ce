import { createHash } from 'node:crypto'
import path from 'node:path'
import type { ArtifactKind } from '../core/artifact.ts'
import { DataError } from '../core/dataError.ts'
import { type Finding, finding } from '../core/finding.ts'
import { isTemporaryName } from '../storage/atomicWrite.ts'
import { existsSync } from '../storage/exists.ts'
import { movableStamp } from '../storage/fileStamp.ts'
import { type WalkProblem, walk } from '../storage/walk.ts'

/** A file or a folder in a tree. */
export interface TreeEntry {
  /** Relative to the tree, POSIX. */
  readonly path: string
  readonly kind: 'file' | 'folder'
}

/** A folder with all that lies in it. */
export interface FileTree {
  /** Where it lies. */
  readonly place: string
  /**
   * Files and folders, depth first, names of one folder in code-unit order, a folder before what is in it; links are
   * followed. Walked anew at each call. What voxmill keeps for itself is left out: `.voxmill`, and what an interrupted
   * write left.
   */
  entries(): Iterable<TreeEntry>
  /** What is no file and no folder, and links and folders that cannot be followed: they are in no entry. */
  readonly problems: readonly Finding[]
}

/** The folder of receipts and caches. */
const STATE = '.voxmill'

/** A folder of which nothing but names is looked at. The digest covers names, sizes and times. */
export const fileTree: ArtifactKind<FileTree> = {
  name: 'file-tree',
  folder: true,
  async read(folder) {
    requireFolder(folder)
    const problems: Finding[] = []
    const digest = digestOf(folder, f => problems.push(f))
    return { value: { place: folder, entries: () => entriesOf(folder), problems }, digest }
  },
  async digest(folder) {
    requireFolder(folder)
    return digestOf(folder)
  },
}

function requireFolder(folder: string): void {
  if (!existsSync(folder))
    throw new DataError('file-unreadable', `${folder} was there and is gone`, { where: folder })
}

function* entriesOf(folder: string, tell?: (problem: Finding) => void): Generator<TreeEntry> {
  const options = {
    skip: (p: string) => {
      const name = path.posix.basename(p)
      return name === STATE || isTemporaryName(name)
    },
    reportFolder: () => true,
    onProblem: (p: WalkProblem) => tell?.(finding(p.code, p.path, p.message, { severity: 'error' })),
  }
  for (const { path: file, kind } of walk(folder, options)) {
    if (kind !== 'other') yield { path: file, kind }
    else tell?.(finding('file-not-regular', file, 'this is a device, a pipe or a socket, not a file'))
  }
}

function digestOf(folder: string, tell?: (problem: Finding) => void): string {
  const hash = createHash('sha256')
  const note = (f: Finding) => {
    hash.update(`${f.where}\0${f.code}\n`)
    tell?.(f)
  }
  for (const { path: file, kind } of entriesOf(folder, note))
    hash.update(`${file}\0${kind === 'folder' ? 'folder' : movableStamp(path.join(folder, file))}\n`)
  return hash.digest('hex')
}
