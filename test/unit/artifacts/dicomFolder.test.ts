import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dicomFolder, dicomLooseFiles, openDicomFolder } from '../../../src/artifacts/dicomFolder.ts'
import { type RawObject, rawDirectory, rawObject, SERIES, writeFiles } from '../steps/ingest/rawObject.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'voxmill-dicom-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const OBJECT: RawObject = { sop: 1, series: 7, pid: ' P1 ', number: 12, position: [1, 2, 3] }
const scan = (bytes: Uint8Array | string) => {
  writeFiles(root, { file: bytes })
  return openDicomFolder(root).scan('file')
}

describe('a DICOM folder', () => {
  it.each([
    { transferSyntax: 'ExplicitVRLittleEndian' },
    { transferSyntax: 'ExplicitVRBigEndian' },
    { transferSyntax: 'ImplicitVRLittleEndian' },
    { transferSyntax: 'DeflatedExplicitVRLittleEndian' },
    { transferSyntax: 'ImplicitVRLittleEndian', bare: true },
  ] as const)('reads the header of $transferSyntax, bare: $bare', async form => {
    expect(await scan(rawObject({ ...OBJECT, ...form }))).toMatchObject({
      header: {
        isDirectory: false,
        sopInstanceUid: '2.25.200.1',
        seriesInstanceUid: `${SERIES}7`,
        patientId: 'P1',
        instanceNumber: 12,
        modality: 'CT',
        imageType: 'ORIGINAL\\PRIMARY\\AXIAL',
        rows: 4,
        columns: 4,
        frames: 1,
        pixelSpacing: [0.5, 0.25],
        position: [1, 2, 3],
      },
    })
  })

  it('reads on when the header is longer than the first look', async () => {
    const further = [{ tag: '00091001', vr: 'OB', value: new Uint8Array(300_000) }]
    const found = await scan(rawObject({ ...OBJECT, further }))
    expect(found).toMatchObject({ header: { seriesInstanceUid: `${SERIES}7`, rows: 4 } })
  })

  it('reads a header whose pixels are cut off', async () => {
    const bytes = rawObject(OBJECT)
    expect(await scan(bytes.subarray(0, bytes.length - 8))).toMatchObject({ header: { instanceNumber: 12 } })
  })

  it.each([
    ['text', 'not DICOM at all, just words', 'not-dicom'],
    ['an empty file', '', 'file-empty'],
    ['a header that ends too early', rawObject(OBJECT).subarray(0, 300), 'dicom-truncated'],
  ])('refuses %s', async (_, bytes, refused) => {
    expect(await scan(bytes)).toMatchObject({ refused })
  })

  it('knows a media directory', async () => {
    expect(await scan(rawDirectory())).toMatchObject({ header: { isDirectory: true } })
  })

  it('refuses a file that is gone', async () => {
    expect(await openDicomFolder(root).scan('gone')).toHaveProperty('refused')
  })

  it('lists everything, broken links too, or only what lies in the folder itself', async () => {
    writeFiles(root, { b: 'x', 'deep/er/a': 'x' })
    symlinkSync('nowhere', path.join(root, 'link'))
    symlinkSync('deep', path.join(root, 'other'))
    const paths = async (kind: typeof dicomFolder) =>
      [...(await kind.read(root)).value.entries()].map(e => `${e.path} ${e.problem?.code ?? ''}`.trim())
    expect((await paths(dicomFolder)).sort()).toEqual(['b', 'deep/er/a', 'link symlink-broken', 'other/er/a'])
    expect((await paths(dicomLooseFiles)).sort()).toEqual(['b', 'link symlink-broken'])
  })

  it('has a digest of names, sizes and times', async () => {
    writeFiles(root, { 'a/one': 'x' })
    utimesSync(path.join(root, 'a/one'), 1000, 1000)
    const before = await dicomFolder.digest(root)
    expect((await dicomFolder.read(root)).digest).toBe(before)
    utimesSync(path.join(root, 'a/one'), 2000, 2000)
    const touched = await dicomFolder.digest(root)
    expect(touched).not.toBe(before)
    mkdirSync(path.join(root, 'empty'))
    expect(await dicomFolder.digest(root)).toBe(touched)
    writeFileSync(path.join(root, 'two'), '')
    expect(await dicomFolder.digest(root)).not.toBe(touched)
  })

  it('tells a folder that is gone', async () => {
    await expect(dicomFolder.digest(path.join(root, 'gone'))).rejects.toMatchObject({
      code: 'file-unreadable',
    })
  })
})
