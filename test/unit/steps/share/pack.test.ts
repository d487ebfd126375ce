import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileTree } from '../../../../src/artifacts/fileTree.ts'
import { zipArchive } from '../../../../src/artifacts/zipArchive.ts'
import { UsageError } from '../../../../src/core/fault.ts'
import { readZip } from '../../../../src/formats/zip/readZip.ts'
import { pack } from '../../../../src/steps/share/pack.ts'
import { stepRun } from '../stepRun.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'voxmill-pack-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const at = (name: string) => path.join(root, name)
function put(...names: string[]): void {
  for (const name of names) {
    mkdirSync(path.dirname(at(name)), { recursive: true })
    writeFileSync(at(name), name)
  }
}

/** Names in the archive that the step makes of folders by their names. */
async function packed(folders: Readonly<Record<string, string>>, params = {}) {
  const trees: Record<string, Awaited<ReturnType<typeof fileTree.read>>['value']> = {}
  for (const [name, folder] of Object.entries(folders)) trees[name] = (await fileTree.read(at(folder))).value
  const { outputs, findings } = await stepRun(pack, { folders: trees }, params)
  const written = await zipArchive.write!(at('out/pack.zip'), outputs.archive)
  expect(written.digest).toBe(
    createHash('sha256')
      .update(readFileSync(at('out/pack.zip')))
      .digest('hex'),
  )
  return { names: readZip(readFileSync(at('out/pack.zip'))).map(e => e.name), findings }
}

describe('pack', () => {
  it('holds folders and files in the order of their names, and empty folders', async () => {
    put('5.mbf/p2/b.gz', '5.mbf/p2/a.gz', '5.mbf/p1/a.gz', 'ssl/cropped/x.gz')
    mkdirSync(at('5.mbf/p3'))
    const { names, findings } = await packed({ '5.mbf': '5.mbf', 'ssl/cropped': 'ssl/cropped' })
    expect(names).toEqual([
      '5.mbf/',
      '5.mbf/p1/',
      '5.mbf/p1/a.gz',
      '5.mbf/p2/',
      '5.mbf/p2/a.gz',
      '5.mbf/p2/b.gz',
      '5.mbf/p3/',
      'ssl/',
      'ssl/cropped/',
      'ssl/cropped/x.gz',
    ])
    expect(findings).toEqual([])
  })

  it('leaves out what voxmill keeps for itself, and what it is told to', async () => {
    put(
      's/.voxmill/receipts/r.json',
      's/.a.gz.12-3.voxmill-tmp',
      's/keep.gz',
      's/note.txt',
      's/log/x.gz',
      's/p/log.gz',
    )
    expect((await packed({ s: 's' }, { exclude: ['*.txt', 'log'] })).names).toEqual([
      's/',
      's/keep.gz',
      's/p/',
      's/p/log.gz',
    ])
    expect((await packed({ s: 's' }, { exclude: ['s/p', 's/*/?.gz', 'note.txt'] })).names).toEqual([
      's/',
      's/keep.gz',
      's/log/',
    ])
  })

  it.skipIf(process.platform === 'win32')('follows links and tells of broken ones (POSIX only)', async () => {
    put('elsewhere/p1/a.gz')
    symlinkSync(at('elsewhere'), at('stage'))
    symlinkSync('a.gz', at('elsewhere/p1/b.gz'))
    symlinkSync('nowhere', at('elsewhere/p1/c.gz'))
    const { names, findings } = await packed({ stage: 'stage' })
    expect(names).toEqual(['stage/', 'stage/p1/', 'stage/p1/a.gz', 'stage/p1/b.gz'])
    expect(findings.map(f => [f.code, f.severity, f.where])).toEqual([
      ['symlink-broken', 'error', 'folders/stage/p1/c.gz'],
    ])
    expect((await packed({ stage: 'stage' }, { exclude: ['p1'] })).findings).toEqual([])
  })

  it('refuses to lie in what it packs, and folders that overlap or lead out', async () => {
    put('out/p/a.gz')
    await expect(packed({ out: 'out' })).rejects.toThrow(/would lie in out, which it packs/)
    await expect(packed({ out: 'out', 'out/p': 'out/p' })).rejects.toThrow(/out\/p lies in out/)
    for (const name of ['../out', '/out', 'a//b', '.'])
      await expect(packed({ [name]: 'out' })).rejects.toThrow(UsageError)
  })

  it('has a digest of its folders by names, sizes and times, without what is left out anyway', async () => {
    put('s/a.gz')
    const before = await fileTree.digest(at('s'))
    put('s/.voxmill/x', 's/.b.1-1.voxmill-tmp')
    expect(await fileTree.digest(at('s'))).toBe(before)
    expect((await fileTree.read(at('s'))).digest).toBe(before)
    put('s/b.gz')
    expect(await fileTree.digest(at('s'))).not.toBe(before)
    await expect(fileTree.digest(at('none'))).rejects.toMatchObject({ code: 'file-unreadable' })
  })

  it('is verified when it is read', async () => {
    put('s/a.gz')
    await packed({ s: 's' })
    expect((await zipArchive.read(at('out/pack.zip'))).value).toEqual({ members: 2 })
    const bytes = readFileSync(at('out/pack.zip'))
    bytes[bytes.indexOf('s/a.gz') + 7]! ^= 1
    writeFileSync(at('out/pack.zip'), bytes)
    await expect(zipArchive.read(at('out/pack.zip'))).rejects.toThrow(/s\/a\.gz does not agree/)
  })
})
