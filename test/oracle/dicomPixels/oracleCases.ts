import { readFileSync } from 'node:fs'
import { inflateRawSync, inflateSync } from 'node:zlib'
import type { DicomFile } from '../../../src/formats/dicom/dataset.ts'
import { parseDicom } from '../../../src/formats/dicom/parse.ts'

/** A small DICOM file made by make_streams.py, and what it holds. */
export interface StreamCase {
  readonly name: string
  readonly file: Uint8Array
  /** As NumPy names it. */
  readonly dtype: string
  /** Little-endian stored values of each frame. */
  readonly frames: readonly Uint8Array[]
}

const unpacked = (text: string) => new Uint8Array(inflateSync(Buffer.from(text, 'base64')))

/** The values of a file beside this one, one a line. */
export const jsonLines = <T>(name: string): T[] =>
  readFileSync(new URL(name, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))

export function streamCases(): StreamCase[] {
  return jsonLines<{ name: string; file: string; dtype: string; frames: string[] }>('streams.jsonl').map(
    ({ name, file, dtype, frames }) => ({
      name,
      file: unpacked(file),
      dtype,
      frames: frames.map(unpacked),
    }),
  )
}

/** A whole file, with node's inflater for the deflated syntax. */
export const parsed = (bytes: Uint8Array): DicomFile =>
  parseDicom(bytes, { inflate: deflated => inflateRawSync(deflated) }) as DicomFile

export const bytesOf = (values: ArrayBufferView) =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
