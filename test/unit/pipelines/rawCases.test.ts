import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UsageError } from '../../../src/core/fault.ts'
import { rawCases } from '../../../src/pipelines/rawCases.ts'
import { rawDirectory, rawObject, writeFiles } from '../steps/ingest/rawObject.ts'

let root: string
const at = (...parts: string[]) => path.join(root, ...parts)
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'voxmill-raw-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const cases = (pidFrom: 'folder' | 'PatientID', roots = ['raw'], output = 'out') =>
  rawCases(
    roots.map(r => at(r)),
    at(output),
    pidFrom,
  )

describe('cases by folder', () => {
  it('are the folders of one name below all raw folders, and the loose files', async () => {
    writeFiles(root, { 'raw/P2/a': 'xx', 'raw/P1/b/c': 'x', 'raw/loose': 'xyz', 'more/P1/d': 'xxxx' })
    expect(await cases('folder', ['raw', 'more'])).toEqual([
      { id: '.', folders: {}, loose: { raw: at('raw') }, patients: [], files: 1, bytes: 3 },
      {
        id: 'P1',
        folders: { 'raw/P1': at('raw/P1'), 'more/P1': at('more/P1') },
        loose: {},
        patients: ['P1'],
        files: 2,
        bytes: 5,
      },
      { id: 'P2', folders: { 'raw/P2': at('raw/P2') }, loose: {}, patients: ['P2'], files: 1, bytes: 2 },
    ])
  })

  it('leave out the output and the receipts that lie in the raw folder, and follow links to folders', async () => {
    writeFiles(root, { 'raw/out/P1/a': 'x', 'raw/.voxmill/b': 'x', 'elsewhere/c': 'x' })
    symlinkSync('../elsewhere', at('raw/P3'))
    expect((await cases('folder', ['raw'], 'raw/out')).map(c => c.id)).toEqual(['P3'])
  })

  it.each([
    [['raw'], 'raw'],
    [['raw'], 'raw/P1/out'],
    [['raw/P1'], 'raw'],
    [['raw', 'raw'], 'out'],
    [['raw', 'raw/P1'], 'out'],
    [['absent'], 'out'],
  ])('refuses raw folders %j with the output %s', async (roots, output) => {
    writeFiles(root, { 'raw/P1/a': 'x' })
    await expect(cases('folder', roots, output)).rejects.toBeInstanceOf(UsageError)
  })

  it('sees through links', async () => {
    writeFiles(root, { 'raw/P1/a': 'x' })
    mkdirSync(at('disk'))
    symlinkSync('raw', at('link'))
    await expect(cases('folder', ['raw'], 'link')).rejects.toBeInstanceOf(UsageError)
  })
})

describe('cases by PatientID', () => {
  it('join folders that share a patient', async () => {
    writeFiles(root, {
      'raw/disc1/a': rawObject({ sop: 1, series: 1, pid: 'P1' }),
      'raw/disc2/b': rawObject({ sop: 2, series: 2, pid: 'P2' }),
      'raw/disc3/c': rawObject({ sop: 3, series: 3, pid: 'P3/x' }),
      'raw/disc3/d': rawObject({ sop: 4, series: 4, pid: 'P1' }),
      'raw/disc2/DICOMDIR': rawDirectory(),
      'raw/disc2/junk': 'junk',
      'raw/loose': rawObject({ sop: 5, series: 5, pid: 'P2' }),
    })
    const found = await cases('PatientID')
    expect(found.map(c => [c.id, Object.keys(c.folders), Object.keys(c.loose), c.patients])).toEqual([
      ['disc1', ['raw/disc1', 'raw/disc3'], [], ['P1', expect.stringMatching(/^P3_x-[0-9a-f]{12}$/)]],
      ['disc2', ['raw/disc2'], ['raw'], ['P2']],
    ])
  })
})
