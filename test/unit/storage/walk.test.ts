import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type WalkProblem, walk } from '../../../src/storage/walk.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'voxmill-walk-'))
  mkdirSync(path.join(root, 'b/c'), { recursive: true })
  for (const name of ['b/2.txt', 'b/c/3.txt', 'a.txt', 'B.txt']) writeFileSync(path.join(root, name), name)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const paths = (problems: WalkProblem[] = []) =>
  [...walk(root, { onProblem: p => problems.push(p) })].map(f => f.path)

it('goes through folders in code-unit order', () => {
  expect(paths()).toEqual(['B.txt', 'a.txt', 'b/2.txt', 'b/c/3.txt'])
})

it('follows links and stops at those that lead above themselves', () => {
  symlinkSync('..', path.join(root, 'b/up'))
  symlinkSync('2.txt', path.join(root, 'b/same.txt'))
  symlinkSync('b/c', path.join(root, 'z'))
  const problems: WalkProblem[] = []
  expect(paths(problems)).toEqual(['B.txt', 'a.txt', 'b/2.txt', 'b/c/3.txt', 'b/same.txt', 'z/3.txt'])
  expect(problems.map(p => [p.path, p.code])).toEqual([['b/up', 'symlink-loop']])
})

it('reports links that lead nowhere or round in a circle', () => {
  symlinkSync('nowhere', path.join(root, 'x'))
  symlinkSync('q', path.join(root, 'p'))
  symlinkSync('p', path.join(root, 'q'))
  const problems: WalkProblem[] = []
  paths(problems)
  expect(problems.map(p => [p.path, p.code])).toEqual([
    ['p', 'symlink-loop'],
    ['q', 'symlink-loop'],
    ['x', 'symlink-broken'],
  ])
})

it('tells of folders that are named like files only when asked', () => {
  mkdirSync(path.join(root, 'x.nii.gz'))
  expect(paths()).not.toContain('x.nii.gz')
  const found = [...walk(root, { reportFolder: name => name.endsWith('.nii.gz') })]
  expect(found).toContainEqual({ path: 'x.nii.gz', kind: 'folder' })
})
