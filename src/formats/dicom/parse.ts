import type { DicomFile, PixelData } from './dataset.ts'
import { TAGS } from './dictionary.ts'
import { ElementReader } from './elementReader.ts'
import { type ElementTable, indexElements } from './elementTable.ts'
import { DicomError } from './fault.ts'
import { ParsedDataset } from './parsedDataset.ts'
import { locatePixels } from './pixelElement.ts'
import { encodingByContent, findStart, type Start } from './start.ts'
import {
  type Encoding,
  EXPLICIT_LITTLE,
  encodingOf,
  IMPLICIT_LITTLE,
  isNative,
  syntaxOf,
  TRANSFER_SYNTAXES,
} from './transferSyntaxes.ts'

export { isDicom } from './start.ts'

export interface ParseOptions {
  /** Length of the file, when `bytes` are only the beginning of it. */
  readonly totalBytes?: number
  /** Leave out what lies behind the pixel data; always so when only a beginning is given. */
  readonly untilPixels?: boolean
  /** Inflates a raw deflate stream (RFC 1951), for the deflated transfer syntax; may throw. */
  readonly inflate?: (bytes: Uint8Array) => Uint8Array
}

/** More of the file must be read: this many bytes from its start, at least. */
export interface MoreNeeded {
  readonly needBytes: number
}

/**
 * Parses a DICOM file (PS3.10, section 7) or a bare data set, by an index of its top level; what lies deeper is read
 * when it is asked for.
 *
 * With `totalBytes`, `bytes` may be the beginning of the file: it is enough when it holds all elements before the pixel
 * data. Otherwise the answer is how many bytes to come back with; the number at least doubles each time, so that the
 * work stays in proportion to the file.
 *
 * Pixels that are cut off do not keep the header from being read; asking for `pixelData`, or for the bytes of that
 * element, throws then.
 *
 * @throws DicomError 'dicom-invalid' when the bytes are not DICOM or contradict themselves; 'dicom-truncated' when the
 *   file ends before its header does
 */
export function parseDicom(bytes: Uint8Array, options?: ParseOptions & { totalBytes?: undefined }): DicomFile
export function parseDicom(bytes: Uint8Array, options: ParseOptions): DicomFile | MoreNeeded
export function parseDicom(bytes: Uint8Array, options: ParseOptions = {}): DicomFile | MoreNeeded {
  const total = Math.max(options.totalBytes ?? 0, bytes.length)
  try {
    return parseStart(bytes, total, options)
  } catch (error) {
    const needed = error instanceof DicomError ? error.neededBytes : undefined
    if (needed === undefined || bytes.length === total || needed > total) throw error
    return { needBytes: Math.min(total, Math.max(needed, 2 * bytes.length)) }
  }
}

function parseStart(bytes: Uint8Array, total: number, options: ParseOptions): DicomFile | MoreNeeded {
  const reader = new ElementReader(bytes)
  if (bytes.length < Math.min(total, SHORTEST)) reader.refuseEnd('the file', 0, SHORTEST, bytes.length)
  const start =
    findStart(bytes, total) ??
    reader.refuse('there is neither DICM nor a data element where a file begins', 0)
  const meta = parseMeta(reader, start)
  const at = meta?.end ?? start.at
  const declared = meta?.dataset.text(TAGS.TransferSyntaxUID)
  if (declared === TRANSFER_SYNTAXES.DeflatedExplicitVRLittleEndian) {
    if (bytes.length < total) return { needBytes: total }
    const inflated = new ElementReader(inflate(bytes, at, options))
    const encoding = actualEncoding(inflated, 0, inflated.bytes.length, EXPLICIT_LITTLE, false)
    return new ParsedFile(inflated, 0, encoding, meta?.dataset, declared, inflated.bytes.length, options)
  }
  if (at >= bytes.length) reader.refuseEnd('the data set', at, at + 8, bytes.length)
  const expected =
    declared === undefined
      ? (start.encoding ?? encodingByContent(bytes, at, total) ?? IMPLICIT_LITTLE)
      : encodingOf(declared)
  const encoding = actualEncoding(reader, at, total, expected, declared === undefined)
  const syntax = declared === undefined || isNative(declared) ? syntaxOf(encoding) : declared
  return new ParsedFile(reader, at, encoding, meta?.dataset, syntax, total, options)
}

/** A preamble with its four letters and one element. */
const SHORTEST = 140

/** Group 0002: Explicit VR Little Endian, whatever follows; read to its last element, not by its own length. */
function parseMeta(reader: ElementReader, start: Start): { dataset: ParsedDataset; end: number } | undefined {
  const { bytes } = reader
  const isMeta = bytes[start.at] === 2 && bytes[start.at + 1] === 0
  if (!isMeta) return undefined
  const encoding = reader.encodingAt(start.at, bytes.length, EXPLICIT_LITTLE)
  const options = { encoding, depth: 0, group: 0x0002 }
  const { table, end } = indexElements(reader, start.at, bytes.length, options)
  const extent = { start: start.at, end, encoding }
  return { dataset: new ParsedDataset(reader, extent, undefined, table), end }
}

/** What the first element shows, where that is against what the file says of itself. */
function actualEncoding(
  reader: ElementReader,
  at: number,
  total: number,
  expected: Encoding,
  isGuess: boolean,
): Encoding {
  if (isGuess) return expected
  const { bytes } = reader
  const looksBig = bytes[at] === 0 && bytes[at + 1] !== 0
  if (looksBig === expected.littleEndian) return encodingByContent(bytes, at, total) ?? expected
  return reader.encodingAt(at, total, expected)
}

function inflate(bytes: Uint8Array, at: number, options: ParseOptions): Uint8Array {
  if (options.inflate === undefined)
    throw new DicomError(
      'dicom-invalid',
      `the data set from byte ${at} on is deflated, and there is no inflater`,
      {
        offset: at,
        remedy: 'Give parseDicom an inflate function.',
      },
    )
  try {
    return options.inflate(bytes.subarray(at))
  } catch (cause) {
    throw new DicomError('dicom-invalid', `the deflated data set from byte ${at} on cannot be inflated`, {
      offset: at,
      cause,
    })
  }
}

class ParsedFile implements DicomFile {
  readonly dataset: ParsedDataset
  readonly meta: ParsedDataset | undefined
  readonly transferSyntax: string
  readonly littleEndian: boolean
  readonly bytes: Uint8Array
  private readonly reader: ElementReader
  private readonly table: ElementTable
  private readonly encoding: Encoding
  private readonly total: number
  private pixels: PixelData | undefined

  constructor(
    reader: ElementReader,
    at: number,
    encoding: Encoding,
    meta: ParsedDataset | undefined,
    transferSyntax: string,
    total: number,
    options: ParseOptions,
  ) {
    const { bytes } = reader
    const isPrefix = bytes.length < total
    const untilPixels = isPrefix || options.untilPixels === true
    const { table, end } = indexElements(reader, at, bytes.length, { encoding, depth: 0, untilPixels })
    // Without a pixel element behind them, the elements may go on where the prefix ends.
    if (isPrefix && bytes.length - end < 8) reader.refuseEnd('the header', end, end + 8, bytes.length)
    this.reader = reader
    this.table = table
    this.encoding = encoding
    this.dataset = new ParsedDataset(reader, { start: at, end: bytes.length, encoding }, undefined, table)
    this.meta = meta
    this.transferSyntax = transferSyntax
    this.littleEndian = encoding.littleEndian
    this.bytes = bytes
    this.total = total
  }

  get pixelData(): PixelData | undefined {
    if (this.pixels === undefined) {
      try {
        this.pixels = locatePixels(this.reader, this.table, this.encoding, this.total)
      } catch (error) {
        if (
          this.bytes.length === this.total ||
          !(error instanceof DicomError) ||
          error.code !== 'dicom-truncated'
        )
          throw error
      }
    }
    return this.pixels
  }
}
