import { createHash } from 'node:crypto'
import path from 'node:path'
import { inflateRawSync } from 'node:zlib'
import type { ArtifactKind } from '../core/artifact.ts'
import { DataError, findingsOf } from '../core/dataError.ts'
import type { Finding } from '../core/finding.ts'
import { finding } from '../core/finding.ts'
import type { SliceHeader } from '../core/sliceHeader.ts'
import type { VoxelArray } from '../core/volume.ts'
import type { DicomFile } from '../formats/dicom/dataset.ts'
import { isDicom, parseDicom } from '../formats/dicom/parse.ts'
import { decodeFrame } from '../formats/dicom/pixels/decodeFrame.ts'
import { type PlainWords, plainWords } from '../formats/dicom/pixels/plainWords.ts'
import { type SidecarValue, sidecar } from '../formats/dicom/sidecar.ts'
import { sliceHeaders } from '../formats/dicom/sliceHeader.ts'
import { isTemporaryName } from '../storage/atomicWrite.ts'
import { existsSync } from '../storage/exists.ts'
import { PrefixReader } from '../storage/filePrefix.ts'
import { movableStamp } from '../storage/fileStamp.ts'
import { readRange } from '../storage/readRange.ts'
import { walk } from '../storage/walk.ts'
import { WholeFileReader } from '../storage/wholeFileReader.ts'

/** The images of one series, in a folder of their own. */
export interface DicomSeries {
  /** One for each frame, in the order of file names; `index` is the place in this list. */
  readonly headers: readonly SliceHeader[]
  /** The file of a frame, relative to the folder. */
  nameOf(index: number): string
  /** Digest of the stored pixels of a frame. */
  digestOf(index: number): string
  /** Stored values of a frame, rows × columns, valid until the next call of any method. @throws DataError, DicomPixelError */
  pixels(index: number): Promise<VoxelArray>
  /**
   * Fills `into` with the pixels of a frame as they lie in its file, beside other work and other calls.
   *
   * @returns what the words mean; undefined where they have to be asked for by `pixels`, which tells what is wrong
   */
  words(index: number, into: Int16Array): Promise<PlainWords | undefined>
  /** Technical tags of the first image, by their BIDS names; no text about the patient. */
  readonly sidecar: Readonly<Record<string, SidecarValue>>
  /** Files that are no images, or cannot be read. */
  readonly findings: readonly Finding[]
}

/** Most headers end within it. */
const FIRST_BYTES = 1 << 15
/** A deflated data set that inflates to more than this is hostile. */
const MOST_INFLATED = 2 ** 31 - 1

const inflate = (bytes: Uint8Array): Uint8Array => inflateRawSync(bytes, { maxOutputLength: MOST_INFLATED })

const filesIn = (folder: string): string[] => {
  if (!existsSync(folder))
    throw new DataError('file-unreadable', `${folder} does not exist`, { where: folder })
  return [...walk(folder, { shallow: true })]
    .filter(f => f.kind === 'file' && !isTemporaryName(path.posix.basename(f.path)))
    .map(f => f.path)
}

/** All DICOM images that lie in a folder itself. The digest covers names, sizes and times of its files. */
export const dicomSeries: ArtifactKind<DicomSeries> = {
  name: 'dicom-series',
  folder: true,
  async read(folder) {
    return { value: openSeries(folder, filesIn(folder)), digest: digestOf(folder) }
  },
  digest: async folder => digestOf(folder),
}

function digestOf(folder: string): string {
  const hash = createHash('sha256')
  for (const file of filesIn(folder)) hash.update(`${file}\0${movableStamp(path.join(folder, file))}\n`)
  return hash.digest('hex')
}

interface FileHeaders {
  readonly headers: readonly SliceHeader[]
  readonly plain: PlainWords | undefined
  readonly sidecar: Record<string, SidecarValue>
}

/** What the beginning of a file tells; undefined when it is no DICOM file. Pixels are read when they are asked for. */
const readHeaders =
  (firstIndex: number) =>
  (size: number, prefix: (bytes: number) => Uint8Array): FileHeaders | undefined => {
    for (let wanted = FIRST_BYTES; ; ) {
      const bytes = prefix(wanted)
      if (!isDicom(bytes)) return undefined
      const parsed = parseDicom(bytes, { totalBytes: size, untilPixels: true, inflate })
      if (!('needBytes' in parsed)) {
        const technical = firstIndex === 0 ? sidecar(parsed.dataset) : {}
        const headers = sliceHeaders(parsed.dataset, firstIndex)
        return { headers, plain: plainWords(parsed), sidecar: technical }
      }
      wanted = Math.max(parsed.needBytes, 2 * wanted)
    }
  }

function openSeries(folder: string, files: readonly string[]): DicomSeries {
  const headers: SliceHeader[] = []
  const reader = new PrefixReader()
  const places: { readonly file: string; readonly frame: number; readonly plain: PlainWords | undefined }[] =
    []
  const findings: Finding[] = []
  let technical: Record<string, SidecarValue> = {}
  for (const file of files) {
    try {
      const read = reader.read(path.join(folder, file), readHeaders(headers.length))
      if (read === undefined) {
        findings.push(
          finding('file-unmatched', file, 'this is no DICOM file', {
            remedy: 'Move it out of the series folder.',
          }),
        )
        continue
      }
      if (headers.length === 0) technical = read.sidecar
      for (const header of read.headers) {
        headers.push(header)
        places.push({ file, frame: header.frame, plain: read.plain })
      }
    } catch (error) {
      const own = findingsOf(error, file).map(f => ({ ...f, where: file }))
      if (own.length === 0) throw error
      findings.push(...own)
    }
  }
  const whole = new WholeFileReader()
  let open: { file: string; dicom: DicomFile } | undefined
  const dicomOf = (index: number): DicomFile => {
    const { file } = places[index]!
    if (open?.file === file) return open.dicom
    // The bytes of the one before are gone from here on, also where this one turns out to be damaged.
    open = undefined
    const dicom = parseDicom(whole.read(path.join(folder, file)), { inflate })
    open = { file, dicom }
    return dicom
  }
  return {
    headers,
    sidecar: technical,
    findings,
    nameOf: index => places[index]!.file,
    digestOf(index) {
      const { pixelData, bytes } = dicomOf(index)
      const { frame } = places[index]!
      const hash = createHash('sha256').update(`${frame}\0`)
      if (pixelData !== undefined)
        hash.update(bytes.subarray(pixelData.offset, pixelData.offset + pixelData.length))
      return hash.digest('hex')
    },
    async words(index, into) {
      const { file, frame, plain } = places[index]!
      if (plain?.frameBytes !== into.byteLength) return undefined
      const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength)
      const offset = plain.offset + frame * plain.frameBytes
      return (await readRange(path.join(folder, file), offset, bytes)) ? plain : undefined
    },
    async pixels(index) {
      const { file, frame } = places[index]!
      try {
        return (await decodeFrame(dicomOf(index), frame)).data
      } catch (error) {
        const [own] = findingsOf(error, file)
        throw own === undefined
          ? error
          : new DataError(own.code, `${file}: ${own.message}`, { where: file, cause: error })
      }
    },
  }
}
