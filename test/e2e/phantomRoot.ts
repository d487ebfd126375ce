import { createHash } from 'node:crypto'
import {
  cpSync,
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
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, expect } from 'vitest'
import { readWorkbook } from '../../src/formats/table/readWorkbook.ts'
import { phantomArchive } from '../../src/pipelines/nmePhantom.ts'
import type { PhantomFile } from '../../src/pipelines/phantomFile.ts'
import { writePhantom } from '../../src/pipelines/writePhantom.ts'

/** Voxels of the phantoms: as small as they go, so that a run takes a second. */
export const SHAPE = [16, 16, 8] as const

const made: string[] = []
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true })
})

/** A new folder that goes when the test file ends. */
export function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'voxmill-e2e-'))
  made.push(folder)
  return folder
}

export const samplesOf = (count: number, seed = 3): PhantomFile[] =>
  phantomArchive({ seed, samples: count, shape: SHAPE })

/** A new root with an archive of this many samples, further files, and a label map. */
export async function phantomRoot(samples: number, further: readonly PhantomFile[] = []): Promise<string> {
  const root = newFolder()
  await writePhantom(root, [...samplesOf(samples), ...further])
  return root
}

/** Puts further images into the archive of a root. */
export function addImages(root: string, files: readonly PhantomFile[]): void {
  for (const file of files) {
    const target = path.join(root, file.path)
    mkdirSync(path.dirname(target), { recursive: true })
    writeFileSync(target, gzipSync(file.make()))
  }
}

/** A copy of a root, times included. */
export function copyOf(root: string): string {
  const copy = newFolder()
  cpSync(root, copy, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
  return copy
}

/** Every file below a folder, relative to it, sorted. */
export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(e => !e.isDirectory())
    .map(e => path.relative(folder, path.join(e.parentPath, e.name)))
    .sort()
}

/** SHA-256 of every file below a folder. */
export const digestsBelow = (folder: string): Record<string, string> =>
  Object.fromEntries(
    filesBelow(folder).map(f => [
      f,
      createHash('sha256')
        .update(readFileSync(path.join(folder, f)))
        .digest('hex'),
    ]),
  )

/** Time of last change and inode of every file below a folder: what a rewrite would alter. */
export const stampsBelow = (folder: string): Record<string, string> =>
  Object.fromEntries(
    filesBelow(folder).map(f => {
      const s = statSync(path.join(folder, f), { bigint: true })
      return [f, `${s.mtimeNs} ${s.ino}`]
    }),
  )

/** Nothing is half-written: no temporary file and no lock is left, and every image inflates to its full length. */
export function expectNothingHalfWritten(root: string): void {
  const files = filesBelow(root)
  expect(files.filter(f => f.endsWith('.voxmill-tmp') || f.endsWith('run.lock'))).toEqual([])
  for (const f of files.filter(f => f.startsWith('grouped') && f.endsWith('.nii.gz'))) {
    const bytes = gunzipSync(readFileSync(path.join(root, f)))
    const [nx, ny, nz] = [bytes.readInt16LE(42), bytes.readInt16LE(44), bytes.readInt16LE(46)]
    expect(bytes.length, f).toBe(bytes.readFloatLE(108) + (nx * ny * nz * bytes.readInt16LE(72)) / 8)
  }
}

/** A worksheet as one record a row. */
export async function worksheet(file: string, name: string): Promise<Record<string, unknown>[]> {
  const book = await readWorkbook(new Uint8Array(readFileSync(file)), file)
  const { columns, rows } = await book.sheet(name)
  return rows.map(cells => Object.fromEntries(columns.map((column, i) => [column, cells[i]])))
}

/** Every worksheet of a workbook, by name: header and rows. */
export async function worksheets(file: string): Promise<Record<string, unknown[][]>> {
  const book = await readWorkbook(new Uint8Array(readFileSync(file)), file)
  const found: Record<string, unknown[][]> = {}
  for (const name of book.sheetNames) {
    const { columns, rows } = await book.sheet(name)
    found[name] = [[...columns], ...rows.map(r => [...r])]
  }
  return found
}

export const ARCHIVE_MANIFEST = 'descriptor/archive_manifest.xlsx'
export const DATASET_MANIFEST = 'grouped/dataset_manifest.xlsx'

/** The Findings of a workbook below a root as `code severity file_path`. */
export async function findingsIn(root: string, workbook: string): Promise<string[]> {
  const rows = await worksheet(path.join(root, workbook), 'Findings')
  return rows.map(r => `${r.code} ${r.severity} ${r.file_path}`)
}
