import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Cell } from '../../src/formats/table/cell.ts'
import { readWorkbook } from '../../src/formats/table/readWorkbook.ts'
import { writeWorkbook } from '../../src/formats/table/writeWorkbook.ts'
import { voxmill } from './cli.ts'
import {
  ARCHIVE_MANIFEST,
  copyOf,
  DATASET_MANIFEST,
  expectNothingHalfWritten,
  filesBelow,
  phantomRoot,
  worksheet,
} from './phantomRoot.ts'

type Row = Record<string, Cell>

const SAMPLES = 4
let scanned: string
let manifest: Row[]
beforeAll(async () => {
  scanned = await phantomRoot(SAMPLES)
  const { code, all } = await voxmill(['run', 'nme', '-r', scanned, '--until', 'gen-archive-manifest'])
  expect(code, all).toBe(0)
  expect(existsSync(path.join(scanned, 'grouped'))).toBe(false)
  manifest = (await worksheet(path.join(scanned, ARCHIVE_MANIFEST), 'Manifest')) as Row[]
})

/** Saves the archive manifest anew, as a spreadsheet program does after an edit of its rows. */
async function edit(root: string, change: (rows: Row[]) => Row[]): Promise<Buffer> {
  const file = path.join(root, ARCHIVE_MANIFEST)
  const book = await readWorkbook(new Uint8Array(readFileSync(file)))
  const sheets = []
  for (const name of book.sheetNames) {
    const { columns, rows } = await book.sheet(name)
    const records = rows.map(r => Object.fromEntries(columns.map((c, i) => [c, r[i] ?? null])))
    const changed = name === 'Manifest' ? change(records) : records
    sheets.push({
      name,
      columns: columns.map(c => ({ name: c })),
      rows: changed.map(r => columns.map(c => r[c] ?? null)),
    })
  }
  writeFileSync(file, await writeWorkbook(sheets))
  return readFileSync(file)
}

const run = (root: string) => voxmill(['run', 'nme', '-r', root, '-j', '1'])
const volumes = (root: string) =>
  filesBelow(path.join(root, 'grouped'))
    .filter(f => f.endsWith('_volume.nii.gz'))
    .map(f => path.dirname(f))
const infoOf = (root: string, folder: string) =>
  parse(readFileSync(path.join(root, 'grouped', folder, `${path.basename(folder)}_info.yaml`), 'utf8'))

/** The sample in the training subset. */
const isTrain = (row: Row) => /(images|labels)Tr/.test(String(row.file_path))
const train = () => {
  const { seq, pid } = manifest.find(isTrain)!
  return `${seq}_${pid}`
}

describe('an archive manifest that a person has edited is obeyed, and kept by every later run', () => {
  const cases: {
    name: string
    change: (rows: Row[]) => Row[]
    check: (root: string) => void | Promise<void>
  }[] = [
    {
      name: 'rows deleted: the sample is not made',
      change: rows => rows.filter(r => !isTrain(r)),
      check: root => expect(volumes(root)).toHaveLength(SAMPLES - 1),
    },
    {
      name: 'site corrected: the sample lies there and its info file says so',
      change: rows => rows.map(r => (isTrain(r) ? { ...r, site: 'Wuhan' } : r)),
      check: root => {
        const folder = `Wuhan/train-val/train/${train()}`
        expect(volumes(root)).toContain(folder)
        expect(volumes(root)).toHaveLength(SAMPLES)
        expect(infoOf(root, folder).site).toBe('Wuhan')
      },
    },
    {
      name: 'subset corrected: the sample lies in the other one',
      change: rows =>
        rows.map(r => (isTrain(r) ? { ...r, subset: String(r.subset).replace('Tr', 'Vd') } : r)),
      check: async root => {
        const folder = `Tongji/train-val/val/${train()}`
        expect(volumes(root)).toContain(folder)
        expect(infoOf(root, folder).subset).toBe('val')
        const rows = await worksheet(path.join(root, DATASET_MANIFEST), 'Manifest')
        expect(rows.find(r => r.ID === train())?.subset).toBe('val')
      },
    },
    {
      name: 'ids turned into numbers by a spreadsheet: leading zeros and the last of 19 digits are restored',
      change: rows => rows.map(r => ({ ...r, pid: Number(r.pid) })),
      check: async root => {
        const pids = [...new Set(manifest.map(r => r.pid as string))].sort()
        expect(pids.some(p => p.startsWith('00'))).toBe(true)
        expect(pids.some(p => p.length === 19)).toBe(true)
        const rows = await worksheet(path.join(root, DATASET_MANIFEST), 'Manifest')
        expect(rows.map(r => r.pid).sort()).toEqual(pids)
        for (const folder of volumes(root)) expect(pids).toContain(infoOf(root, folder).pid)
      },
    },
    {
      name: 'the row of a mask deleted: the volume is kept alone',
      change: rows => rows.filter(r => !(isTrain(r) && r.type === 'm3d')),
      check: root => {
        const folder = path.join(root, `grouped/Tongji/train-val/train/${train()}`)
        expect(filesBelow(folder)).toEqual([`${train()}_info.yaml`, `${train()}_volume.nii.gz`])
      },
    },
    {
      name: 'columns added and rows in another order',
      change: rows => [...rows].reverse().map(r => ({ remark: 'looked at', ...r })),
      check: root => expect(volumes(root)).toHaveLength(SAMPLES),
    },
  ]
  for (const { name, change, check } of cases)
    it(name, async () => {
      const root = copyOf(scanned)
      const edited = await edit(root, change)
      for (let again = 0; again < 2; again++) {
        const ended = await run(root)
        expect(ended.code, ended.all).toBe(0)
        await check(root)
        expect(readFileSync(path.join(root, ARCHIVE_MANIFEST)).equals(edited)).toBe(true)
      }
      expect(filesBelow(path.join(root, 'descriptor'))).toHaveLength(2)
      expectNothingHalfWritten(root)
    })
})

describe('an edit that cannot be obeyed', () => {
  for (const [name, column, value, reason, code] of [
    ['an empty path', 'file_path', null, /file_path is empty/, 4],
    ['a type that the path contradicts', 'type', 'm3d', /type is 'm3d', but the profile takes/, 8],
    ['a subset that there is not', 'subset', 'imagesXx', /imagesXx/, 8],
    ['a site that leads out of the data set', 'site', '../..', /\.\./, 8],
    [
      'a path that leads nowhere',
      'file_path',
      'NME-Seg-2025.8.25-train-val/imagesTr/NME-Seg_01Z001.777.nii.gz',
      /does not exist/,
      8,
    ],
  ] as const)
    it(`${name} is told with its row, and the other samples are made`, async () => {
      const root = copyOf(scanned)
      let done = false
      await edit(root, rows =>
        rows.map(r => {
          if (done || !isTrain(r) || r.type !== 'v3d') return r
          done = true
          return {
            ...r,
            [column]: value,
            ...(value?.includes('01Z001') ? { seq: '01Z001', pid: '777' } : {}),
          }
        }),
      )
      const ended = await run(root)
      expect(ended.code, ended.all).toBe(code)
      expect(ended.all).toMatch(reason)
      if (!value?.includes('01Z001')) expect(ended.all).toMatch(/row \d+ of the worksheet Manifest/)
      expect(volumes(root)).toHaveLength(SAMPLES - 1)
      // Nothing lies outside the folders that a run writes in.
      expect(readdirSync(root).sort()).toEqual(['.voxmill', 'archive', 'descriptor', 'grouped'])
      expect(filesBelow(path.join(root, 'grouped')).filter(f => f.includes('01Z001'))).toEqual([])
      expectNothingHalfWritten(root)
    })
})

it('a sample that was made and is then deleted from the manifest is told as left over and no longer listed', async () => {
  const root = copyOf(scanned)
  expect((await run(root)).code).toBe(0)
  await edit(root, rows => rows.filter(r => !isTrain(r)))
  const ended = await run(root)
  expect(ended.code, ended.all).toBe(0)
  expect(ended.all).toMatch(new RegExp(`sample-left-over[\\s\\S]*grouped/Tongji/train-val/train/${train()}`))
  const at = (p: string) => path.join(root, p)
  const paired = await voxmill([
    ...['confirm-pairs', '-r', at('archive'), '-o', at('grouped')],
    ...['-am', at(ARCHIVE_MANIFEST), '-j', '1'],
  ])
  expect(paired.code, paired.all).toBe(0)
  expect(paired.all).toContain('sample-left-over')
  const rows = await worksheet(path.join(root, DATASET_MANIFEST), 'Manifest')
  expect(rows.map(r => r.ID)).not.toContain(train())
  rmSync(path.join(root, `grouped/Tongji/train-val/train/${train()}`), { recursive: true })
  expect((await run(root)).all).not.toMatch(/sample-left-over/)
})

it('an edited manifest is kept aside when the archive has changed since', async () => {
  const root = copyOf(scanned)
  const edited = await edit(root, rows => rows.filter(r => !isTrain(r)))
  const [image] = filesBelow(path.join(root, 'archive'))
  utimesSync(path.join(root, 'archive', image!), 1e9, 1e9)
  const ended = await run(root)
  expect(ended.code, ended.all).toBe(0)
  expect(ended.all).toMatch(/high +1 × file-edited/)
  expect(ended.all).toMatch(/kept as archive_manifest\.kept-1\.xlsx/)
  expect(readFileSync(path.join(root, 'descriptor/archive_manifest.kept-1.xlsx')).equals(edited)).toBe(true)
  expect(volumes(root)).toHaveLength(SAMPLES)
})
