import { createHash } from 'node:crypto'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { inflateRawSync } from 'node:zlib'
import type { ArtifactKind } from '../core/artifact.ts'
import { DataError } from '../core/dataError.ts'
import { Fault } from '../core/fault.ts'
import type { FindingCode } from '../core/finding.ts'
import { isDicom, parseDicom } from '../formats/dicom/parse.ts'
import { type SeriesHeader, seriesHeader } from '../formats/dicom/seriesHeader.ts'
import { existsSync } from '../storage/exists.ts'
import { PrefixReader } from '../storage/filePrefix.ts'
import { movableStamp } from '../storage/fileStamp.ts'
import { digestFile } from '../storage/readFile.ts'
import { walk } from '../storage/walk.ts'

/** One thing met below a folder: a file by its path relative to the folder, or what cannot be read as one, and why. */
export interface FolderEntry {
  readonly path: string
  readonly problem?: { readonly code: FindingCode; readonly message: string }
}

/** What the beginning of a file tells. */
export type DicomScan =
  | { readonly header: SeriesHeader }
  | { readonly refused: 'not-dicom' | FindingCode; readonly message: string; readonly remedy?: string }

/** A folder with DICOM files somewhere in it, under whatever names, among whatever else. */
export interface DicomFolder {
  /** Where it lies, for whoever copies its files. */
  readonly place: string
  /** Everything that is no folder, depth first, names of one folder in code-unit order; walked anew at each call. */
  entries(): Iterable<FolderEntry>
  /** Looks into the header of one file, from a few KB of it. What makes the file unusable is told, not thrown. */
  scan(file: string): Promise<DicomScan>
  /** SHA-256 (hex) of the bytes of one file. @throws DataError when it cannot be read */
  digest(file: string): Promise<string>
}

/** Most headers end within it; files of a scan are mostly read in one go. */
const FIRST_BYTES = 1 << 14
/** No header is longer. A file that claims one would fill the memory. */
const MOST_HEADER_BYTES = 1 << 28
const PAUSE_EVERY = 64

/** All files below a folder. The digest covers their names, sizes and times, not their bytes. */
export const dicomFolder: ArtifactKind<DicomFolder> = folderKind('dicom-folder', false)

/** The files that lie in a folder itself; folders in it are left out. */
export const dicomLooseFiles: ArtifactKind<DicomFolder> = folderKind('dicom-loose-files', true)

function folderKind(name: string, shallow: boolean): ArtifactKind<DicomFolder> {
  return {
    name,
    folder: true,
    async read(folder) {
      return { value: openDicomFolder(folder, shallow), digest: digestOf(folder, shallow) }
    },
    digest: async folder => digestOf(folder, shallow),
  }
}

/** A folder as it lies on the disk. @throws DataError when it is not there */
export function openDicomFolder(place: string, shallow = false): DicomFolder {
  requireFolder(place)
  const reader = new PrefixReader()
  let scanned = 0
  return {
    place,
    entries: () => entriesOf(place, shallow),
    async scan(file) {
      // Reading headers is synchronous; now and then a request to stop must get its turn.
      if (++scanned % PAUSE_EVERY === 0) await setImmediate()
      return scanFile(reader, path.join(place, file))
    },
    digest: file => digestFile(path.join(place, file)),
  }
}

function requireFolder(folder: string): void {
  if (!existsSync(folder))
    throw new DataError('file-unreadable', `${folder} was there and is gone`, { where: folder })
}

function* entriesOf(folder: string, shallow: boolean): Generator<FolderEntry> {
  const problems: FolderEntry[] = []
  const options = {
    onProblem: (p: { path: string; code: FindingCode; message: string }) =>
      problems.push({ path: p.path, problem: { code: p.code, message: p.message } }),
    shallow,
  }
  for (const entry of walk(folder, options)) {
    yield* problems.splice(0)
    if (entry.kind === 'file') yield { path: entry.path }
    else
      yield {
        path: entry.path,
        problem: { code: 'file-not-regular', message: 'this is a device, a pipe or a socket, not a file' },
      }
  }
  yield* problems
}

function digestOf(folder: string, shallow: boolean): string {
  requireFolder(folder)
  const hash = createHash('sha256')
  for (const { path: file, problem } of entriesOf(folder, shallow))
    hash.update(`${file}\0${problem?.code ?? movableStamp(path.join(folder, file))}\n`)
  return hash.digest('hex')
}

function scanFile(reader: PrefixReader, file: string): DicomScan {
  try {
    return reader.read(file, (size, prefix): DicomScan => {
      if (size === 0) return { refused: 'file-empty', message: 'the file has no bytes' }
      let bytes = prefix(FIRST_BYTES)
      if (!isDicom(bytes))
        return { refused: 'not-dicom', message: 'neither the DICOM prefix nor a data set is in it' }
      for (;;) {
        const parsed = parseDicom(bytes, { totalBytes: size, untilPixels: true, inflate })
        if (!('needBytes' in parsed)) return { header: seriesHeader(parsed) }
        if (parsed.needBytes > MOST_HEADER_BYTES)
          return { refused: 'dicom-invalid', message: `its header claims ${parsed.needBytes} bytes` }
        if (parsed.needBytes <= bytes.length)
          return { refused: 'file-unreadable', message: 'the file became shorter while it was read' }
        bytes = prefix(Math.max(parsed.needBytes, 2 * bytes.length))
      }
    })
  } catch (error) {
    if (!(error instanceof Fault) || !('code' in error)) throw error
    return { refused: error.code as FindingCode, message: error.message, remedy: error.remedy }
  }
}

const inflate = (bytes: Uint8Array): Uint8Array =>
  inflateRawSync(bytes, { maxOutputLength: MOST_HEADER_BYTES })
