import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WriteError } from '../../../src/storage/atomicWrite.ts'
import { placeCopies } from '../../../src/storage/placeCopies.ts'

let root: string
const at = (...parts: string[]) => path.join(root, ...parts)
const text = (file: string) => readFileSync(at(file), 'utf8')
const inode = (file: string) => lstatSync(at(file)).ino
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'voxmill-copies-'))
  mkdirSync(at('raw'))
  for (const name of ['a', 'b', 'c']) writeFileSync(at('raw', name), `content of ${name}`)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const copies = (...names: string[]) =>
  names.map(name => ({ source: at('raw', name), target: `series/${name}.dcm` }))

const filesBelow = (folder: string) =>
  readdirSync(at(folder), { recursive: true, withFileTypes: true })
    .filter(e => !e.isDirectory())
    .map(e => e.name)
    .sort()

describe('placeCopies', () => {
  it('copies bytes into files of their own and makes the folders', async () => {
    const outcome = await placeCopies(at('out'), copies('a', 'b'), 'none')
    expect(outcome).toEqual({ placed: 2, kept: 0, bytes: 2 * 'content of a'.length })
    expect(text('out/series/a.dcm')).toBe('content of a')
    expect(inode('out/series/a.dcm')).not.toBe(inode('raw/a'))
    expect(filesBelow('out')).toEqual(['a.dcm', 'b.dcm'])
  })

  it('keeps what is there with the same bytes and completes the rest', async () => {
    await placeCopies(at('out'), copies('a', 'b'), 'none')
    const before = inode('out/series/a.dcm')
    writeFileSync(at('out/series/b.dcm'), 'CONTENT OF b')
    const outcome = await placeCopies(at('out'), copies('a', 'b', 'c'), 'none')
    expect(outcome).toMatchObject({ placed: 2, kept: 1 })
    expect(inode('out/series/a.dcm')).toBe(before)
    expect([text('out/series/b.dcm'), text('out/series/c.dcm')]).toEqual(['content of b', 'content of c'])
  })

  it('links hard, and keeps the link', async () => {
    expect(await placeCopies(at('out'), copies('a'), 'hard')).toMatchObject({ placed: 1 })
    expect(inode('out/series/a.dcm')).toBe(inode('raw/a'))
    expect(await placeCopies(at('out'), copies('a'), 'hard')).toMatchObject({ placed: 0, kept: 1 })
    expect(filesBelow('out')).toEqual(['a.dcm'])
  })

  it('links hard to the file behind a symbolic link', async () => {
    symlinkSync('a', at('raw/l'))
    await placeCopies(at('out'), copies('l'), 'hard')
    expect(inode('out/series/l.dcm')).toBe(inode('raw/a'))
  })

  it('links symbolically so that a root that moves as a whole stays valid', async () => {
    await placeCopies(at('root/out'), copies('a'), 'sym')
    renameSync(at('raw'), at('root/raw'))
    mkdirSync(at('raw'))
    writeFileSync(at('raw/a'), 'content of a')
    expect(readlinkSync(at('root/out/series/a.dcm'))).toBe('../../../raw/a')
    rmSync(at('root'), { recursive: true })
    await placeCopies(at('out'), copies('a'), 'sym')
    mkdirSync(at('moved'))
    renameSync(at('out'), at('moved/out'))
    renameSync(at('raw'), at('moved/raw'))
    expect(text('moved/out/series/a.dcm')).toBe('content of a')
  })

  it.each(['hard', 'sym'] as const)(
    'replaces a %s link by a copy when asked to copy, and leaves the source alone',
    async mode => {
      await placeCopies(at('out'), copies('a'), mode)
      await placeCopies(at('out'), copies('a'), 'none')
      const copy = lstatSync(at('out/series/a.dcm'))
      expect(copy.isFile()).toBe(true)
      expect(copy.ino).not.toBe(inode('raw/a'))
      writeFileSync(at('out/series/a.dcm'), 'edited')
      expect(text('raw/a')).toBe('content of a')
    },
  )

  it('replaces a copy by a link when asked to link', async () => {
    await placeCopies(at('out'), copies('a'), 'none')
    await placeCopies(at('out'), copies('a'), 'hard')
    expect(inode('out/series/a.dcm')).toBe(inode('raw/a'))
  })

  it('tells a source that is gone, and leaves nothing half-made', async () => {
    await expect(placeCopies(at('out'), copies('a', 'gone'), 'none')).rejects.toMatchObject({
      code: 'file-unreadable',
      where: at('raw/gone'),
      message: expect.stringContaining('is gone'),
    })
    expect(filesBelow('out')).toEqual([])
  })

  it('refuses a folder in the place of a file', async () => {
    mkdirSync(at('out/series/a.dcm'), { recursive: true })
    const refused = placeCopies(at('out'), copies('a'), 'none')
    await expect(refused).rejects.toBeInstanceOf(WriteError)
    await expect(refused).rejects.toMatchObject({ everywhere: false })
    expect(existsSync(at('out/series/a.dcm'))).toBe(true)
  })

  it('carries out more than one batch', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `n${i}`)
    for (const name of names) writeFileSync(at('raw', name), name)
    expect(await placeCopies(at('out'), copies(...names), 'none')).toMatchObject({ placed: 300 })
    expect(statSync(at('out/series/n299.dcm')).size).toBe(4)
    expect(filesBelow('out')).toHaveLength(300)
  })
})
