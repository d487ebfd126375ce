import path from 'node:path'
import type { ArtifactKind } from '../core/artifact.ts'
import { UsageError } from '../core/fault.ts'
import { realPath } from '../storage/listFolder.ts'
import { digestFile } from '../storage/readFile.ts'
import { verifyZipFile } from '../storage/zip/verifyZipFile.ts'
import { writeZipFile, type ZipProgress, type ZipSource } from '../storage/zip/writeZipFile.ts'
import type { FileTree } from './fileTree.ts'

/** A folder that is packed. */
export interface PackedFolder {
  /** Its path in the archive, POSIX. */
  readonly name: string
  readonly tree: FileTree
}

/** What goes into an archive; or, of one that was read, how many files and folders it has. */
export type ZipArchive =
  | {
      readonly folders: readonly PackedFolder[]
      /** Tells, by path in the archive, what is left out; of a folder with all that is in it. */
      readonly leaveOut?: (pathInArchive: string) => boolean
      readonly onProgress?: (progress: ZipProgress) => void
    }
  | { readonly members: number }

/** A .zip file, packed from folders as a stream and read back before it gets its name. Reading verifies it. */
export const zipArchive: ArtifactKind<ZipArchive> = {
  name: 'zip-archive',
  async read(file) {
    const { digest, members } = await verifyZipFile(file)
    return { value: { members }, digest }
  },
  digest: digestFile,
  async write(file, value) {
    if (!('folders' in value)) throw new TypeError('an archive that was read is not written back')
    for (const { name, tree } of value.folders) requireOutside(file, name, tree.place)
    const { digest, bytes } = await writeZipFile(file, sourcesOf(value.folders, value.leaveOut), {
      onProgress: value.onProgress,
    })
    return { digest, bytes }
  },
}

/** An archive in a folder that it packs would hold its own last state, and never be up to date. */
function requireOutside(file: string, name: string, place: string): void {
  const between = path.relative(realPath(place), realPath(file))
  if (between.startsWith(`..${path.sep}`) || path.isAbsolute(between)) return
  throw new UsageError(`${file} would lie in ${name}, which it packs`, {
    remedy: 'Write the archive to another folder.',
    where: file,
  })
}

function* sourcesOf(
  folders: readonly PackedFolder[],
  leaveOut: (pathInArchive: string) => boolean = () => false,
): Generator<ZipSource> {
  // As `zip -r` does, folders have members of their own, so that empty ones are kept.
  const known = new Set<string>()
  for (const { name, tree } of folders) {
    if (leaveOut(name)) continue
    yield* foldersAbove(`${name}/`, known)
    let left: string | undefined
    for (const entry of tree.entries()) {
      const member = `${name}/${entry.path}`
      if (left !== undefined && member.startsWith(left)) continue
      left = undefined
      if (leaveOut(member)) {
        if (entry.kind === 'folder') left = `${member}/`
      } else if (entry.kind === 'folder') yield { name: member }
      else yield { name: member, file: path.join(tree.place, entry.path) }
    }
  }
}

/** The folders on the way to a path, those that were not told yet. */
function* foldersAbove(member: string, known: Set<string>): Generator<ZipSource> {
  for (let at = member.indexOf('/'); at >= 0; at = member.indexOf('/', at + 1)) {
    const folder = member.slice(0, at)
    if (known.has(folder)) continue
    known.add(folder)
    yield { name: folder }
  }
}
