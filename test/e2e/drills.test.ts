import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { SeededRandom } from '../../src/imaging/phantom/seededRandom.ts'
import { eventsOf, start, voxmill } from './cli.ts'
import { tally } from './cta2mbfRoot.ts'
import {
  copyOf,
  digestsBelow,
  expectNothingHalfWritten,
  filesBelow,
  newFolder,
  phantomRoot,
} from './phantomRoot.ts'

const SAMPLES = 4
let archive: string
let finished: string
let expected: Record<string, string>
beforeAll(async () => {
  archive = await phantomRoot(SAMPLES)
  finished = copyOf(archive)
  const { code, all } = await voxmill(['run', 'nme', '-r', finished, '-j', '2'])
  expect(code, all).toBe(0)
  expected = digestsBelow(path.join(finished, 'grouped'))
})

const images = (root: string): string[] =>
  filesBelow(path.join(root, 'archive'))
    .filter(f => /images.*\.nii\.gz$/.test(f))
    .map(f => path.join(root, 'archive', f))

describe('memory that is not there', () => {
  it('each sample is refused by name, with what it needs and what there is, and done when there is more', async () => {
    const root = copyOf(archive)
    const until = ['--until', 'gen-archive-manifest'] as const
    expect((await voxmill(['run', 'nme', '-r', root, ...until])).code).toBe(0)
    for (const jobs of ['1', '2']) {
      const run = await voxmill(['run', 'nme', '-r', root, '-j', jobs, '--memory', '80M'])
      expect(run.code, run.all).toBe(8)
      expect(run.all).toMatch(/confirm-pairs of \S+ needs 100 MB of memory, and 80\.0 MB are there/)
      expect(run.all).toMatch(/--memory SIZE/)
      expect(filesBelow(path.join(root, 'grouped')).filter(f => f.endsWith('.nii.gz'))).toEqual([])
    }
    const status = await voxmill(['status', root])
    expect(status.all).toMatch(new RegExp(`confirm-pairs +0 +${SAMPLES} `))
    const again = await voxmill(['run', 'nme', '-r', root, '-j', '2'])
    expect(again.code, again.all).toBe(0)
    const { 'dataset_manifest.xlsx': _, ...files } = digestsBelow(path.join(root, 'grouped'))
    const { 'dataset_manifest.xlsx': __, ...undisturbed } = expected
    expect(files).toEqual(undisturbed)
  })

  it.skipIf(process.platform !== 'linux')('receipts say what jobs had (Linux only)', () => {
    const receipts = filesBelow(path.join(finished, '.voxmill/receipts/confirm-pairs')).map(f =>
      JSON.parse(readFileSync(path.join(finished, '.voxmill/receipts/confirm-pairs', f), 'utf8')),
    )
    expect(receipts).toHaveLength(SAMPLES)
    for (const { memory, weight, written } of receipts) {
      expect(memory.peak).toBeGreaterThan(20e6)
      expect(memory.peak).toBeLessThan(1e9)
      expect(memory.peak).toBeGreaterThanOrEqual(memory.before)
      expect(memory.predicted).toBeGreaterThan(64e6)
      expect(weight).toBeGreaterThan(0)
      expect(written).toBeGreaterThan(0)
    }
  })

  it.skipIf(process.platform !== 'linux')(
    'is predicted from headers too where a step is a command of its own (read from receipts: Linux only)',
    async () => {
      const root = copyOf(finished)
      const grouped = path.join(root, 'grouped')
      const output = path.join(grouped, 'again.xlsx')
      for (const command of [
        ['extract-binary-masks', '-r', grouped, '--remake'],
        ['gen-dataset-manifest', '-r', grouped, '-o', output, '--remake'],
      ]) {
        const { code, all } = await voxmill(command)
        expect(code, all).toBe(0)
      }
      for (const step of ['extract-binary-masks', 'inspect-sample']) {
        const folder = path.join(root, '.voxmill/receipts', step)
        const predicted = filesBelow(folder).map(
          f => JSON.parse(readFileSync(path.join(folder, f), 'utf8')).memory.predicted as number,
        )
        expect(predicted.length).toBeGreaterThanOrEqual(SAMPLES)
        // Without the voxels it would be 32 MB.
        expect(Math.min(...predicted), step).toBeGreaterThan(32e6)
      }
    },
  )
})

describe.skipIf(process.platform === 'win32')('a file that changes while it is read (POSIX only)', () => {
  it('fails its sample by name, all others are done; when it is still, so is it', async () => {
    const root = copyOf(archive)
    expect((await voxmill(['run', 'nme', '-r', root, '--until', 'gen-archive-manifest'])).code).toBe(0)
    const [file] = images(root)
    const before = statSync(file!)
    // Faster than any reading: another program writes the first bytes again and again.
    const restless = spawn(process.execPath, [
      '-e',
      `const fs = require('node:fs'); const d = fs.openSync(process.argv[1], 'r+'); const b = fs.readFileSync(process.argv[1]).subarray(0, 2); for (;;) fs.writeSync(d, b, 0, 2, 0)`,
      file!,
    ])
    try {
      const run = await voxmill(['run', 'nme', '-r', root, '-j', '2', '--json'])
      expect(run.code, run.all).toBe(8)
      const failed = eventsOf(run).filter(e => e.event === 'job' && e.status === 'failed')
      expect(failed).toHaveLength(1)
      expect(failed[0]).toMatchObject({
        step: 'confirm-pairs',
        findings: [{ code: 'file-unreadable', where: path.relative(root, file!) }],
        fault: { message: expect.stringContaining('was changed while it was read') },
      })
      expect(tally(run).failed).toBe(1)
      expect(filesBelow(path.join(root, 'grouped')).filter(f => f.endsWith('_volume.nii.gz'))).toHaveLength(
        SAMPLES - 1,
      )
    } finally {
      restless.kill('SIGKILL')
    }
    utimesSync(file!, before.atime, before.mtime)
    const again = await voxmill(['run', 'nme', '-r', root, '-j', '2'])
    expect(again.code, again.all).toBe(0)
    const { 'dataset_manifest.xlsx': _, ...files } = digestsBelow(path.join(root, 'grouped'))
    const { 'dataset_manifest.xlsx': __, ...undisturbed } = expected
    expect(files).toEqual(undisturbed)
    expectNothingHalfWritten(root)
  })
})

/** Other voxels under the same header and in as many bytes, where the compressed length allows it. */
function alter(file: string): void {
  const bytes = gunzipSync(readFileSync(file))
  bytes[bytes.length - 1] = bytes[bytes.length - 1]! ^ 1
  writeFileSync(file, gzipSync(bytes))
}

const FAKETIME = ['x86_64-linux-gnu', 'aarch64-linux-gnu']
  .map(machine => `/usr/lib/${machine}/faketime/libfaketime.so.1`)
  .find(existsSync)
const YEAR_S = 365 * 24 * 3600

describe('a clock that is set back', () => {
  const onlyOne = async (root: string, env: Readonly<Record<string, string>> = {}) => {
    const run = await voxmill(['run', 'nme', '-r', root, '-j', '1', '--json'], { env })
    expect(run.code, run.all).toBe(0)
    const done = eventsOf(run).filter(e => e.event === 'job' && e.status === 'done')
    return done.map(e => `${e.step}`)
  }

  it.each([
    ['long past', -20 * YEAR_S],
    ['to come', 20 * YEAR_S],
  ])('a file that was changed at a time that is %s is seen to be changed', async (_, seconds) => {
    const root = copyOf(finished)
    const [file] = images(root)
    alter(file!)
    const time = Date.now() / 1000 + seconds
    utimesSync(file!, time, time)
    expect(await onlyOne(root)).toContain('confirm-pairs')
    expect(await onlyOne(root)).toEqual([])
  })

  it('receipts and outputs of a time to come count as any other', async () => {
    const root = copyOf(finished)
    const time = Date.now() / 1000 + 20 * YEAR_S
    for (const f of filesBelow(root)) utimesSync(path.join(root, f), time, time)
    // The archive's times have changed, so its manifest is made anew; the images are what they were.
    expect((await onlyOne(root)).filter(step => step !== 'gen-archive-manifest')).toEqual([])
    expect(digestsBelow(path.join(root, 'grouped'))).toEqual(expected)
  })

  it.skipIf(FAKETIME === undefined)(
    'under a run ten years back: what has changed is done, nothing else (skipped without libfaketime)',
    async () => {
      const root = copyOf(finished)
      const env = {
        LD_PRELOAD: FAKETIME!,
        FAKETIME: '-10y',
        NO_FAKE_STAT: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      }
      expect(await onlyOne(root, env)).toEqual([])
      alter(images(root)[0]!)
      const done = await onlyOne(root, env)
      expect(done.filter(step => step === 'confirm-pairs')).toHaveLength(1)
      const receipts = filesBelow(path.join(root, '.voxmill/receipts/confirm-pairs')).map(f =>
        readFileSync(path.join(root, '.voxmill/receipts/confirm-pairs', f), 'utf8'),
      )
      const years = receipts.map(r => Number(/"finished": "(\d+)/.exec(r)![1])).sort()
      expect(years[1]! - years[0]!).toBeGreaterThanOrEqual(9)
      expect(await onlyOne(root)).toEqual([])
      const verified = await voxmill(['verify', root])
      expect(verified.code, verified.all).toBe(0)
    },
  )
})

describe.skipIf(process.platform === 'win32')('pack that is killed outright (POSIX only)', () => {
  it('leaves the earlier archive or none, and the next one has the same bytes', async () => {
    const KILLS = 12
    const random = new SeededRandom(20261125)
    const folder = newFolder()
    const args = (to: string) => ['pack', 'grouped', 'descriptor', '-r', finished, '-o', to]
    const reference = path.join(folder, 'reference.zip')
    const started = performance.now()
    const whole = await voxmill(args(reference))
    expect(whole.code, whole.all).toBe(0)
    let duration = performance.now() - started
    const bytes = readFileSync(reference)
    const target = path.join(folder, 'packed.zip')
    let finishedFirst = 0
    for (let kills = 0; kills < KILLS; ) {
      const earlier = kills % 2 === 0 ? undefined : 'an archive of before'
      if (earlier !== undefined) writeFileSync(target, earlier)
      const begun = performance.now()
      const { child, ended } = start(args(target), { group: true })
      const moment = (duration * (kills + random.between(0, 1))) / KILLS
      await Promise.race([new Promise(resolve => setTimeout(resolve, moment)), ended])
      if (child.exitCode === null) process.kill(-child.pid!, 'SIGKILL')
      if ((await ended).signal === 'SIGKILL') kills++
      else {
        duration = Math.min(duration, performance.now() - begun)
        expect(++finishedFirst).toBeLessThan(KILLS)
      }
      const there = existsSync(target) ? readFileSync(target) : undefined
      const isWhole = there?.equals(bytes) ?? false
      if (!isWhole) expect(there?.toString()).toBe(earlier)
      const again = await voxmill([...args(target), '--remake'])
      expect(again.code, again.all).toBe(0)
      expect(readFileSync(target).equals(bytes)).toBe(true)
      expect(readdirSync(folder).sort()).toEqual(['packed.zip', 'reference.zip'])
      expect(filesBelow(finished).filter(f => /voxmill-tmp|run\.lock/.test(f))).toEqual([])
      rmSync(target)
    }
  }, 240_000)
})
