import { createHash } from 'node:crypto'
import path from 'node:path'
import type { ArtifactKind } from '../core/artifact.ts'
import { type Finding, finding } from '../core/finding.ts'
import { isTemporaryName } from '../storage/atomicWrite.ts'
import { movableStamp } from '../storage/fileStamp.ts'
import { type Copy, type CopyMode, placeCopies } from '../storage/placeCopies.ts'
import { removeFolderIfUnchanged } from '../storage/remove.ts'
import { sweepTree } from '../storage/sweepTree.ts'
import { walk } from '../storage/walk.ts'

/** A file to be copied into a folder. */
export interface FileCopy {
  /** The place of the folder that it comes from, as the artifact it was read by tells it. */
  readonly place: string
  /** Relative to that place. */
  readonly source: string
  /** Relative to the folder that is written, POSIX. */
  readonly target: string
}

/** What goes into a folder of copies, and how. */
export interface FileCopies {
  readonly copies: readonly FileCopy[]
  readonly link: CopyMode
}

/**
 * A folder of files copied from elsewhere. Reading gives what is there. Writing completes it: what is there with the
 * same bytes is kept, all else is copied; other files in it stay and are told. The digest covers names, sizes and times.
 */
export const fileCopies: ArtifactKind<FileCopies> = {
  name: 'file-copies',
  folder: true,
  async read(folder) {
    const copies = [...filesIn(folder)].map(file => ({ place: folder, source: file, target: file }))
    return { value: { copies, link: 'none' }, digest: digestOf(folder) }
  },
  digest: async folder => digestOf(folder),
  async write(folder, { copies, link }) {
    // What a killed run left; a run that is only stopped sweeps by itself.
    sweepTree(folder)
    const { bytes } = await placeCopies(folder, absolute(copies), link)
    return { digest: digestOf(folder), bytes, findings: leftOver(folder, copies) }
  },
}

/**
 * The same for a folder in which only one step writes: one that the step gives no more is removed, unless anything in it
 * has changed since.
 */
export const ownCopies: ArtifactKind<FileCopies> = {
  ...fileCopies,
  name: 'own-copies',
  removeUnchanged: (folder, digest) => removeFolderIfUnchanged(folder, digest, async f => digestOf(f)),
}

function* absolute(copies: readonly FileCopy[]): Generator<Copy> {
  for (const { place, source, target } of copies) yield { source: path.join(place, source), target }
}

function* filesIn(folder: string): Generator<string> {
  for (const { path: file } of walk(folder)) if (!isTemporaryName(path.posix.basename(file))) yield file
}

function digestOf(folder: string): string {
  const hash = createHash('sha256')
  for (const file of filesIn(folder)) hash.update(`${file}\0${movableStamp(path.join(folder, file))}\n`)
  return hash.digest('hex')
}

function leftOver(folder: string, copies: readonly FileCopy[]): Finding[] {
  const own = new Set(copies.map(c => c.target))
  let first: string | undefined
  let count = 0
  for (const file of filesIn(folder)) {
    if (own.has(file)) continue
    first ??= file
    count++
  }
  if (first === undefined) return []
  const message = `${count} files in it have no source in this run, the first is ${first}`
  return [finding('copy-left-over', folder, message, { numbers: { files: count } })]
}
