import { inflateRawSync } from 'node:zlib'
import type { DicomFile } from '../../../src/formats/dicom/dataset.ts'
import { TAGS } from '../../../src/formats/dicom/dictionary.ts'
import { parseDicom } from '../../../src/formats/dicom/parse.ts'
import { decodeFrame } from '../../../src/formats/dicom/pixels/decodeFrame.ts'

export const parsed = (bytes: Uint8Array): DicomFile => parseDicom(bytes, { inflate: inflateRawSync })

export const storedOf = async (file: DicomFile, frame = 0): Promise<number[]> =>
  Array.from((await decodeFrame(file, frame)).data)

const KEYWORDS = new Map<string, string>(Object.entries(TAGS).map(([keyword, tag]) => [tag, keyword]))
const NUMERIC = new Set(['US', 'SS', 'UL', 'SL', 'FL', 'FD', 'DS', 'IS'])

/** All elements of a data set without sequences, by keyword: numbers, texts, and the pixels as decoded. */
export async function described(file: DicomFile): Promise<Record<string, unknown>> {
  const { dataset } = file
  const out: Record<string, unknown> = {}
  for (const tag of dataset.tags)
    if (tag !== file.pixelData?.tag)
      out[KEYWORDS.get(tag) ?? tag] = NUMERIC.has(dataset.vr(tag)!)
        ? dataset.numbers(tag)
        : dataset.texts(tag)
  if (file.pixelData) out.PixelData = await storedOf(file)
  return out
}

/** Keywords of the elements in which two data sets differ. */
export function differences(a: Record<string, unknown>, b: Record<string, unknown>): string[] {
  const keywords = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keywords].filter(keyword => JSON.stringify(a[keyword]) !== JSON.stringify(b[keyword])).sort()
}
