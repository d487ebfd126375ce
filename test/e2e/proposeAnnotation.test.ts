import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readWorkbook } from '../../src/formats/table/readWorkbook.ts'
import { writeWorkbook } from '../../src/formats/table/writeWorkbook.ts'
import { SERIES, writeFiles } from '../unit/steps/ingest/rawObject.ts'
import { eventsOf, voxmill } from './cli.ts'
import { copyOf, newFolder, worksheet } from './phantomRoot.ts'
import {
  copied,
  copiesOf,
  extract,
  HEADER,
  PIDS,
  propose,
  sorted,
  uidOf,
  uids,
  writeAnnotation,
} from './sortedSeries.ts'

describe('propose-annotation', () => {
  it('writes what extract-modalities reads, with candidates and reasons, without names', async () => {
    const root = copyOf(sorted)
    const run = await propose(root)
    expect(run.code, run.all).toBe(0)
    const file = path.join(root, 'annotation/proposed.xlsx')
    const book = await readWorkbook(readFileSync(file))
    expect(book.sheetNames).toEqual(['Explanation', 'Annotation', 'Candidates', 'Findings'])
    const candidates = await worksheet(file, 'Candidates')
    expect(candidates.filter(c => c.pid === 'P3' && c.modality === 'MIP')).toMatchObject([
      {
        'series UID': uidOf(3, 'MIP'),
        rank: 1,
        instances: 20,
        slice_thickness_mm: 3,
        rows: '4',
        columns: '4',
      },
      { 'series UID': `${SERIES}99`, rank: 2 },
    ])
    const everything = (await Promise.all(book.sheetNames.map(n => book.sheet(n)))).map(t =>
      JSON.stringify(t),
    )
    expect(everything.join()).not.toMatch(/SECRET|secret id/)

    const next = await extract(root, '--annotation', 'annotation/proposed.xlsx')
    expect(next.code, next.all).toBe(0)
    expect(copied(root)).toEqual({
      ...copiesOf('0012345', 1),
      ...copiesOf('病人2', 2),
      ...copiesOf('P3', 3),
    })
  })

  it('leaves a corrected workbook alone, and keeps it when the series have changed', async () => {
    const root = copyOf(sorted)
    await propose(root)
    const file = path.join(root, 'annotation/proposed.xlsx')
    const corrected = await writeWorkbook([
      { name: 'Explanation', columns: [{ name: 'x' }], rows: [] },
      { name: 'Annotation', title: 't', columns: HEADER.map(name => ({ name })), rows: [['P3', ...uids(3)]] },
    ])
    writeFileSync(file, corrected)
    const again = await propose(root)
    expect(again.code, again.all).toBe(0)
    expect(readFileSync(file)).toEqual(Buffer.from(corrected))

    rmSync(path.join(root, '0.ori_3/病人2'), { recursive: true })
    const changed = await propose(root)
    expect(changed.out).toContain('file-edited')
    expect(readFileSync(path.join(root, 'annotation/proposed.kept-1.xlsx'))).toEqual(Buffer.from(corrected))
    expect((await worksheet(file, 'Candidates')).some(c => c.pid === '病人2')).toBe(false)
  })

  it('does not write into a workbook of another kind', async () => {
    const root = copyOf(sorted)
    await writeAnnotation(root, [['P3', ...uids(3)]])
    const run = await voxmill(['propose-annotation', '-r', '0.ori_3', '-o', 'annotation/series.xlsx'], {
      cwd: root,
    })
    expect([run.code, run.err]).toEqual([2, expect.stringContaining('is no proposal')])
  })
})

describe('status over data sets', () => {
  it('counts stages by receipts and folders, follows links and shows where archives came from', async () => {
    const all = newFolder()
    cpSync(sorted, path.join(all, 'data_66_20210517'), { recursive: true })
    mkdirSync(path.join(all, 'data_114_20210715'))
    symlinkSync('../data_66_20210517/0.ori_3', path.join(all, 'data_114_20210715/0.ori_3'))
    writeFiles(all, {
      'datasets.yaml': String.raw`datasets:
  - name: data_66_20210517
    source: $MedDisk:\data\cardiac\cta2mbf
    archives: [cta2mbf_5]
  - name: data_114_20210715
  - name: 20210114
`,
    })
    const first = path.join(all, 'data_66_20210517')
    await extract(first, '--by', 'rules')
    const run = await voxmill(['status', all])
    expect(run.code, run.all).toBe(0)
    expect(run.out).toContain(
      String.raw`data_66_20210517  3 patients  from cta2mbf_5 in $MedDisk:\data\cardiac\cta2mbf`,
    )
    expect(run.out).toMatch(/0\.ori_3 +sort-by-series-uid +3 +0 +0\n/)
    expect(run.out).toMatch(/3\.sorted_dcm +extract-modalities +2 +1 +0\n/)
    expect(run.out).toMatch(/failed P3 \(extract-modalities\): MIP: 2 series fit the rule/)
    expect(run.out).toMatch(/0\.ori_3 +sort-by-series-uid +3 +0 +0 {2}-> \S+data_66_20210517\/0\.ori_3\n/)
    expect(run.out).toContain(`20210114  ${path.join(all, '20210114')} is not there`)

    const events = eventsOf(
      await voxmill(['status', '--datasets', path.join(all, 'datasets.yaml'), '--json']),
    )
    expect(events.filter(e => e.event === 'dataset').map(e => [e.name, e.isThere, e.patients])).toEqual([
      ['data_66_20210517', true, 3],
      ['data_114_20210715', true, 3],
      ['20210114', false, 0],
    ])
    expect(events.find(e => e.event === 'stage' && e.folder === '3.sorted_nii')).toMatchObject({
      dataset: 'data_66_20210517',
      done: [],
      missing: [...PIDS].sort(),
    })
  })

  it('leaves the status of a root with receipts as it is', async () => {
    const root = copyOf(sorted)
    await extract(root, '--by', 'rules')
    writeFiles(root, { 'datasets.yaml': 'datasets: [{name: a, root: .}]\n' })
    const run = await voxmill(['status', root])
    expect(run.out).toMatch(/^list-series +3 +0/m)
  })

  it('refuses a list that names nothing that is there', async () => {
    const root = newFolder()
    writeFiles(root, { 'datasets.yaml': 'datasets: [{name: a}]\n' })
    expect((await voxmill(['status', root])).code).toBe(3)
  })
})
