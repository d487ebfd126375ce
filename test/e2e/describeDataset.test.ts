import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { CaseDescription } from '../../src/core/caseDescription.ts'
import type { DatasetDescription } from '../../src/core/datasetDescription.ts'
import { workspaceAt } from '../../src/engine/workspace.ts'
import type { Cell } from '../../src/formats/table/cell.ts'
import { writeWorkbook } from '../../src/formats/table/writeWorkbook.ts'
import { CANARY } from '../../src/pipelines/ctPhantomPatient.ts'
import { describeDataset } from '../../src/pipelines/describeDataset.ts'
import { brokenSample } from '../../src/pipelines/nmePhantom.ts'
import { voxmill } from './cli.ts'
import { finishedStudyWithEmptyFile, pids } from './cta2mbfRoot.ts'
import {
  copyOf,
  DATASET_MANIFEST,
  newFolder,
  phantomRoot,
  SHAPE,
  worksheet,
  worksheets,
} from './phantomRoot.ts'

const of = (root: string): Promise<DatasetDescription> => describeDataset(workspaceAt(root))
const runNme = async (root: string, expected: number) => {
  const run = await voxmill(['run', 'nme', '--root', root])
  expect(run.code, run.all).toBe(expected)
}

describe('of breast MRI', () => {
  let root: string
  let first: DatasetDescription
  beforeAll(async () => {
    root = await phantomRoot(12, brokenSample('volume-4d', { seed: 5, shape: SHAPE }))
    await runNme(root, 8)
    first = await of(root)
  })

  it('has the cases of the manifest, and those that failed, with what the manifest says of them', async () => {
    const rows = await worksheet(path.join(root, DATASET_MANIFEST), 'Manifest')
    const failed = first.cases.filter(c => c.failures.length > 0)
    expect(first.made).toBe('nme')
    expect(first.cases.length - failed.length).toBe(rows.length)
    expect(failed.map(c => c.failures.map(f => f.step))).toEqual([['confirm-pairs']])
    expect(failed[0]!.case).toContain('02X')
    for (const row of rows) {
      const found = first.cases.find(c => c.case.endsWith(`/${row.ID}`))!
      expect(found.attributes).toEqual({
        ...{ site: row.site, collection: row.collection, subset: row.subset },
        ...{ seq: row.seq, pid: row.pid },
      })
      expect([found.figures.sizeX, found.figures.sizeY, found.figures.sizeZ]).toEqual([
        row.szx,
        row.szy,
        row.szz,
      ])
      expect(found.texts.orientation).toMatch(/^[RLAPSI]{3}$/)
      expect(found.images.map(i => [i.key, i.role, i.group])).toEqual([
        ['volume', 'image', 'sample'],
        ['mask', 'label', 'sample'],
        ['mask_00_Bg', 'label', 'sample'],
        ['mask_01_NME', 'label', 'sample'],
      ])
    }
  })

  it('gives each finding to its case, and the rest to the data set', () => {
    const moved = first.cases.filter(c => c.findings.some(f => f.code === 'geometry-mismatch'))
    expect(moved).toHaveLength(1)
    expect(moved[0]!.findings[0]!.where).toContain(moved[0]!.attributes.pid)
    expect(new Set(first.findings.map(f => f.code))).toEqual(new Set(['patient-in-several-subsets']))
  })

  it('has the splits with the patients on both sides', async () => {
    const rows = await worksheet(path.join(root, DATASET_MANIFEST), 'split06_Whole')
    const split = first.splits.find(s => s.name === 'split06_Whole')!
    expect(Object.values(split.subsetOf).toSorted()).toEqual(rows.map(r => r.split06_Whole).toSorted())
    expect(split.subsets).toEqual(['train', 'val', 'test'])
    const told = first.findings.filter(f => f.code === 'patient-in-several-subsets').map(f => f.where)
    const split7 = first.splits.find(s => s.name === 'split07_Mix')!
    expect(split7.onBothSides.map(p => p.patient)).toEqual([...new Set(told)])
  })

  it('tells how the steps were carried out, in the order of the data, without what differs by case', () => {
    expect(first.provenance.map(p => p.step)).toEqual([
      'gen-archive-manifest',
      'confirm-pairs',
      'extract-binary-masks',
      'inspect-sample',
      'describe-sample',
      'gen-dataset-manifest',
    ])
    const pairs = first.provenance.find(p => p.step === 'confirm-pairs')!
    expect([pairs.done, pairs.failed, pairs.params.length]).toEqual([12, 1, 1])
    expect(JSON.stringify(first.provenance)).not.toContain(first.cases[0]!.attributes.pid)
  })

  it('leaves out a sample whose row a person deleted from the manifest', async () => {
    const copy = copyOf(root)
    const file = path.join(copy, DATASET_MANIFEST)
    const sheets = Object.entries(await worksheets(file)).map(([name, [titles, ...rows]]) => ({
      name,
      columns: titles!.map(title => ({ name: String(title) })),
      rows: (name === 'Manifest' ? rows.slice(1) : rows) as Cell[][],
    }))
    writeFileSync(file, await writeWorkbook(sheets))
    const deleted = (await worksheet(path.join(root, DATASET_MANIFEST), 'Manifest'))[0]!.ID
    const cases = (await of(copy)).cases.map(c => c.case)
    const gone = first.cases.map(c => c.case).filter(c => !cases.includes(c))
    expect(gone.map(c => path.basename(c))).toEqual([deleted])
  })

  it('leaves out what is no longer in the archive', async () => {
    const copy = copyOf(root)
    const gone = first.cases.find(c => c.attributes.subset === 'train')!
    for (const folder of ['imagesTr', 'labelsTr'])
      rmSync(
        path.join(
          copy,
          `archive/NME-Seg-2025.8.25-train-val/${folder}/NME-Seg_${gone.attributes.seq}.${gone.attributes.pid}.nii.gz`,
        ),
      )
    await runNme(copy, 8)
    const cases = (await of(copy)).cases.map(c => c.case)
    expect(first.cases.map(c => c.case).filter(c => !cases.includes(c))).toEqual([gone.case])
  })

  it('puts several records of one case together, an earlier step before a later one', async () => {
    const copy = copyOf(root)
    const { case: id } = first.cases[0]!
    const record = (step: string, part: Partial<CaseDescription>) => {
      const file = path.join(copy, '.voxmill/records', step, `${id}.json`)
      mkdirSync(path.dirname(file), { recursive: true })
      const whole: CaseDescription = { case: id, figures: {}, texts: {}, labels: [], pictures: [], ...part }
      writeFileSync(file, JSON.stringify(whole))
    }
    const picture = { path: '.voxmill/thumbnails/a.jpg', width: 9, height: 9, alt: 'a slice' }
    const label = { index: 1, name: 'lesion', shortForm: 'NME', color: '#ff0000', voxels: 10, volumeMl: 0.5 }
    record('describe-sample', {
      figures: { intensityMean: 3, sizeX: 17 },
      texts: { dtype: 'int16' },
      labels: [label],
      pictures: [{ key: 'axial', ...picture }],
    })
    record('describe-crop', {
      figures: { intensityMean: 4, overlapShare: 0.5 },
      histogram: { from: 0, to: 2, counts: [1, 2] },
      labels: [{ ...label, voxels: 99 }],
    })
    const description = await of(copy)
    const found = description.cases.find(c => c.case === id)!
    expect(found.figures).toMatchObject({
      intensityMean: 3,
      sizeX: 17,
      overlapShare: 0.5,
      sizeZ: expect.any(Number),
    })
    expect(found.texts).toMatchObject({ dtype: 'int16', orientation: expect.any(String) })
    expect(found.labels).toEqual([label])
    expect(found.histogram).toEqual({ from: 0, to: 2, counts: [1, 2] })
    expect(found.pictures.map(p => p.key)).toEqual(['axial'])
    expect(description.labels.find(l => l.index === 1)!.name).toBe('lesion')
    expect(description.figures).toContain('intensityMean')
  })
})

describe('of cardiac CT', () => {
  let root: string
  let made: DatasetDescription
  beforeAll(async () => {
    root = await finishedStudyWithEmptyFile()
    made = await of(root)
  })

  it('has a case a patient, with images by grid', () => {
    expect(made.made).toBe('cta2mbf')
    expect(made.cases.map(c => c.case)).toEqual(pids.toSorted())
    const groups: Record<string, string[]> = {}
    for (const { group, key, role } of made.cases[0]!.images)
      groups[group] = [...(groups[group] ?? []), role === 'label' ? `${key} (label)` : key]
    expect(groups).toMatchObject({
      cta: [
        ...['cta', 'cta_mip_avg', 'cta_mip_bf', 'cta_mip_mip', 'registration_cta_mip_bf_myocardium'],
        'CTA_MASK_connected (label)',
      ],
      crop: ['cropped_cta', 'cropped_mbf', 'cropped_mask (label)', 'cropped_mbf_mask (label)'],
      mip: ['MIP'],
    })
  })

  it('has the figures and tables of registration and error', () => {
    for (const c of made.cases) {
      expect(c.figures.similarityAfter).toBeGreaterThan(0)
      expect(c.figures.mae).toBeGreaterThan(0)
    }
    expect(made.tables.map(t => [t.title.split(',')[0], t.rows.length])).toEqual([
      ['Registration quality', pids.length],
      ['Mean absolute error', pids.length],
    ])
  })

  it('has no text of headers and no path of raw files', () => {
    const text = JSON.stringify(made)
    expect(
      readFileSync(path.join(root, '.voxmill/receipts/sort-by-series-uid', `${pids[0]}.json`), 'utf8'),
    ).toContain('李主任')
    for (const word of [CANARY, '李主任', 'Phantom^', '测试病人', '2.25.']) expect(text).not.toContain(word)
    const told = made.cases.find(c => c.case === pids[0])!.findings.find(f => f.code === 'dicom-unsortable')!
    expect([told.where, told.numbers]).toEqual([pids[0], { files: 1 }])
  })

  it('leaves out a patient whose files are gone', async () => {
    const copy = copyOf(root)
    for (const folder of readdirSync(copy))
      if (/^\d/.test(folder)) rmSync(path.join(copy, folder, pids[1]!), { recursive: true, force: true })
    const left = await of(copy)
    expect(left.cases.map(c => c.case)).toEqual(pids.filter(p => p !== pids[1]).toSorted())
    expect(left.tables[0]!.rows).toHaveLength(pids.length - 1)
  })
})

it('refuses a root without receipts with the exit code of nothing to do', async () => {
  await expect(of(newFolder())).rejects.toMatchObject({
    exitCode: 3,
    remedy: expect.stringContaining('root'),
  })
})
