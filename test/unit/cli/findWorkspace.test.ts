import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { findWorkspace } from '../../../src/cli/findWorkspace.ts'

let root: string
const at = (...parts: string[]) => path.join(root, ...parts)
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'voxmill-place-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

it('is the folder that holds archive and output side by side', () => {
  expect(findWorkspace({ input: at('archive'), outputFolder: at('descriptor') }).root).toBe(root)
  expect(findWorkspace({ input: at('archive'), outputFolder: '/elsewhere/out' }).root).toBe('/elsewhere/out')
})

it('is the nearest folder above the output that has receipts, as the later routines need it', () => {
  mkdirSync(at('.voxmill'))
  expect(findWorkspace({ outputFolder: at('grouped') }).root).toBe(root)
  expect(findWorkspace({ input: at('grouped'), outputFolder: at('grouped/splits/split01') }).root).toBe(root)
})

it('is not a folder far above, which is of something else', () => {
  mkdirSync(at('.voxmill'))
  expect(findWorkspace({ outputFolder: at('a/b/c/d') }).root).toBe(at('a/b/c/d'))
})

it('is never a folder that all share', () => {
  const [input, outputFolder] = [path.join(tmpdir(), 'dcm'), path.join(tmpdir(), 'nii-nowhere')]
  expect(findWorkspace({ input, outputFolder }).root).toBe(outputFolder)
})

it('is what the user asks for', () => {
  expect(findWorkspace({ asked: at('x'), outputFolder: at('grouped') }).root).toBe(at('x'))
})
