import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { readRange } from '../../../src/storage/readRange.ts'
import { WholeFileReader } from '../../../src/storage/wholeFileReader.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'voxmill-range-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = path.join(folder, 'file')
writeFileSync(
  file,
  Uint8Array.from({ length: 100 }, (_, i) => i),
)

it('fills a part of an array from the middle of a file', async () => {
  const all = new Uint8Array(30)
  expect(await readRange(file, 90, all.subarray(10, 20))).toBe(true)
  expect([...all.subarray(8, 22)]).toEqual([0, 0, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 0, 0])
})

it('tells of a file that ends before, is not there or is a folder', async () => {
  expect(await readRange(file, 91, new Uint8Array(10))).toBe(false)
  expect(await readRange(path.join(folder, 'none'), 0, new Uint8Array(1))).toBe(false)
  expect(await readRange(folder, 0, new Uint8Array(1))).toBe(false)
})

it('reads whole files, long after short and short after long', () => {
  const short = path.join(folder, 'short')
  writeFileSync(short, 'abc')
  const reader = new WholeFileReader()
  expect([...reader.read(short)]).toEqual([97, 98, 99])
  expect(reader.read(file)).toHaveLength(100)
  expect([...reader.read(short)]).toEqual([97, 98, 99])
  expect(() => reader.read(path.join(folder, 'none'))).toThrow('none does not exist')
})
