import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { faultRecord } from '../../../src/core/fault.ts'
import { type DecodedFrame, prepareDecoder } from '../../../src/formats/dicom/pixels/decodeFrame.ts'
import { numberOfFrames } from '../../../src/formats/dicom/pixels/description.ts'
import { bytesOf, jsonLines, parsed, streamCases } from './oracleCases.ts'

type Row = [file: string, syntax: string, dtype: string | null, frames: string[] | string]

const DATA = new URL('../../../../shared/data/real/', import.meta.url)
const reason = existsSync(DATA) ? '' : ' (left out: ../shared/data/real is not here)'
const PYDICOM = 'pydicom+pydicom/src/pydicom/data/test_files/'
const COMPRESSED = 'icometrix+dicom2nifti/tests/data/generic/compressed_'
const rows = jsonLines<Row>('expectations.jsonl')

async function decodeAll(bytes: Uint8Array): Promise<DecodedFrame[]> {
  const file = parsed(bytes)
  const decoder = await prepareDecoder(file.transferSyntax)
  return Array.from({ length: numberOfFrames(file.dataset) }, (_, frame) => decoder(file, frame))
}

const fileBytes = (file: string) => new Uint8Array(readFileSync(new URL(file, DATA)))
const typeName = (frame: DecodedFrame) => frame.data.constructor.name.replace('Array', '').toLowerCase()
const digest = ({ data }: DecodedFrame) =>
  createHash('sha256').update(bytesOf(data)).digest('hex').slice(0, 16)

describe('streams of every compressed syntax hold the values that other programs encoded or decode', () => {
  test.each(streamCases())('$name', async ({ file, dtype, frames }) => {
    const decoded = await decodeAll(file)
    expect(decoded.map(typeName)).toEqual(frames.map(() => dtype))
    expect(decoded.map(f => bytesOf(f.data))).toEqual(frames)
  })
})

describe.skipIf(reason !== '')(`public files have the pixels that pydicom reads${reason}`, () => {
  test.each(rows.filter(([, , dtype]) => dtype !== null))('%s', async (file, _syntax, dtype, digests) => {
    const decoded = await decodeAll(fileBytes(file))
    expect(decoded.map(typeName)).toEqual(decoded.map(() => dtype))
    expect(decoded.map(digest)).toEqual(digests)
  })

  test('a file without meta information has the pixels of the same file with it', async () => {
    const [bare] = await decodeAll(fileBytes(`${PYDICOM}no_meta.dcm`))
    const [whole] = await decodeAll(fileBytes(`${PYDICOM}CT_small.dcm`))
    expect(digest(bare!)).toBe(digest(whole!))
  })

  test.each(['j2k', 'jpeg', 'jpegls', 'rle'])('compressed_%s is its twin of another syntax', syntax => {
    const digestsOf = (name: string) =>
      rows.filter(([file]) => file.startsWith(`${COMPRESSED}${name}/`)).map(([, , , digests]) => digests)
    expect(digestsOf(syntax)).toHaveLength(4)
    expect(digestsOf(syntax)).toEqual(digestsOf('rle'))
  })

  const broken: Record<string, string> = {
    'JPEG2000-embedded-sequence-delimiter.dcm': 'dicom-pixels-corrupt',
    'MR_truncated.dcm': 'dicom-truncated',
    'badVR.dcm': 'dicom-pixels-corrupt',
    'liver_1frame.dcm': 'dicom-pixels-unsupported',
    'liver_expb_1frame.dcm': 'dicom-pixels-unsupported',
    'meta_missing_tsyntax.dcm': 'dicom-pixels-corrupt',
    'nested_priv_SQ.dcm': 'dicom-pixels-corrupt',
  }
  test('the files that pydicom gives no image of are these', () => {
    const refused = rows.filter(([, , dtype]) => dtype === null).map(([file]) => file.slice(PYDICOM.length))
    expect(refused).toEqual(Object.keys(broken))
  })
  test.each(Object.entries(broken))('%s is refused: %s', async (file, code) => {
    const error = await decodeAll(fileBytes(PYDICOM + file)).catch(e => e)
    expect(error).toMatchObject({ code })
    expect(faultRecord(error).remedy).not.toBe('')
  })
})
