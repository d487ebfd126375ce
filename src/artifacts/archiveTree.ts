import { createHash } from 'node:crypto'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { ArtifactKind } from '../core/artifact.ts'
import { DataError } from '../core/dataError.ts'
import { type Finding, finding } from '../core/finding.ts'
import type { NiftiHeader } from '../formats/nifti/header.ts'
import { movableStamp } from '../storage/fileStamp.ts'
import { readInflated } from '../storage/inflate.ts'
import { walk } from '../storage/walk.ts'
import { scanHeader } from './niftiFile.ts'

/** A folder of an archive: what lies in it, and how to look into one file's header. */
export interface ArchiveTree {
  /** Files that are named like NIfTI images, relative to the folder, sorted; a pair is named by its .hdr. */
  readonly images: readonly string[]
  /** How many other files there are. */
  readonly others: number
  /** Links that lead nowhere, folders that cannot be listed, folders that are named like images. */
  readonly findings: readonly Finding[]
  /**
   * The header of one image, from a few KB of it; the whole file is read only where its end contradicts its header.
   *
   * @throws DataError when the file cannot be used.
   */
  scan(image: string): Promise<NiftiHeader>
}

const PAUSE_EVERY = 256
const HASHED_AT_ONCE = 1 << 14
const IMAGE = /\.(nii|nii\.gz|hdr|hdr\.gz)$/i
const VOXELS_OF_PAIR = /\.img(\.gz)?$/i

/**
 * The digest covers names, sizes and times of all files, not their bytes: a scan reads headers only. An archive that
 * is copied with its times is the same archive, so that a manifest which a person has corrected stays valid for it.
 */
export const archiveTree: ArtifactKind<ArchiveTree> = {
  name: 'archive-tree',
  folder: true,
  async read(folder) {
    const listing = list(folder)
    let scanned = 0
    const scanPolitely = async (image: string) => {
      // Reading headers is synchronous; now and then a request to stop must get its turn.
      if (++scanned % PAUSE_EVERY === 0) await setImmediate()
      return scan(folder, image)
    }
    return { value: { ...listing, scan: scanPolitely }, digest: digestOf(folder, listing) }
  },
  async digest(folder) {
    return digestOf(folder, list(folder))
  },
}

type Listing = Omit<ArchiveTree, 'scan'>

function list(folder: string): Listing {
  const findings: Finding[] = []
  const images: string[] = []
  let others = 0
  const options = {
    onProblem: (p: {
      path: string
      code: 'symlink-loop' | 'symlink-broken' | 'file-unreadable'
      message: string
    }) => findings.push(finding(p.code, p.path, p.message)),
    reportFolder: (name: string) => IMAGE.test(name),
  }
  for (const entry of walk(folder, options)) {
    if (entry.kind !== 'file')
      findings.push(
        finding(
          'file-not-regular',
          entry.path,
          `this is a ${entry.kind === 'folder' ? 'folder' : 'device or socket'}, not an image`,
        ),
      )
    else if (IMAGE.test(entry.path)) images.push(entry.path)
    else if (!VOXELS_OF_PAIR.test(entry.path)) others++
  }
  images.sort((a, b) => (a < b ? -1 : 1))
  return { images, others, findings }
}

function digestOf(folder: string, { images, findings }: Listing): string {
  const hash = createHash('sha256')
  let lines = ''
  for (const image of images) {
    lines += `${image}\0${movableStamp(`${folder}${path.sep}${image}`)}\n`
    // To hash each line by itself takes as long as to look the files up.
    if (lines.length < HASHED_AT_ONCE) continue
    hash.update(lines)
    lines = ''
  }
  hash.update(lines)
  for (const f of findings) hash.update(`${f.where}\0${f.code}\n`)
  return hash.digest('hex')
}

async function scan(folder: string, image: string): Promise<NiftiHeader> {
  const file = `${folder}${path.sep}${image}`
  try {
    const { header, lengthAgrees } = scanHeader(file)
    if (!lengthAgrees) await readToTheEnd(file, header)
    return header
  } catch (error) {
    if (error instanceof DataError && error.where !== undefined) {
      error.message = error.message.replaceAll(error.where, image)
      Object.defineProperty(error, 'where', { value: image })
    }
    throw error
  }
}

/** Tells a file that was cut off from one of several gzip members or with bytes after its voxels. */
async function readToTheEnd(file: string, header: NiftiHeader): Promise<void> {
  let length = 0
  await readInflated(file, chunk => {
    length += chunk.length
  })
  const promised =
    header.voxOffset +
    (header.shape[0] * header.shape[1] * header.shape[2] * header.frames * header.bitpix) / 8
  if (length < promised)
    throw new DataError(
      'nifti-voxels-missing',
      `${file} holds ${length} bytes, its header promises ${promised}`,
      { where: file },
    )
}
