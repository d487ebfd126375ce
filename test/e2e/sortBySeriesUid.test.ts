import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { rawDirectory, rawObject, SERIES, writeFiles } from '../unit/steps/ingest/rawObject.ts'
import { eventsOf, PROGRAM, start, voxmill } from './cli.ts'
import { copyOf, digestsBelow, filesBelow, newFolder, stampsBelow, worksheet } from './phantomRoot.ts'

const sortArgs = (root: string, ...further: string[]) => [
  'sort-by-series-uid',
  '-r',
  path.join(root, 'raw'),
  '-o',
  path.join(root, '0.ori_3'),
  ...further,
]
const sortedBelow = (root: string) =>
  filesBelow(path.join(root, '0.ori_3')).filter(f => f !== 'sort_balance.xlsx')
const sheet = (root: string, name: string) => worksheet(path.join(root, '0.ori_3/sort_balance.xlsx'), name)

/** An archive as hospitals hand it over: 3 patients, discs, junk, copies. */
function messyRoot(): string {
  const root = newFolder()
  writeFiles(path.join(root, 'raw'), {
    'P1/DICOMDIR': rawDirectory(),
    'P1/DICOM/IM1': rawObject({ sop: 1, series: 1, pid: 'P1', number: 1 }),
    'P1/DICOM/IM2': rawObject({ sop: 2, series: 1, pid: 'P1', number: 2, position: [0, 0, 5] }),
    'P1/copy of DICOM/IM2': rawObject({ sop: 2, series: 1, pid: 'P1', number: 2, position: [0, 0, 5] }),
    'P2/New Folder/x.jpg': rawObject({ sop: 3, series: 2, pid: 'HOSPITAL-77', number: 1 }),
    'P2/autorun.inf': 'junk',
    '病人3/b': rawObject({ sop: 4, series: 3, number: 7 }).subarray(0, 200),
    '病人3/a': rawObject({ sop: 5, series: 3, number: 8 }),
  })
  return root
}

describe('sort-by-series-uid', () => {
  it('sorts a messy archive, prints the balance and writes it', async () => {
    const root = messyRoot()
    const before = stampsBelow(path.join(root, 'raw'))
    const run = await voxmill(sortArgs(root))
    expect(run.code, run.all).toBe(4)
    expect(run.out).toContain('8 files read = 4 copied + 1 duplicates + 3 skipped')
    expect(sortedBelow(root)).toEqual([
      `P1/${SERIES}1/00001.dcm`,
      `P1/${SERIES}1/00002.dcm`,
      `P2/${SERIES}2/00001.dcm`,
      `病人3/${SERIES}3/00008.dcm`,
    ])
    expect(stampsBelow(path.join(root, 'raw'))).toEqual(before)

    const balance = await sheet(root, 'Balance')
    expect(balance.map(r => [r.pid, r.read, r.copied, r.duplicates, r.skipped, r.series, r.status])).toEqual([
      ['P1', 4, 2, 1, 1, 1, 'sorted'],
      ['P2', 2, 1, 0, 1, 1, 'sorted'],
      ['病人3', 2, 1, 0, 1, 1, 'sorted'],
      ['all', 8, 4, 1, 3, 3, 'sorted'],
    ])
    expect(await sheet(root, 'Series')).toMatchObject([
      { pid: 'P1', SeriesInstanceUID: `${SERIES}1`, modality: 'CT', instances: 2, rows: '4', slices: 2 },
      { pid: 'P2', SeriesInstanceUID: `${SERIES}2` },
      { pid: '病人3', SeriesInstanceUID: `${SERIES}3`, ImageType: 'ORIGINAL\\PRIMARY\\AXIAL' },
    ])
    expect((await sheet(root, 'Skipped')).map(r => [r.pid, r.file_path, r.reason])).toEqual([
      ['P1', 'raw/P1/DICOMDIR', 'dicomdir'],
      ['P2', 'raw/P2/autorun.inf', 'not-dicom'],
      ['病人3', 'raw/病人3/b', 'dicom-truncated'],
    ])
    expect((await sheet(root, 'Findings')).map(r => `${r.code} ${r.severity} ${r.file_path}`)).toEqual([
      'dicom-unsortable error 病人3',
      'patient-id-mismatch warning P2',
    ])
    expect(run.all).not.toContain('SECRET')
  })

  it('is fresh the second time, and says the same', async () => {
    const root = messyRoot()
    await voxmill(sortArgs(root))
    const before = stampsBelow(path.join(root, '0.ori_3'))
    const again = await voxmill(sortArgs(root, '--json'))
    expect(again.code, again.all).toBe(4)
    const events = eventsOf(again)
    expect(events.find(e => e.event === 'end')).toMatchObject({ done: 0, fresh: 4, failed: 0 })
    expect(events.find(e => e.event === 'balance')).toMatchObject({
      read: 8,
      copied: 4,
      duplicates: 1,
      skipped: 3,
    })
    expect(stampsBelow(path.join(root, '0.ori_3'))).toEqual(before)
  })

  it('is verified, told why, and planned without being done', async () => {
    const root = messyRoot()
    const plan = await voxmill(sortArgs(root, '--dry-run'))
    expect(plan.out).toContain('never-made')
    expect(existsSync(path.join(root, '0.ori_3'))).toBe(false)
    await voxmill(sortArgs(root))
    expect((await voxmill(['verify', root])).code).toBe(0)
    expect((await voxmill(sortArgs(root, '--dry-run'))).out).toContain(
      'sort-by-series-uid: 0 of 3 jobs to do',
    )
    const file = path.join(root, `0.ori_3/P2/${SERIES}2/00001.dcm`)
    expect((await voxmill(['why', file])).out).toContain('up to date')
    writeFileSync(file, 'edited')
    expect((await voxmill(['why', file])).out).toContain('0.ori_3/P2 has changed')
    const rotten = await voxmill(['verify', root])
    expect([rotten.code, rotten.out]).toEqual([4, expect.stringContaining('changed   0.ori_3/P2')])
  })

  it('has nothing to do in an empty folder, and refuses an output that is the raw folder', async () => {
    const root = newFolder()
    mkdirSync(path.join(root, 'raw'))
    expect((await voxmill(sortArgs(root))).code).toBe(3)
    const refused = await voxmill([
      'sort-by-series-uid',
      '-r',
      path.join(root, 'raw'),
      '-o',
      path.join(root, 'raw'),
    ])
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('Choose an output folder')])
  })
})

describe('an interrupted sort', () => {
  const PATIENTS = 4
  const FILES = 300
  let unsorted: string
  let expected: Record<string, string>
  beforeAll(async () => {
    unsorted = newFolder()
    for (let p = 0; p < PATIENTS; p++)
      for (let i = 0; i < FILES; i++) {
        const object = { sop: p * FILES + i, series: p, pid: `P${p}`, number: i }
        writeFiles(path.join(unsorted, 'raw'), { [`P${p}/IM${i}`]: rawObject(object) })
      }
    const whole = copyOf(unsorted)
    const { code, all } = await voxmill(sortArgs(whole))
    expect(code, all).toBe(0)
    expected = sortedDigests(whole)
    expect(Object.keys(expected)).toHaveLength(PATIENTS * FILES)
  })
  const sortedDigests = (root: string) =>
    Object.fromEntries(
      Object.entries(digestsBelow(path.join(root, '0.ori_3'))).filter(([f]) => f.endsWith('.dcm')),
    )

  async function expectCompleted(root: string): Promise<void> {
    const raw = stampsBelow(path.join(root, 'raw'))
    const run = await voxmill(sortArgs(root))
    expect(run.code, run.all).toBe(0)
    expect(sortedDigests(root)).toEqual(expected)
    expect(filesBelow(root).filter(f => f.includes('voxmill-tmp') || f.endsWith('run.lock'))).toEqual([])
    expect(stampsBelow(path.join(root, 'raw'))).toEqual(raw)
  }

  it.each([
    ['kill -9, one process', 'SIGKILL', ['-j', '1']],
    ['kill -9, workers', 'SIGKILL', ['-j', '2']],
    ['Ctrl-C, workers', 'SIGINT', ['-j', '2']],
  ] as const)('%s: nothing is half-written, the next run completes it', async (_, signal, jobs) => {
    const root = copyOf(unsorted)
    const { child, ended } = start(sortArgs(root, ...jobs), { group: true })
    while (child.exitCode === null && sortedBelow(root).length < FILES / 2) await setTimeout(2)
    process.kill(-child.pid!, signal)
    await ended
    // Workers of a killed parent end by themselves; they must not write into the next run.
    await setTimeout(100)
    const there = sortedDigests(root)
    expect(Object.keys(there).length).toBeLessThan(PATIENTS * FILES)
    for (const [file, digest] of Object.entries(there)) expect(digest, file).toBe(expected[file])
    if (signal === 'SIGINT')
      expect(filesBelow(root).filter(f => f.includes('voxmill-tmp') || f.endsWith('run.lock'))).toEqual([])
    await expectCompleted(root)
  })

  const canMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0
  it.skipIf(!canMount)(
    'a full disk (needs a mount namespace): the run says so, the next one completes it',
    () => {
      const root = copyOf(unsorted)
      const out = path.join(root, '0.ori_3')
      mkdirSync(out)
      const command = [process.execPath, PROGRAM, ...sortArgs(root)].map(a => `'${a}'`).join(' ')
      // What was written is brought out of the small disk and is where the next run begins.
      const script = `mount -t tmpfs -o size=1m none '${out}' && { ${command}; echo "exit $?"; cp -a '${out}' '${root}/kept'; }`
      const full = spawnSync('unshare', ['-rm', 'sh', '-c', script], { encoding: 'utf8' })
      expect(full.stdout).toContain('exit 8')
      expect(full.stdout).toContain('no space is left on the device')
      cpSync(path.join(root, 'kept'), out, { recursive: true, preserveTimestamps: true })
      const there = sortedDigests(root)
      expect(Object.keys(there).length).toBeGreaterThan(0)
      for (const [file, digest] of Object.entries(there)) expect(digest, file).toBe(expected[file])
      return expectCompleted(root)
    },
  )

  const isRoot = process.getuid?.() === 0
  it('an unreadable file is told, and sorted once it can be read', async () => {
    const root = copyOf(unsorted)
    const locked = path.join(root, 'raw/P1/IM7')
    chmodSync(locked, 0)
    // The superuser reads everything, so the command runs as another user there.
    const uid = isRoot ? 65534 : process.getuid!()
    if (isRoot) {
      chmodSync(root, 0o755)
      chownSync(root, uid, uid)
    }
    const run = await voxmill(sortArgs(root), { uid })
    expect(run.code, run.all).toBe(4)
    expect(run.all).toContain('1 × file-unreadable')
    expect(sortedBelow(root)).toHaveLength(PATIENTS * FILES - 1)
    expect(await sheet(root, 'Skipped')).toMatchObject([
      { file_path: 'raw/P1/IM7', reason: 'file-unreadable', remedy: expect.stringContaining('permissions') },
    ])
    chmodSync(locked, 0o644)
    await expectCompleted(root)
  })
})

const DIRECTORIES = path.resolve(
  '../shared/data/real/pydicom+pydicom/src/pydicom/data/test_files/dicomdirtests',
)
describe.skipIf(!existsSync(DIRECTORIES))(
  'the DICOMDIR trees of pydicom (where its data are present)',
  () => {
    it.each([
      ['folder', ['77654033', '98892001', '98892003']],
      ['PatientID', ['77654033', '98890234']],
    ])('sort completely by %s', async (pidFrom, patients) => {
      const root = newFolder()
      cpSync(DIRECTORIES, path.join(root, 'raw'), { recursive: true })
      const run = await voxmill(sortArgs(root, '--pid-from', pidFrom))
      expect(run.code, run.all).toBe(0)
      expect(run.out).toContain('39 files read = 31 copied + 0 duplicates + 8 skipped')
      const reasons = (await sheet(root, 'Skipped')).map(r => r.reason)
      expect(reasons.sort()).toEqual([...Array(7).fill('dicomdir'), 'not-dicom'])
      expect([...new Set(sortedBelow(root).map(f => f.split('/')[0]))]).toEqual(patients)
      const images = (folder: string) =>
        Object.entries(digestsBelow(path.join(root, folder)))
          .filter(([f]) => !/DICOMDIR|README|xlsx/.test(f))
          .map(([, digest]) => digest)
          .sort()
      expect(images('0.ori_3')).toEqual(images('raw'))
    })
  },
)
