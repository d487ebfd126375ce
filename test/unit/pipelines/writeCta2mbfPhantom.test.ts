import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { ANNOTATION_PATH, phantomStudy } from '../../../src/pipelines/cta2mbfPhantom.ts'
import { writeCta2mbfPhantom } from '../../../src/pipelines/writeCta2mbfPhantom.ts'

const root = mkdtempSync(path.join(os.tmpdir(), 'voxmill-phantom-'))
afterEach(() => rmSync(root, { recursive: true, force: true }))

it('writes each file of the plan at its path, the workbook, and nothing else', async () => {
  const study = phantomStudy({ seed: 4, patients: 1, shape: [16, 16, 8] })
  await writeCta2mbfPhantom(root, study)
  const found = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)))
  expect(found.sort()).toEqual(
    [ANNOTATION_PATH, ...study.files.map(file => file.path)].map(path.normalize).sort(),
  )
  for (const file of study.files)
    expect(new Uint8Array(readFileSync(path.join(root, file.path)))).toEqual(file.make())
})
