import { createHash } from 'node:crypto'
import { DataError } from '../core/dataError.ts'
import { NiftiError } from '../formats/nifti/fault.ts'
import { type NiftiHeader, parseNiftiHeader } from '../formats/nifti/header.ts'
import { readInflated, readPrefix } from '../storage/inflate.ts'
import { digestFile } from '../storage/readFile.ts'

/** Header bytes that decide everything (NIfTI-2: 540 and the extension flag). */
const HEADER_BYTES = 544

/** The two files of a NIfTI image, which are one file for .nii and .nii.gz. */
export interface NiftiFiles {
  readonly header: string
  readonly voxels: string
}

/** .hdr and .img belong together (also with .gz); every other name stands for itself. */
export function niftiFiles(file: string): NiftiFiles {
  if (file.endsWith('.nii.gz') || file.endsWith('.nii')) return { header: file, voxels: file }
  const pair = /^(.*)\.(hdr|img)(\.gz)?$/i.exec(file)
  if (pair === null) return { header: file, voxels: file }
  const [, stem, , gz = ''] = pair
  return { header: `${stem}.hdr${gz}`, voxels: `${stem}.img${gz}` }
}

/** The same error, naming the file. */
export function located(error: unknown, file: string): unknown {
  if (!(error instanceof NiftiError)) return error
  return new DataError(error.code, `${file}: ${error.message}`, { where: file, cause: error })
}

/** What the header of a file and its size on disk tell, without inflating the voxels. */
export interface HeaderScan {
  readonly header: NiftiHeader
  /** The header as it lies on disk. */
  readonly bytes: Uint8Array
  /**
   * Whether the length of the content is what the header promises, as far as the end of the file tells; false asks for
   * a full read (a file cut off, or several gzip members).
   */
  readonly lengthAgrees: boolean
}

/**
 * Reads a header, inflating a few KB.
 *
 * @throws DataError naming the file.
 */
export function scanHeader(file: string, options: { allowFrames?: boolean } = {}): HeaderScan {
  const files = niftiFiles(file)
  try {
    const { prefix, fileBytes, lastLength } = readPrefix(files.header, HEADER_BYTES)
    const bytes = prefix.subarray(0, Math.min(prefix.length, HEADER_BYTES))
    const header = parseNiftiHeader(bytes, options)
    const frameBytes = (header.shape[0] * header.shape[1] * header.shape[2] * header.bitpix) / 8
    const end = header.voxOffset + frameBytes * header.frames
    // Bytes after the voxels are allowed; the exact length is what every writer gives, so anything else is looked into.
    const lengthAgrees =
      files.voxels !== files.header ||
      (lastLength === undefined ? fileBytes >= end : lastLength === end % 2 ** 32)
    return { header, bytes, lengthAgrees }
  } catch (error) {
    throw located(error, files.header)
  }
}

/** What takes the inflated bytes of a file, header included. */
export interface VoxelDecoder<R> {
  push(chunk: Uint8Array): void
  finish(): R
}

/**
 * Streams an image through a decoder that is chosen once the header is known.
 *
 * @returns the digest of the file (for a pair: of both, joined) and how many bytes were inflated.
 * @throws DataError naming the file and the reason.
 */
export async function decodeNifti<R>(
  file: string,
  decoderFor: (header: NiftiHeader) => VoxelDecoder<R>,
): Promise<{ header: NiftiHeader; decoded: R; digest: string; inflatedBytes: number }> {
  const files = niftiFiles(file)
  try {
    if (files.header !== files.voxels) {
      const { header } = scanHeader(file)
      const decoder = decoderFor(header)
      const { inflatedBytes } = await readInflated(files.voxels, chunk => decoder.push(chunk))
      return { header, decoded: decoder.finish(), digest: await digestNifti(file), inflatedBytes }
    }
    let head = new Uint8Array(0)
    let header: NiftiHeader | undefined
    let decoder: VoxelDecoder<R> | undefined
    const begin = () => {
      header = parseNiftiHeader(head.subarray(0, HEADER_BYTES))
      decoder = decoderFor(header)
      decoder.push(head)
    }
    const { digest, inflatedBytes } = await readInflated(file, chunk => {
      if (decoder !== undefined) return decoder.push(chunk)
      head = concatenated(head, chunk)
      if (head.length >= HEADER_BYTES) begin()
    })
    if (decoder === undefined) begin()
    return { header: header!, decoded: decoder!.finish(), digest, inflatedBytes }
  } catch (error) {
    throw located(error, file)
  }
}

function concatenated(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(a.length + b.length)
  out.set(a)
  out.set(b, a.length)
  return out
}

/** SHA-256 of the file; for a pair, of the two digests. */
export async function digestNifti(file: string): Promise<string> {
  const files = niftiFiles(file)
  if (files.header === files.voxels) return digestFile(file)
  const both = `${await digestFile(files.header)}${await digestFile(files.voxels)}`
  return createHash('sha256').update(both).digest('hex')
}
