import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeWorkbook } from '../../src/formats/table/writeWorkbook.ts'
import { rawObject, SERIES, writeFiles } from '../unit/steps/ingest/rawObject.ts'
import { voxmill } from './cli.ts'
import { copyOf, digestsBelow, stampsBelow } from './phantomRoot.ts'
import {
  byTable,
  codesIn,
  copied,
  copiesOf,
  extract,
  reportSheet,
  sorted,
  uidOf,
  uids,
  writeAnnotation,
} from './sortedSeries.ts'

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
