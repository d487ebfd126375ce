import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { TAGS } from '../../src/formats/dicom/dictionary.ts'
import type { Cell } from '../../src/formats/table/cell.ts'
import { readWorkbook } from '../../src/formats/table/readWorkbook.ts'
import { writeWorkbook } from '../../src/formats/table/writeWorkbook.ts'
import { rawObject, SERIES, writeFiles } from '../unit/steps/ingest/rawObject.ts'
import { eventsOf, voxmill } from './cli.ts'
import { copyOf, digestsBelow, filesBelow, newFolder, stampsBelow, worksheet } from './phantomRoot.ts'

const MODALITIES = ['CTA', 'MIP', 'AVG', 'BF'] as const
type Modality = (typeof MODALITIES)[number]
/** Just enough for the rules of the shipped pipeline. */
const IMAGES = { CTA: 100, MIP: 20, AVG: 20, BF: 20 } as const

/** The number of a series: 11 to 14 of patient 1. */
const numberOf = (patient: number, modality: Modality) => 10 * patient + MODALITIES.indexOf(modality) + 1
const uidOf = (patient: number, modality: Modality) => `${SERIES}${numberOf(patient, modality)}`

let sop = 0
function seriesFiles(
  number: number,
  modality: Modality,
  count: number = IMAGES[modality],
): Record<string, Uint8Array> {
  const derived = modality !== 'CTA'
  const files: Record<string, Uint8Array> = {}
  for (let i = 1; i <= count; i++)
    files[`${String(i).padStart(5, '0')}.dcm`] = rawObject({
      sop: ++sop,
      series: number,
      number: i,
      pid: 'secret id',
      position: [0, 0, i],
      imageType: derived ? ['DERIVED', 'SECONDARY', 'AXIAL', modality] : ['ORIGINAL', 'PRIMARY', 'AXIAL'],
      further: [
        { tag: TAGS.SliceThickness, value: derived ? 3 : 0.75 },
        { tag: TAGS.SeriesNumber, value: number },
      ],
    })
  return files
}

const PIDS = ['0012345', '病人2', 'P3'] as const

/** Three patients; the last has a second series that looks like its MIP. */
function sortedRoot(): string {
  const root = newFolder()
  for (const [i, pid] of PIDS.entries())
    for (const m of MODALITIES)
      writeFiles(path.join(root, '0.ori_3', pid, uidOf(i + 1, m)), seriesFiles(numberOf(i + 1, m), m))
  writeFiles(path.join(root, '0.ori_3/P3', `${SERIES}99`), seriesFiles(99, 'MIP'))
  return root
}

const HEADER = ['病人编号(Patient ID)', 'CTA', 'MIP', 'AVG', 'BF', '备注']
const uids = (patient: number) => MODALITIES.map(m => uidOf(patient, m))

async function writeAnnotation(root: string, rows: readonly (readonly Cell[])[]): Promise<void> {
  const columns = [{ name: '标注表' }, ...HEADER.slice(1).map(() => ({ name: '' }))]
  const bytes = await writeWorkbook([
    { name: '说明', columns: [{ name: '说明' }], rows: [] },
    { name: '数据', columns, rows: [HEADER, ...rows] },
  ])
  mkdirSync(path.join(root, 'annotation'), { recursive: true })
  writeFileSync(path.join(root, 'annotation/series.xlsx'), bytes)
}

const extract = (root: string, ...further: string[]) =>
  voxmill(['extract-modalities', '-r', '0.ori_3', '-o', '3.sorted_dcm', ...further], { cwd: root })
const byTable = (root: string, ...further: string[]) =>
  extract(root, '--annotation', 'annotation/series.xlsx', ...further)
const propose = (root: string, ...further: string[]) =>
  voxmill(['propose-annotation', '-r', '0.ori_3', '-o', 'annotation/proposed.xlsx', ...further], {
    cwd: root,
  })

/** Folders of series in the output, each with how many files it has. */
function copied(root: string, output = '3.sorted_dcm'): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const file of filesBelow(path.join(root, output)))
    if (file.endsWith('.dcm')) counts[path.posix.dirname(file)] = (counts[path.posix.dirname(file)] ?? 0) + 1
  return counts
}
const copiesOf = (pid: string, patient: number) =>
  Object.fromEntries(MODALITIES.map(m => [`${pid}/${m}/${uidOf(patient, m)}`, IMAGES[m]]))
const reportSheet = (root: string, name: string) =>
  worksheet(path.join(root, '3.sorted_dcm/extract_report.xlsx'), name)
const codesIn = async (root: string) =>
  (await reportSheet(root, 'Findings')).map(f => `${f.code} ${f.file_path}`)

let sorted: string
beforeAll(() => {
  sorted = sortedRoot()
})

describe('extract-modalities by table', () => {
  it('copies the series that the table names, and is fresh the second time', async () => {
    const root = copyOf(sorted)
    await writeAnnotation(root, [
      [12345, ...uids(1), '数字编号'],
      [' 病人2　', ...uids(2).map(u => ` ${u}\n`)],
      ['Ｐ３', ...uids(3)],
    ])
    const before = stampsBelow(path.join(root, '0.ori_3'))
    const run = await byTable(root)
    expect(run.code, run.all).toBe(0)
    expect(copied(root)).toEqual({
      ...copiesOf('0012345', 1),
      ...copiesOf('病人2', 2),
      ...copiesOf('P3', 3),
    })
    expect(digestsBelow(path.join(root, '3.sorted_dcm/P3/BF'))).toEqual(
      Object.fromEntries(
        Object.entries(digestsBelow(path.join(root, '0.ori_3/P3', uidOf(3, 'BF')))).map(([file, digest]) => [
          `${uidOf(3, 'BF')}/${file}`,
          digest,
        ]),
      ),
    )
    expect(stampsBelow(path.join(root, '0.ori_3'))).toEqual(before)
    expect(await codesIn(root)).toEqual(['patient-id-inexact 0012345'])
    const series = await reportSheet(root, 'Series')
    expect(series).toHaveLength(12)
    expect(series.find(s => s.pid === 'P3' && s.modality === 'CTA')).toMatchObject({
      SeriesInstanceUID: uidOf(3, 'CTA'),
      chosen_by: 'table',
      instances: 100,
      slice_thickness_mm: 0.75,
      status: 'copied',
    })

    const again = await byTable(root)
    expect(again.out).toContain('0 done, 3 fresh')
    expect(again.code).toBe(0)
  })

  it('leaves a patient out whole, names the command that accepts it, and that command does', async () => {
    const root = copyOf(sorted)
    await writeAnnotation(root, [
      ['0012345', ...uids(1)],
      ['病人2', uidOf(2, 'CTA'), `${uidOf(2, 'MIP')}; ${uidOf(2, 'AVG')}`, uidOf(2, 'AVG'), uidOf(2, 'BF')],
    ])
    const run = await byTable(root)
    expect(run.code, run.all).toBe(8)
    expect(copied(root)).toEqual(copiesOf('0012345', 1))
    expect(await codesIn(root)).toEqual(['series-ambiguous 病人2', 'patient-row-absent P3'])
    expect((await reportSheet(root, 'Series')).filter(s => s.pid === '病人2')).toMatchObject([
      { status: 'refused: see Findings' },
    ])
    const command = /accept the patient: voxmill (extract-modalities .*)/.exec(run.out)![1]!
    const accepted = await voxmill(command.split(' '), { cwd: root })
    expect(accepted.code, accepted.all).toBe(0)
    expect(copied(root)).toEqual({ ...copiesOf('0012345', 1), ...copiesOf('病人2', 2) })
  })

  it('tells a series that is missing, used twice, in no folder or in the wrong column', async () => {
    const root = copyOf(sorted)
    rmSync(path.join(root, '0.ori_3/病人2', uidOf(2, 'BF')), { recursive: true })
    const [cta, mip, avg, bf] = uids(3) as [string, string, string, string]
    await writeAnnotation(root, [
      ['0012345', ...uids(1).slice(0, 3), uidOf(1, 'AVG')],
      ['病人2', ...uids(2)],
      ['P3', cta, avg, mip, bf],
      ['P4', '1.2.3', '1.2.4', '1.2.5', '1.2.6'],
    ])
    const run = await byTable(root)
    expect(run.code, run.all).toBe(8)
    expect(await codesIn(root)).toEqual([
      'series-used-twice 0012345',
      'patient-folder-absent P4',
      'series-missing 病人2',
      `series-unlike-modality 0.ori_3/P3/${mip}`,
      `series-unlike-modality 0.ori_3/P3/${avg}`,
    ])
    expect(Object.keys(copied(root)).map(p => p.split('/')[0])).toEqual(['P3', 'P3', 'P3', 'P3'])
    expect(run.out).not.toContain('SECRET')
  })

  it('replaces a series that the table corrects, and keeps one that was touched', async () => {
    const root = copyOf(sorted)
    const other = `${SERIES}99`
    await writeAnnotation(root, [['P3', ...uids(3)]])
    expect((await byTable(root)).code).toBe(0)
    await writeAnnotation(root, [['P3', uidOf(3, 'CTA'), other, ...uids(3).slice(2)]])
    expect((await byTable(root)).code).toBe(0)
    const inMip = () => Object.keys(copied(root)).filter(p => p.startsWith('P3/MIP/'))
    expect(inMip()).toEqual([`P3/MIP/${other}`])

    writeFileSync(path.join(root, '3.sorted_dcm/P3/MIP', other, 'drawn by hand.dcm'), 'x')
    await writeAnnotation(root, [['P3', ...uids(3)]])
    expect((await byTable(root)).code).toBe(0)
    expect(inMip()).toEqual([`P3/MIP/${uidOf(3, 'MIP')}`, `P3/MIP/${other}`].sort())
  })

  it('leaves the copies in another output folder alone', async () => {
    const root = copyOf(sorted)
    await writeAnnotation(root, [['P3', ...uids(3)]])
    await byTable(root)
    const before = copied(root)
    const second = await voxmill(
      [
        'extract-modalities',
        '-r',
        '0.ori_3',
        '-o',
        'second',
        '--annotation',
        'annotation/series.xlsx',
        '--link',
        'hard',
      ],
      { cwd: root },
    )
    expect(second.code, second.all).toBe(0)
    expect(copied(root)).toEqual(before)
    expect(copied(root, 'second')).toEqual(before)
    expect(existsSync(path.join(root, '3.sorted_dcm/extract_report.xlsx'))).toBe(true)
  })

  it('leaves out files of another series and damaged ones, and tells', async () => {
    const root = copyOf(sorted)
    const folder = path.join(root, '0.ori_3/P3', uidOf(3, 'BF'))
    writeFiles(folder, { 'Thumbs.db': 'junk', 'x.dcm': rawObject({ sop: 1, series: 5, number: 1 }) })
    writeFileSync(
      path.join(folder, '00001.dcm'),
      readFileSync(path.join(folder, '00001.dcm')).subarray(0, 300),
    )
    await writeAnnotation(root, [['P3', ...uids(3)]])
    const run = await byTable(root)
    expect(run.code, run.all).toBe(0)
    expect(copied(root)[`P3/BF/${uidOf(3, 'BF')}`]).toBe(19)
    const [foreign] = (await reportSheet(root, 'Findings')).filter(f => f.code === 'series-file-foreign')
    expect(foreign).toMatchObject({
      severity: 'high',
      message: expect.stringContaining('3 files do not belong'),
    })
  })

  it('reads other columns, worksheets and rows, and says what is wrong with the table', async () => {
    const root = copyOf(sorted)
    const header = ['住院号', '冠脉', 'MIP', 'AVG', 'BF'].map(name => ({ name }))
    mkdirSync(path.join(root, 'annotation'))
    writeFileSync(
      path.join(root, 'annotation/series.xlsx'),
      await writeWorkbook([{ name: '数据', columns: header, rows: [['P3', ...uids(3)]] }]),
    )
    const wrong = await byTable(root)
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('no worksheet 2')])
    const columns = ['--column', 'pid=住院号', '--column', 'CTA=冠脉']
    const right = await byTable(root, '--sheet', '1', '--header_row', '1', ...columns)
    expect(right.code, right.all).toBe(0)
    expect(copied(root)).toEqual(copiesOf('P3', 3))
  })

  it('fills in by rules what a CSV of pid and series UID leaves open', async () => {
    const root = copyOf(sorted)
    writeFiles(root, {
      '0.config_info/cta_series.csv': `pid,suid\n0012345,${uidOf(1, 'CTA')}\nP3,${uidOf(3, 'CTA')}\n`,
    })
    const run = await extract(root, '--annotation', '0.config_info/cta_series.csv')
    expect(run.code, run.all).toBe(8)
    expect(copied(root)).toEqual(copiesOf('0012345', 1))
    expect(await codesIn(root)).toEqual(['series-ambiguous P3', 'patient-row-absent 病人2'])
    expect((await reportSheet(root, 'Series')).slice(0, 2).map(s => s.chosen_by)).toEqual(['table', 'rule'])
  })
})

describe('extract-modalities by rules', () => {
  it('takes what is clear and names the candidates of what is not', async () => {
    const root = copyOf(sorted)
    const run = await extract(root, '--by', 'rules')
    expect(run.code, run.all).toBe(8)
    expect(copied(root)).toEqual({ ...copiesOf('0012345', 1), ...copiesOf('病人2', 2) })
    const [finding] = await reportSheet(root, 'Findings')
    expect(finding).toMatchObject({ code: 'series-ambiguous', file_path: 'P3' })
    expect(finding!.message).toContain(`${SERIES}99`)
    expect(finding!.remedy).toContain(`--series P3/MIP=${uidOf(3, 'MIP')}`)
  })

  it('writes nothing in a dry run', async () => {
    const root = copyOf(sorted)
    const run = await extract(root, '--by', 'rules', '--dry_run')
    expect(run.code, run.all).toBe(0)
    expect(existsSync(path.join(root, '3.sorted_dcm'))).toBe(false)
    expect(existsSync(path.join(root, '.voxmill'))).toBe(false)
  })

  it('refuses an output in the sorted series, and a table that it is not given', async () => {
    const root = copyOf(sorted)
    const inside = await voxmill(
      ['extract-modalities', '-r', '0.ori_3', '-o', '0.ori_3/x', '--by', 'rules'],
      { cwd: root },
    )
    expect([inside.code, inside.err]).toEqual([2, expect.stringContaining('lie in each other')])
    const none = await extract(root, '--by', 'table')
    expect([none.code, none.err]).toEqual([2, expect.stringContaining('propose-annotation')])
  })
})

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
