import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  isTemporaryName,
  sweepFolder,
  WriteError,
  writeAtomic,
  writeAtomicSmall,
} from '../../../src/storage/atomicWrite.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'voxmill-write-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const bytes = (text: string) => new TextEncoder().encode(text)

it('makes folders, writes all parts and gives their digest', async () => {
  const file = path.join(root, 'a/b/c.txt')
  const written = await writeAtomic(file, [bytes('one '), bytes('two')])
  expect(readFileSync(file, 'utf8')).toBe('one two')
  expect(written).toEqual({ digest: createHash('sha256').update('one two').digest('hex'), bytes: 7 })
  expect(readdirSync(path.dirname(file))).toEqual(['c.txt'])
})

it('leaves the old file and no temporary one when the parts fail half-way', async () => {
  const file = path.join(root, 'kept.txt')
  writeFileSync(file, 'old')
  async function* parts() {
    yield bytes('new')
    throw new Error('the source broke off')
  }
  await expect(writeAtomic(file, parts())).rejects.toThrow('the source broke off')
  expect(readFileSync(file, 'utf8')).toBe('old')
  expect(readdirSync(root)).toEqual(['kept.txt'])
})

it('names the path and the remedy when a folder stands in the way', async () => {
  mkdirSync(path.join(root, 'taken'))
  const error = await writeAtomic(path.join(root, 'taken'), [bytes('x')]).catch(e => e)
  expect(error).toBeInstanceOf(WriteError)
  expect(error.message).toContain(path.join(root, 'taken'))
  expect(error.remedy).not.toBe('')
  expect(readdirSync(root)).toEqual(['taken'])
})

it.skipIf(process.getuid?.() === 0)(
  'says that a folder is not writable (not as root, who may write anywhere)',
  async () => {
    chmodSync(root, 0o500)
    const error = await writeAtomic(path.join(root, 'x'), [bytes('x')]).catch(e => e)
    chmodSync(root, 0o700)
    expect(error).toBeInstanceOf(WriteError)
  },
)

it('sweeps only its own temporary names', async () => {
  const names = ['.x.nii.gz.123-4.voxmill-tmp', '.hidden', 'x.voxmill-tmp', 'y.txt']
  for (const name of names) writeFileSync(path.join(root, name), '')
  expect(names.map(isTemporaryName)).toEqual([true, false, false, false])
  expect(await sweepFolder(root)).toBe(1)
  expect(readdirSync(root).sort()).toEqual(['.hidden', 'x.voxmill-tmp', 'y.txt'])
})

it('writes small files whole', () => {
  const file = path.join(root, 'r/receipt.json')
  writeAtomicSmall(file, '{}')
  writeAtomicSmall(file, '{"a":1}')
  expect(readFileSync(file, 'utf8')).toBe('{"a":1}')
  expect(existsSync(file)).toBe(true)
  expect(readdirSync(path.dirname(file))).toEqual(['receipt.json'])
})

it('asks for the next part while one is being written, and puts all in order', async () => {
  const file = path.join(root, 'large.bin')
  const parts = Array.from({ length: 9 }, (_, i) => new Uint8Array(3_000_001).fill(i + 1))
  const lengths: number[] = []
  async function* watched() {
    for (const part of parts) {
      const [temporary] = readdirSync(root)
      lengths.push(statSync(path.join(root, temporary!)).size)
      yield part
    }
  }
  const { digest, bytes } = await writeAtomic(file, watched())
  const whole = Buffer.concat(parts)
  expect(readFileSync(file).equals(whole)).toBe(true)
  expect(bytes).toBe(whole.length)
  expect(digest).toBe(createHash('sha256').update(whole).digest('hex'))
  // No more than one is under way: what came before the last part is written.
  for (const [i, length] of lengths.entries()) expect(length).toBeGreaterThanOrEqual((i - 1) * 3_000_001)
})

it('waits for a write under way when the parts fail meanwhile', async () => {
  const file = path.join(root, 'failed.bin')
  function* parts() {
    yield new Uint8Array(4 << 20)
    throw new Error('the source broke off')
  }
  await expect(writeAtomic(file, parts())).rejects.toThrow('the source broke off')
  expect(readdirSync(root)).toEqual([])
})
