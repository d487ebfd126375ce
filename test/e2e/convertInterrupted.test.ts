import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { SeededRandom } from '../../src/imaging/phantom/seededRandom.ts'
import { type BrokenSeriesKind, brokenSeries } from '../../src/pipelines/brokenCtSeries.ts'
import { eventsOf, PROGRAM, start, voxmill } from './cli.ts'
import { copyOf, digestsBelow, filesBelow, newFolder, stampsBelow } from './phantomRoot.ts'

const SHAPE = [64, 64, 32] as const
const SERIES: Readonly<Record<string, BrokenSeriesKind>> = {
  'P1/CTA': 'high-bits-set',
  'P1/AVG': 'run-length',
  'P2/CTA': 'multi-frame',
  'P2/AVG': 'big-endian',
}
const IMAGES = Object.keys(SERIES).length
const convert = (root: string, ...further: string[]) => [
  'convert-dicom',
  '-r',
  path.join(root, 'dcm'),
  '-o',
  path.join(root, 'nii'),
  ...further,
]
const converted = (root: string) =>
  Object.fromEntries(
    Object.entries(digestsBelow(path.join(root, 'nii'))).filter(([f]) => /\.(nii|nii\.gz|json)$/.test(f)),
  )
const leftOver = (root: string) =>
  filesBelow(root).filter(f => f.includes('voxmill-tmp') || f.endsWith('run.lock'))

let unconverted: string
/** Digests of what an undisturbed run writes, by its flags; the files of both do not share names. */
const expected: Record<string, Record<string, string>> = {}
const FORMATS = { '.nii.gz': [], '.nii': ['--uncompressed'] } as const
beforeAll(async () => {
  unconverted = newFolder()
  for (const [name, kind] of Object.entries(SERIES)) {
    const folder = path.join(unconverted, 'dcm', name)
    mkdirSync(folder, { recursive: true })
    for (const [i, file] of brokenSeries(kind, { seed: 4, shape: SHAPE }).files.entries())
      writeFileSync(path.join(folder, `${i}.dcm`), file.make())
  }
  for (const [format, flags] of Object.entries(FORMATS)) {
    const whole = copyOf(unconverted)
    const { code, all } = await voxmill(convert(whole, ...flags))
    expect(code, all).toBe(0)
    expected[format] = converted(whole)
    expect(Object.keys(expected[format])).toHaveLength(2 * IMAGES)
  }
})

/** What is there is whole; a run now ends with everything, and the series are as they were. */
async function expectCompleted(root: string, format: keyof typeof FORMATS, during = ''): Promise<void> {
  for (const [file, digest] of Object.entries(converted(root)))
    expect(digest, `${file} ${during}`).toBe(expected[format]![file])
  const series = stampsBelow(path.join(root, 'dcm'))
  const run = await voxmill(convert(root, ...FORMATS[format]))
  expect(run.code, `${during}: ${run.all}`).toBe(0)
  expect(converted(root), during).toEqual(expected[format])
  expect(leftOver(root), during).toEqual([])
  expect(stampsBelow(path.join(root, 'dcm'))).toEqual(series)
}

describe.skipIf(process.platform === 'win32')('a conversion that is killed outright (POSIX only)', () => {
  it.each([
    ['.nii.gz', '1'],
    ['.nii.gz', '2'],
    ['.nii', '1'],
    ['.nii', '2'],
  ] as const)(
    '%s, -j %s: nothing is half-written, the next run completes it',
    async (format, jobs) => {
      const KILLS = 4
      const random = new SeededRandom(20260301)
      const args = (root: string) => convert(root, '-j', jobs, ...FORMATS[format])
      const started = performance.now()
      expect((await voxmill(args(copyOf(unconverted)))).code).toBe(0)
      let duration = performance.now() - started
      let finishedFirst = 0
      for (let kills = 0; kills < KILLS; ) {
        const root = copyOf(unconverted)
        const moment = (duration * (kills + random.between(0, 1))) / KILLS
        const from = performance.now()
        const { child, ended } = start(args(root), { group: true })
        await Promise.race([sleep(moment), ended])
        if (child.exitCode === null) process.kill(-child.pid!, 'SIGKILL')
        if ((await ended).signal === 'SIGKILL') kills++
        else {
          // The machine has become faster than it was when the duration was taken.
          duration = Math.min(duration, performance.now() - from)
          expect(++finishedFirst).toBeLessThan(20)
        }
        await expectCompleted(root, format, `killed after ${moment.toFixed(0)} ms`)
        rmSync(root, { recursive: true })
      }
    },
    120_000,
  )
})

const canMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0
describe.skipIf(!canMount)('a full disk (skipped where no tmpfs can be mounted)', () => {
  it.each([
    ['.nii.gz', '96k', '1'],
    ['.nii.gz', '160k', '2'],
    ['.nii', '64k', '1'],
    ['.nii', '400k', '1'],
    ['.nii', '600k', '2'],
  ] as const)(
    '%s on a disk of %s, -j %s: told, what is there is whole, and done once there is space',
    async (format, size, jobs) => {
      const root = copyOf(unconverted)
      const out = path.join(root, 'nii')
      mkdirSync(out)
      // Without it the run is refused before it begins, for what is left is less than it is expected to write.
      const further = ['-j', jobs, '--any_space', ...FORMATS[format]]
      const command = [process.execPath, PROGRAM, ...convert(root, ...further)].map(a => `'${a}'`).join(' ')
      // What was written is brought out of the small disk and is where the next run begins.
      const script = `mount -t tmpfs -o size=${size} none '${out}' && { ${command}; echo "exit $?"; cp -a '${out}' '${root}/kept'; }`
      const full = spawnSync('unshare', ['-rm', 'sh', '-c', script], { encoding: 'utf8' })
      const all = `${full.stdout}\n${full.stderr}`
      expect(full.stdout, all).toContain('exit 8')
      expect(all).toMatch(/cannot write .*: no space is left on the device/)
      expect(all).toMatch(/Free space on the disk.*finished work is kept/)
      expect(all).not.toMatch(/\n\s+at /)
      cpSync(path.join(root, 'kept'), out, { recursive: true, preserveTimestamps: true })
      rmSync(path.join(root, 'kept'), { recursive: true })
      expect(Object.keys(converted(root)).length).toBeLessThan(2 * IMAGES)
      expect(filesBelow(out).filter(f => f.includes('voxmill-tmp'))).toEqual([])
      await expectCompleted(root, format)
    },
  )
})

describe('a series that cannot be read', () => {
  const outcome = (events: Record<string, unknown>[], name: string) =>
    events.find(e => e.event === 'job' && e.case === name) as
      | { status: string; findings: { code: string; where: string; remedy: string }[] }
      | undefined
  const others = (format: keyof typeof FORMATS, name: string) =>
    Object.fromEntries(Object.entries(expected[format]!).filter(([f]) => !f.startsWith(name)))

  it.each(['1', '2'])(
    'for lack of permission at one file: refused by name, -j %s, the others are converted',
    async jobs => {
      const root = copyOf(unconverted)
      const locked = path.join(root, 'dcm/P1/CTA/7.dcm')
      chmodSync(locked, 0)
      // The superuser reads everything, so the command runs as another user there.
      const uid = process.getuid!() === 0 ? 65534 : process.getuid!()
      if (process.getuid!() === 0) {
        chmodSync(root, 0o755)
        chownSync(root, uid, uid)
      }
      const run = await voxmill(convert(root, '--json', '-j', jobs), { uid })
      expect(run.code, run.all).toBe(8)
      const refused = outcome(eventsOf(run), 'P1/CTA')
      expect(refused).toMatchObject({ status: 'failed' })
      expect(refused!.findings[0]).toMatchObject({
        code: 'file-unreadable',
        where: 'dcm/P1/CTA/7.dcm',
        remedy: expect.stringContaining('permissions'),
      })
      expect(converted(root)).toEqual(others('.nii.gz', 'P1/CTA'))
      chmodSync(locked, 0o644)
      await expectCompleted(root, '.nii.gz')
    },
  )

  it.each(['.nii.gz', '.nii'] as const)(
    'since its pixels break off, %s: refused, no image of it',
    async format => {
      const root = copyOf(unconverted)
      const cut = path.join(root, 'dcm/P1/CTA/9.dcm')
      const whole = path.join(unconverted, 'dcm/P1/CTA/9.dcm')
      // Its header is whole, so that the writing has begun before the loss is met.
      truncateSync(cut, 64 * 64)
      const run = await voxmill(convert(root, '--json', ...FORMATS[format]))
      expect(run.code, run.all).toBe(8)
      expect(outcome(eventsOf(run), 'P1/CTA')?.findings[0]).toMatchObject({
        code: 'dicom-truncated',
        where: expect.stringContaining('9.dcm'),
      })
      expect(converted(root)).toEqual(others(format, 'P1/CTA'))
      expect(leftOver(root)).toEqual([])
      cpSync(whole, cut)
      await expectCompleted(root, format)
    },
  )

  it('since its folder vanishes under the run: refused by name, and converted when it is back', async () => {
    const root = copyOf(unconverted)
    // Many series before it, so that it is gone when its turn comes.
    for (let i = 0; i < 12; i++)
      cpSync(path.join(root, 'dcm/P1'), path.join(root, `dcm/P0${i}`), { recursive: true })
    const { ended, child } = start(convert(root, '--json', '-j', '1'))
    while (child.exitCode === null && filesBelow(path.join(root, 'nii')).length === 0) await sleep(2)
    renameSync(path.join(root, 'dcm/P2'), path.join(root, 'away'))
    const run = await ended
    expect(run.code, run.all).toBe(8)
    const refused = outcome(eventsOf(run), 'P2/AVG')
    expect(refused?.status).toBe('failed')
    expect(refused!.findings[0]).toMatchObject({
      code: 'file-unreadable',
      where: expect.stringContaining('P2/AVG'),
    })
    expect(run.all).not.toMatch(/\n\s+at /)
    expect(Object.keys(converted(root)).some(f => f.startsWith('P2'))).toBe(false)
    renameSync(path.join(root, 'away'), path.join(root, 'dcm/P2'))
    expect((await voxmill(convert(root))).code).toBe(0)
    expect(converted(root)).toMatchObject(expected['.nii.gz']!)
  })

  it('since the folder of all series is not there: told at once', async () => {
    const run = await voxmill(convert(newFolder()))
    expect([run.code, run.err]).toEqual([2, expect.stringMatching(/dcm.*(not exist|no folder|not there)/)])
  })
})
