import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { realPathWithin } from '../../../src/storage/realPathWithin.ts'

let base: string
let root: string
beforeAll(() => {
  base = realpathSync(mkdtempSync(path.join(tmpdir(), 'voxmill-within-')))
  root = path.join(base, 'root')
  mkdirSync(path.join(root, 'a'), { recursive: true })
  mkdirSync(path.join(base, 'root-beside'))
  for (const file of ['root/a/file', 'outside', 'root-beside/file']) writeFileSync(path.join(base, file), '')
  symlinkSync('file', path.join(root, 'a', 'inner'))
  symlinkSync(path.join(base, 'outside'), path.join(root, 'a', 'outer'))
  symlinkSync('../../root-beside', path.join(root, 'a', 'folder'))
  symlinkSync('loop', path.join(root, 'a', 'loop'))
  symlinkSync(root, path.join(base, 'link-to-root'))
})
afterAll(() => rmSync(base, { recursive: true, force: true }))

it('finds files within a root, links within it followed', () => {
  expect(realPathWithin(root, 'a/file')).toBe(path.join(root, 'a', 'file'))
  expect(realPathWithin(root, 'a/inner')).toBe(path.join(root, 'a', 'file'))
  expect(realPathWithin(path.join(base, 'link-to-root'), 'a/file')).toBe(path.join(root, 'a', 'file'))
})

it.each([
  'a/outer',
  'a/folder/file',
  '../outside',
  '../root-beside/file',
  'a/../../outside',
  '/etc/passwd',
  'a/loop',
  'a',
  '',
  'none',
  'a/fi\0le',
])('finds nothing for %j', relative => {
  expect(realPathWithin(root, relative)).toBeUndefined()
})
