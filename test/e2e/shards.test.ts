import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { start, voxmill } from './cli.ts'
import { cta2mbfRoot, finishedStudy, pipelineOf, runStudy, tally } from './cta2mbfRoot.ts'
import { copyOf, digestsBelow, expectNothingHalfWritten, filesBelow, phantomRoot } from './phantomRoot.ts'

const SAMPLES = 6
let archive: string
/** With its archive manifest made. */
let manifested: string
let expected: Record<string, string>
beforeAll(async () => {
  archive = await phantomRoot(SAMPLES)
  manifested = copyOf(archive)
  const first = await voxmill(['run', 'nme', '-r', manifested, '--until', 'gen-archive-manifest'])
  expect(first.code, first.all).toBe(0)
  const whole = copyOf(archive)
  const { code, all } = await voxmill(['run', 'nme', '-r', whole, '-j', '2'])
  expect(code, all).toBe(0)
  expected = results(whole)
})

const results = (root: string) => ({ ...digestsBelow(path.join(root, 'grouped')), ...records(root) })
const records = (root: string) => digestsBelow(path.join(root, '.voxmill/records'))
const volumes = (root: string) =>
  filesBelow(path.join(root, 'grouped')).filter(f => f.endsWith('_volume.nii.gz'))
const shard = (root: string, part: string, ...more: string[]) =>
  voxmill(['run', 'nme', '-r', root, '-j', '1', '--shard', part, ...more])

describe('shards of run nme', () => {
  it('side by side, then collected, give what one run gives; nothing is done twice', async () => {
    const root = copyOf(manifested)
    const runs = await Promise.all(['1/3', '2/3', '3/3'].map(part => shard(root, part)))
    for (const { code, all } of runs) expect(code, all).toBe(0)
    expect(volumes(root)).toHaveLength(SAMPLES)
    expect(existsSync(path.join(root, 'grouped/dataset_manifest.xlsx'))).toBe(false)
    const collected = await voxmill(['collect', 'nme', '-r', root, '--json'])
    expect(collected.code, collected.all).toBe(0)
    expect(tally(collected)).toMatchObject({ done: 1, failed: 0 })
    expect(results(root)).toEqual(expected)
    expectNothingHalfWritten(root)
    // What shards have digested is taken over, so that nothing is read again.
    expect(readdirSync(path.join(root, '.voxmill')).filter(f => f.includes('shard'))).toEqual([])
    const again = await voxmill(['run', 'nme', '-r', root, '--json'])
    expect(tally(again)).toMatchObject({ done: 0 })
  })

  it('have each sample once, however many there are', async () => {
    const root = copyOf(manifested)
    let count = 0
    for (const part of ['1/4', '2/4', '3/4', '4/4']) {
      const { code, all } = await shard(root, part)
      expect(code, all).toBe(0)
      expect(volumes(root).length).toBeGreaterThanOrEqual(count)
      count = volumes(root).length
    }
    expect(count).toBe(SAMPLES)
  })

  it('that are left out are done by collect', async () => {
    const root = copyOf(manifested)
    expect((await shard(root, '1/2')).code).toBe(0)
    expect(volumes(root).length).toBeLessThan(SAMPLES)
    const { code, all } = await voxmill(['collect', 'nme', '-r', root, '-j', '2'])
    expect(code, all).toBe(0)
    expect(results(root)).toEqual(expected)
  })

  it('are refused before there is a manifest, with the way to it', async () => {
    const root = copyOf(archive)
    const { code, all } = await shard(root, '1/2')
    expect(code, all).toBe(2)
    expect(all).toMatch(/descriptor\/archive_manifest\.xlsx, which is not there yet/)
    expect(all).toMatch(/--until gen-archive-manifest/)
    expect(existsSync(path.join(root, 'grouped'))).toBe(false)
  })

  it.each(['0/2', '3/2', '1', 'a/b', '1/0'])('are not %s', async part => {
    const { code, all } = await shard(manifested, part)
    expect(code, all).toBe(2)
    expect(all).toMatch(/from 1\/8 to 8\/8/)
  })

  it('tell in a dry run what they would do, and write nothing', async () => {
    const root = copyOf(manifested)
    const before = digestsBelow(root)
    const told = await Promise.all(['1/2', '2/2'].map(part => shard(root, part, '--dry-run')))
    const jobs = told.map(({ out }) => out.split('\n').filter(l => /^do +confirm-pairs /.test(l)).length)
    expect(jobs[0]! + jobs[1]!).toBe(SAMPLES)
    expect(Math.min(...jobs)).toBeGreaterThan(0)
    expect(digestsBelow(root)).toEqual(before)
  })
})

describe('shards that meet', () => {
  const lockOf = (root: string, name: string) => path.join(root, '.voxmill', name)
  /** A lock that a living process holds: this one. */
  const hold = (root: string, name: string, command: string) => {
    mkdirSync(path.join(root, '.voxmill'), { recursive: true })
    writeFileSync(
      lockOf(root, name),
      JSON.stringify({ pid: process.pid, host: hostname(), started: 'now', command, writes: ['grouped'] }),
    )
  }

  it.each([
    ['the same shard', 'run.shard-1-of-2.lock', '1/2'],
    ['a whole run', 'run.lock', '1/2'],
    ['a shard of another count', 'run.shard-1-of-3.lock', '1/2'],
  ])('%s: the second is refused and told who is at work', async (_, lock, part) => {
    const root = copyOf(manifested)
    hold(root, lock, 'voxmill run nme first')
    const { code, all } = await shard(root, part)
    expect(code, all).toBe(2)
    expect(all).toContain('is in use by `voxmill run nme first`')
    expect(filesBelow(root).filter(f => f.includes('run.') && f.includes('lock'))).toEqual([
      `.voxmill/${lock}`,
    ])
  })

  it('a whole run is refused while a shard works', async () => {
    const root = copyOf(manifested)
    hold(root, 'run.shard-2-of-2.lock', 'voxmill run nme --shard 2/2')
    const { code, all } = await voxmill(['collect', 'nme', '-r', root])
    expect(code, all).toBe(2)
    expect(all).toContain('is in use by `voxmill run nme --shard 2/2`')
    expect(existsSync(lockOf(root, 'run.lock'))).toBe(false)
  })

  it('one that is killed takes nothing of the other with it; it is done again, and collect clears up', async () => {
    const root = copyOf(manifested)
    const killed = start(['run', 'nme', '-r', root, '-j', '1', '--shard', '1/2'], { group: true })
    while (!existsSync(lockOf(root, 'run.shard-1-of-2.lock')) && killed.child.exitCode === null)
      await sleep(2)
    process.kill(-killed.child.pid!, 'SIGKILL')
    expect((await killed.ended).signal).toBe('SIGKILL')
    // What it was writing, and what the other is writing just now.
    const folder = path.join(root, 'grouped/Tongji/train-val')
    mkdirSync(folder, { recursive: true })
    const half = path.join(folder, '.a_volume.nii.gz.1-1.voxmill-tmp')
    writeFileSync(half, 'half')
    const [other, again] = await Promise.all([shard(root, '2/2'), shard(root, '1/2')])
    expect(other.code, other.all).toBe(0)
    expect(again.code, again.all).toBe(0)
    expect(existsSync(half)).toBe(true)
    const collected = await voxmill(['collect', 'nme', '-r', root])
    expect(collected.code, collected.all).toBe(0)
    expect(collected.all).toMatch(/removed 1 unfinished files of a run that was killed/)
    expect(results(root)).toEqual(expected)
    expectNothingHalfWritten(root)
  })
})

describe('shards of run cta2mbf', () => {
  it('and collect give what one run gives', async () => {
    const { root, run: whole } = await finishedStudy()
    const sharded = await cta2mbfRoot()
    expect([0, 4], whole.all).toContain(whole.code)
    for (const part of ['1/2', '2/2']) {
      const run = await runStudy(sharded, '--shard', part)
      expect([0, 4], run.all).toContain(run.code)
    }
    const collected = await voxmill([
      'collect',
      'cta2mbf',
      '--root',
      sharded,
      '--pipeline',
      pipelineOf(sharded),
      '--json',
    ])
    expect(collected.code, collected.all).toBe(whole.code)
    const folders = filesBelow(root).filter(f => !f.startsWith('.voxmill'))
    expect(filesBelow(sharded).filter(f => !f.startsWith('.voxmill'))).toEqual(folders)
    const [a, b] = [digestsBelow(root), digestsBelow(sharded)]
    // What tells of the machine, or of the time it took.
    const steady = folders.filter(f => !/elastix\.log$/.test(f))
    expect(Object.fromEntries(steady.map(f => [f, b[f]]))).toEqual(
      Object.fromEntries(steady.map(f => [f, a[f]])),
    )
  }, 240_000)
})
