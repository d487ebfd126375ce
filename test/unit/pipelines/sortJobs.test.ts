import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inlineExecutor } from '../../../src/engine/executors/inline.ts'
import { Run } from '../../../src/engine/run.ts'
import { workspaceAt } from '../../../src/engine/workspace.ts'
import { rawCases } from '../../../src/pipelines/rawCases.ts'
import { type SortOptions, sortBalanceJob, sortJob, sortRecords } from '../../../src/pipelines/sortJobs.ts'
import { balanceSum, type SortRecord } from '../../../src/steps/ingest/sortRecord.ts'
import { STEPS } from '../../../src/steps/registry.ts'
import { rawDirectory, rawObject, SERIES, writeFiles } from '../steps/ingest/rawObject.ts'

let root: string
const at = (...parts: string[]) => path.join(root, ...parts)
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'voxmill-sort-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const listener = { stageStarted: () => undefined, jobEnded: () => undefined, stageEnded: () => undefined }

/** Plans and runs; `between` happens after the plan was made. */
async function sort(options: Partial<SortOptions> & { roots?: string[]; between?: () => void } = {}) {
  const workspace = workspaceAt(root)
  const roots = (options.roots ?? ['raw']).map(r => at(r))
  const place = { workspace, roots, output: at('out') }
  const { pidFrom = 'folder', link = 'none', between } = options
  const cases = await rawCases(roots, place.output, pidFrom)
  const plans = cases.map(raw => sortJob(place, raw, { pidFrom, link }))
  between?.()
  const run = new Run({
    workspace,
    steps: STEPS,
    executor: () => inlineExecutor(workspace, STEPS),
    listener,
    signal: new AbortController().signal,
    command: 'test',
    writes: ['out'],
  })
  try {
    const outcomes = await run.stage('sort', plans)
    const failed = outcomes.filter(o => o.status === 'failed').map(o => o.case)
    const [balance] = await run.stage('balance', [sortBalanceJob(place, failed)])
    const records = new Map<string, SortRecord>(sortRecords(place))
    return {
      status: Object.fromEntries(outcomes.map(o => [o.case, o.status])),
      findings: outcomes.flatMap(o => o.findings),
      faults: outcomes.flatMap(o => (o.fault === undefined ? [] : [o.fault.message])),
      balance,
      records,
      sum: balanceSum([...records.values()].flatMap(r => r.patients)),
    }
  } finally {
    run.close()
  }
}

const sorted = (folder = 'out') =>
  readdirSync(at(folder), { recursive: true, withFileTypes: true })
    .filter(e => !e.isDirectory() && e.name !== 'sort_balance.xlsx')
    .map(e => path.relative(at(folder), path.join(e.parentPath, e.name)))
    .sort()

const same = (a: string, b: string) => readFileSync(at(a)).equals(readFileSync(at(b)))

describe('sorting by series', () => {
  it('finds objects at any depth and under any name, and tells why it left out the rest', async () => {
    writeFiles(root, {
      'raw/P1/DICOM/20100101/18170000/IM1': rawObject({ sop: 1, series: 1, pid: 'P1', number: 1 }),
      'raw/P1/New Folder/scan.jpg': rawObject({ sop: 2, series: 1, pid: 'P1', number: 123456 }),
      'raw/P1/report': rawObject({ sop: 3, series: 2, pid: 'P1', modality: 'SR', textOnly: true }),
      'raw/P1/bare': rawObject({
        sop: 4,
        series: 1,
        number: 3,
        transferSyntax: 'ImplicitVRLittleEndian',
        bare: true,
      }),
      'raw/P1/DICOMDIR': rawDirectory(),
      'raw/P1/Thumbs.db': 'junk',
      'raw/P1/empty.dcm': '',
      'raw/P1/broken.dcm': rawObject({ sop: 5, series: 1 }).subarray(0, 300),
      'raw/P1/no series': rawObject({ sop: 6, number: 6 }),
      'raw/loose.dcm': rawObject({ sop: 7, series: 1, pid: 'P1' }),
      'raw/readme.txt': 'junk',
    })
    symlinkSync('nowhere', at('raw/P1/link'))
    const { records, sum, status, findings } = await sort()
    expect(status).toEqual({ '.': 'done', P1: 'done' })
    expect(sorted()).toEqual([
      `P1/${SERIES}1/00001.dcm`,
      `P1/${SERIES}1/00003.dcm`,
      `P1/${SERIES}1/123456.dcm`,
      `P1/${SERIES}2/00000.dcm`,
    ])
    expect(same(`out/P1/${SERIES}1/123456.dcm`, 'raw/P1/New Folder/scan.jpg')).toBe(true)
    expect(sum).toEqual({ read: 12, copied: 4, duplicates: 0, skipped: 8 })
    const reasons = [...records.values()].flatMap(r => r.skipped.map(s => `${s.path} ${s.reason}`))
    expect(reasons.sort()).toEqual([
      'raw/P1/DICOMDIR dicomdir',
      'raw/P1/Thumbs.db not-dicom',
      'raw/P1/broken.dcm dicom-truncated',
      'raw/P1/empty.dcm file-empty',
      'raw/P1/link symlink-broken',
      'raw/P1/no series series-uid-missing',
      'raw/loose.dcm patient-folder-missing',
      'raw/readme.txt not-dicom',
    ])
    for (const { skipped } of records.values()) for (const s of skipped) expect(s.remedy).toMatch(/\.$/)
    expect(findings.map(f => `${f.code} ${f.where} ${f.numbers?.files}`).sort()).toEqual([
      'dicom-unsortable . 1',
      'dicom-unsortable P1 4',
    ])
  })

  it('takes the same bytes once and keeps other bytes of the same UID', async () => {
    const object = { sop: 1, series: 1, pid: 'P1', number: 1 }
    writeFiles(root, {
      'raw/P1/a': rawObject(object),
      'raw/P1/b': rawObject({ ...object, value: 1 }),
      'raw/P1/c': rawObject(object),
      'raw/P1/d': rawObject({ ...object, value: 1 }),
      'raw/P1/e': rawObject({ ...object, sop: 2 }),
    })
    const { sum, findings } = await sort()
    expect(sum).toEqual({ read: 5, copied: 3, duplicates: 2, skipped: 0 })
    expect(sorted()).toEqual(['00001.dcm', '00001_2.dcm', '00001_3.dcm'].map(n => `P1/${SERIES}1/${n}`))
    expect(same(`out/P1/${SERIES}1/00001_2.dcm`, 'raw/P1/b')).toBe(true)
    expect(findings).toMatchObject([
      { code: 'sop-uid-repeated', where: 'P1', numbers: { files: 1, uids: 1 } },
    ])
    expect(findings[0]!.message).toContain('a and b')
  })

  it('tells a PatientID that is not the folder once a patient, without the PatientID', async () => {
    writeFiles(root, {
      'raw/P1/a': rawObject({ sop: 1, series: 1, pid: 'ZZ-MILLER', number: 1 }),
      'raw/P1/b': rawObject({ sop: 2, series: 1, pid: 'ZZ-MILLER', number: 2 }),
      'raw/P1/c': rawObject({ sop: 3, series: 1, number: 3 }),
      'raw/P2/d': rawObject({ sop: 4, series: 2, pid: 'P2' }),
      'raw/P2/e': rawObject({ sop: 5, series: 2, pid: 'P3' }),
    })
    const { findings } = await sort()
    expect(findings.map(f => [f.code, f.severity, f.where, f.numbers])).toEqual([
      ['patient-id-mismatch', 'warning', 'P1', { files: 2, patientIds: 1 }],
      ['patient-id-mismatch', 'high', 'P2', { files: 1, patientIds: 2 }],
    ])
    expect(JSON.stringify(findings)).not.toContain('MILLER')
  })

  it('sorts by PatientID across folders, loose files too', async () => {
    writeFiles(root, {
      'raw/disc1/a': rawObject({ sop: 1, series: 1, pid: 'P1', number: 1 }),
      'raw/disc2/b': rawObject({ sop: 2, series: 1, pid: 'P1', number: 2 }),
      'raw/disc2/c': rawObject({ sop: 3, series: 3, number: 2 }),
      'raw/d': rawObject({ sop: 4, series: 4, pid: '../P2', number: 2 }),
      'raw/junk': 'junk',
    })
    const { sum, findings, records } = await sort({ pidFrom: 'PatientID' })
    expect(sum).toEqual({ read: 5, copied: 3, duplicates: 0, skipped: 2 })
    expect(sorted()).toEqual([
      `P1/${SERIES}1/00001.dcm`,
      `P1/${SERIES}1/00002.dcm`,
      expect.stringMatching(/^_P2-[0-9a-f]{12}\/2\.25\.100\.4\/00002\.dcm$/),
    ])
    expect(findings.map(f => f.code)).toEqual(['dicom-unsortable'])
    expect([...records.values()].flatMap(r => r.skipped.map(s => s.reason)).sort()).toEqual([
      'not-dicom',
      'patient-id-missing',
    ])
  })

  it('never leaves the output folder, whatever a UID says', async () => {
    const further = [{ tag: '0020000E', vr: 'UI', value: '../../../evil' }]
    writeFiles(root, { 'raw/P1/a': rawObject({ sop: 1, pid: 'P1', number: 1, further }) })
    await sort()
    expect(sorted()).toEqual([expect.stringMatching(/^P1\/_evil-[0-9a-f]{12}\/00001\.dcm$/)])
    expect(readdirSync(root).sort()).toEqual(['.voxmill', 'out', 'raw'])
  })

  it('records what a series is made of', async () => {
    writeFiles(root, {
      'raw/P1/a': rawObject({ sop: 1, series: 1, number: 1, position: [0, 0, 0] }),
      'raw/P1/b': rawObject({ sop: 2, series: 1, number: 2, position: [0, 0, 5] }),
      'raw/P1/c': rawObject({
        sop: 3,
        series: 1,
        number: 3,
        position: [0, 0, 5],
        imageType: ['DERIVED', 'MIP'],
      }),
    })
    const { records } = await sort()
    expect(records.get('P1')?.series).toMatchObject([
      {
        pid: 'P1',
        seriesInstanceUid: `${SERIES}1`,
        modality: 'CT',
        imageType: 'ORIGINAL\\PRIMARY\\AXIAL | DERIVED\\MIP',
        instances: 3,
        rows: '4',
        columns: '4',
        spacing: '0.5 × 0.25',
        slices: 2,
      },
    ])
  })
})

describe('sorting again', () => {
  const files = {
    'raw/P1/a': rawObject({ sop: 1, series: 1, number: 1 }),
    'raw/P1/b': rawObject({ sop: 2, series: 1, number: 2 }),
    'raw/P2/c': rawObject({ sop: 3, series: 2, number: 1 }),
  }
  const inode = (file: string) => statSync(at(file)).ino
  beforeEach(() => writeFiles(root, files))

  it('does nothing when nothing has changed', async () => {
    await sort()
    const { status, balance } = await sort()
    expect(status).toEqual({ P1: 'fresh', P2: 'fresh' })
    expect(balance?.status).toBe('fresh')
  })

  it('adds what is new and keeps what is there', async () => {
    await sort()
    const before = inode(`out/P1/${SERIES}1/00001.dcm`)
    writeFiles(root, { 'raw/P1/z': rawObject({ sop: 9, series: 1, number: 3 }) })
    const { status, sum } = await sort()
    expect(status).toEqual({ P1: 'done', P2: 'fresh' })
    expect(sum.copied).toBe(4)
    expect(inode(`out/P1/${SERIES}1/00001.dcm`)).toBe(before)
  })

  it.each([
    ['removed', () => rmSync(at(`out/P1/${SERIES}1/00002.dcm`))],
    ['damaged', () => writeFileSync(at(`out/P1/${SERIES}1/00002.dcm`), 'damaged')],
    [
      'half-written',
      () => {
        rmSync(at(`out/P1/${SERIES}1/00002.dcm`))
        writeFileSync(at(`out/P1/${SERIES}1/.00002.dcm.1-1.voxmill-tmp`), 'half')
      },
    ],
  ])('restores what was %s', async (_, spoil) => {
    await sort()
    spoil()
    const { findings } = await sort()
    expect(sorted('out/P1')).toEqual([`${SERIES}1/00001.dcm`, `${SERIES}1/00002.dcm`])
    expect(same(`out/P1/${SERIES}1/00002.dcm`, 'raw/P1/b')).toBe(true)
    expect(findings).toEqual([])
  })

  it('tells files that no source gives any more, and leaves them', async () => {
    await sort()
    rmSync(at('raw/P1/b'))
    const { findings } = await sort()
    expect(findings).toMatchObject([{ code: 'copy-left-over', where: 'out/P1', numbers: { files: 1 } }])
    expect(sorted('out/P1')).toHaveLength(2)
  })

  it('goes on when a folder vanishes after the plan, and completes when it is back', async () => {
    const { status, faults, balance } = await sort({ between: () => renameSync(at('raw/P1'), at('away')) })
    expect(status).toEqual({ P1: 'failed', P2: 'done' })
    expect(faults).toEqual([expect.stringContaining('raw/P1 was there and is gone')])
    expect(balance?.status).toBe('done')
    expect(existsSync(at('out/P1'))).toBe(false)
    renameSync(at('away'), at('raw/P1'))
    expect((await sort()).status).toEqual({ P1: 'done', P2: 'fresh' })
    expect(sorted()).toHaveLength(3)
  })

  it('refuses a patient whose files from another raw folder are there, and takes both together', async () => {
    await sort()
    writeFiles(root, { 'more/P1/d': rawObject({ sop: 1, series: 1, number: 1, value: 9 }) })
    const { status, findings } = await sort({ roots: ['more'] })
    expect(status).toEqual({ P1: 'failed' })
    expect(findings.map(f => f.code)).toEqual(['patient-sorted-before'])
    // Refused again: the refusal itself does not make it forget.
    expect((await sort({ roots: ['more'] })).status).toEqual({ P1: 'failed' })
    expect(same(`out/P1/${SERIES}1/00001.dcm`, 'raw/P1/a')).toBe(true)
    const both = await sort({ roots: ['raw', 'more'] })
    expect(both.status).toEqual({ P1: 'done', P2: 'fresh' })
    expect(both.sum).toEqual({ read: 4, copied: 4, duplicates: 0, skipped: 0 })
  })
})
