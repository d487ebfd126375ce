import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { eventsOf, voxmill } from './cli.ts'
import {
  copyOf,
  digestsBelow,
  expectNothingHalfWritten,
  filesBelow,
  phantomRoot,
  stampsBelow,
} from './phantomRoot.ts'

const SAMPLES = 4
let finished: string
beforeAll(async () => {
  finished = await phantomRoot(SAMPLES)
  const { code, all } = await run(finished)
  expect(code, all).toBe(0)
})

const run = (root: string, ...more: string[]) =>
  voxmill(['run', 'nme', '-r', root, '-j', '1', '--json', ...more])

/** A copy that has been run on once, so that its own inodes are known. */
async function settled(): Promise<string> {
  const root = copyOf(finished)
  expect((await run(root)).code).toBe(0)
  return root
}

/** Steps of the jobs that were carried out, with their numbers. */
function done(ended: Awaited<ReturnType<typeof run>>): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const e of eventsOf(ended))
    if (e.event === 'job' && e.status === 'done') counts[String(e.step)] = (counts[String(e.step)] ?? 0) + 1
  return counts
}

/** Files that differ in time or inode. */
function rewritten(before: Record<string, string>, root: string): string[] {
  const now = stampsBelow(root)
  return Object.keys(now).filter(f => before[f] !== now[f])
}

describe('a second run', () => {
  it('finds everything fresh and writes nothing', async () => {
    const root = await settled()
    const before = stampsBelow(root)
    const ended = await run(root)
    expect(ended.code, ended.all).toBe(0)
    expect(done(ended)).toEqual({})
    expect(eventsOf(ended).filter(e => e.status === 'fresh')).toHaveLength(1 + SAMPLES * 5 + 1)
    expect(stampsBelow(root)).toEqual(before)
  })

  it('is known to find everything fresh from stamps alone, however soon after the first', async () => {
    const told = eventsOf(await run(finished, '--dry_run')).filter(e => e.event === 'plan')
    expect(told).toHaveLength(1 + SAMPLES * 5 + 1)
    expect(told.filter(e => e.todo).map(e => `${e.step}: ${e.why}`)).toEqual([])
  })

  it('on a copy elsewhere makes nothing anew', async () => {
    const root = copyOf(finished)
    const before = stampsBelow(root)
    const ended = await run(root)
    expect(ended.code, ended.all).toBe(0)
    expect(done(ended)).toEqual({})
    expect(rewritten(before, root)).toEqual(['.voxmill/digests.jsonl'])
  })

  it('after a file was touched, its bytes unchanged, makes no image anew', async () => {
    const root = await settled()
    const [image] = filesBelow(path.join(root, 'archive'))
    utimesSync(path.join(root, 'archive', image!), 1e9, 1e9)
    const before = stampsBelow(path.join(root, 'grouped'))
    const ended = await run(root)
    expect(ended.code, ended.all).toBe(0)
    expect(done(ended)).toEqual({ 'gen-archive-manifest': 1 })
    expect(rewritten(before, path.join(root, 'grouped'))).toEqual([])
  })

  it('after one output was lost makes that one anew, with the same bytes', async () => {
    const root = await settled()
    const expected = digestsBelow(path.join(root, 'grouped'))
    const lost = filesBelow(path.join(root, 'grouped')).find(f => f.endsWith('_01_NME.nii.gz'))!
    rmSync(path.join(root, 'grouped', lost))
    const before = stampsBelow(path.join(root, 'grouped'))
    const ended = await run(root)
    expect(ended.code, ended.all).toBe(0)
    expect(rewritten(before, path.join(root, 'grouped'))).toEqual([lost])
    expect(digestsBelow(path.join(root, 'grouped'))).toEqual(expected)
  })

  it('after one output was altered makes that one anew', async () => {
    const root = await settled()
    const expected = digestsBelow(path.join(root, 'grouped'))
    const altered = filesBelow(path.join(root, 'grouped')).find(f => f.endsWith('_volume.nii.gz'))!
    writeFileSync(path.join(root, 'grouped', altered), 'altered')
    const ended = await run(root)
    expect(ended.code, ended.all).toBe(0)
    expect(digestsBelow(path.join(root, 'grouped'))).toEqual(expected)
  })

  it('after a receipt was torn makes its job anew', async () => {
    const root = await settled()
    const expected = digestsBelow(path.join(root, 'grouped'))
    const receipts = path.join(root, '.voxmill/receipts/confirm-pairs')
    const torn = path.join(receipts, filesBelow(receipts)[0]!)
    writeFileSync(torn, readFileSync(torn, 'utf8').slice(0, 100))
    const ended = await run(root)
    expect(ended.code, ended.all).toBe(0)
    expect(done(ended)['confirm-pairs']).toBe(1)
    expect(digestsBelow(path.join(root, 'grouped'))).toEqual(expected)
  })

  it('with --remake makes everything anew, with the same bytes', async () => {
    const root = await settled()
    const expected = digestsBelow(path.join(root, 'grouped'))
    const ended = await run(root, '--remake')
    expect(done(ended)).toEqual({
      ...{ 'gen-archive-manifest': 1, 'confirm-pairs': SAMPLES, 'extract-binary-masks': 2 * SAMPLES },
      ...{ 'inspect-sample': SAMPLES, 'describe-sample': SAMPLES, 'gen-dataset-manifest': 1 },
    })
    expect(digestsBelow(path.join(root, 'grouped'))).toEqual(expected)
  })
})

describe('a label that is renamed', () => {
  it('has its masks made under the new name; nothing else of the images is touched', async () => {
    const root = await settled()
    const map = path.join(root, 'descriptor/label_map.yaml')
    writeFileSync(map, readFileSync(map, 'utf8').replace('1: NME', '1: NonMass'))
    const before = stampsBelow(path.join(root, 'grouped'))
    const ended = await run(root)
    expect(ended.code, ended.all).toBe(0)
    expect(done(ended)).toEqual({
      'extract-binary-masks': SAMPLES,
      'inspect-sample': SAMPLES,
      'describe-sample': SAMPLES,
      'gen-dataset-manifest': 1,
    })
    const changed = rewritten(before, path.join(root, 'grouped'))
    expect(changed.filter(f => f.endsWith('.nii.gz'))).toHaveLength(SAMPLES)
    expect(changed.filter(f => !f.endsWith('_mask_01_NonMass.nii.gz') && !f.endsWith('.xlsx'))).toEqual([])
    expect(filesBelow(path.join(root, 'grouped')).filter(f => f.includes('_01_NME'))).toEqual([])
    expectNothingHalfWritten(root)
  })

  it('keeps a file of the old name that a person has changed', async () => {
    const root = await settled()
    const mine = filesBelow(path.join(root, 'grouped')).find(f => f.endsWith('_01_NME.nii.gz'))!
    writeFileSync(path.join(root, 'grouped', mine), 'my own work')
    const map = path.join(root, 'descriptor/label_map.yaml')
    writeFileSync(map, readFileSync(map, 'utf8').replace('1: NME', '1: NonMass'))
    const ended = await run(root)
    expect(ended.code, ended.all).toBe(0)
    expect(filesBelow(path.join(root, 'grouped')).filter(f => f.includes('_01_NME'))).toEqual([mine])
    expect(readFileSync(path.join(root, 'grouped', mine), 'utf8')).toBe('my own work')
  })
})

it('a volume that is replaced has its own sample made anew, and no other', async () => {
  const root = await settled()
  const volumes = filesBelow(path.join(root, 'archive')).filter(f => f.includes('images'))
  const labels = volumes.map(f => f.replace('images', 'labels'))
  // The mask as intensities: same grid, other voxels.
  const bytes = readFileSync(path.join(root, 'archive', labels[0]!))
  writeFileSync(path.join(root, 'archive', volumes[0]!), bytes)
  const before = stampsBelow(path.join(root, 'grouped'))
  const ended = await run(root)
  expect(ended.code, ended.all).toBe(0)
  const folders = rewritten(before, path.join(root, 'grouped'))
    .filter(f => f.endsWith('.nii.gz'))
    .map(f => path.dirname(f))
  expect(new Set(folders).size).toBe(1)
})
