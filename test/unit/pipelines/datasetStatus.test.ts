import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Receipt, writeReceipt } from '../../../src/engine/receipt.ts'
import { datasetStatus } from '../../../src/pipelines/datasetStatus.ts'
import type { DatasetEntry } from '../../../src/pipelines/datasetsFile.ts'
import { openPipeline } from '../../../src/pipelines/openPipeline.ts'
import { stageFolders } from '../../../src/pipelines/stageFolders.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'voxmill-status-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const at = (...parts: string[]) => path.join(root, ...parts)
const folders = (...paths: string[]) => {
  for (const p of paths) mkdirSync(at(p), { recursive: true })
}
const files = (...paths: string[]) => {
  for (const p of paths) {
    mkdirSync(path.dirname(at(p)), { recursive: true })
    writeFileSync(at(p), '')
  }
}
const entryOf = (further: Partial<DatasetEntry> = {}): DatasetEntry => ({
  name: 'data',
  root: at('data'),
  archives: [],
  folders: {},
  ...further,
})

function receipt(step: string, id: string, further: Partial<Receipt> = {}, dataset = 'data'): void {
  writeReceipt(at(dataset, `.voxmill/receipts/${step}/${id}.json`), {
    voxmill: '0',
    step,
    version: 1,
    case: id,
    status: 'done',
    fingerprint: '',
    params: {},
    fields: {},
    inputs: [],
    outputs: [],
    findings: [],
    finished: '2021-01-01',
    seconds: 0,
    ...further,
  })
}
const output = (file: string) => ({ slot: 's', path: file, kind: 'k', digest: '' })

/** Done, failed and missing of a step. */
function counted(step: string, entry = entryOf()) {
  const stage = datasetStatus(entry, openPipeline()).stages.find(s => s.step === step)!
  return [stage.done, stage.failed.map(f => f.case), stage.missing]
}

describe('without receipts', () => {
  it('a patient is done that has all that the stage makes', () => {
    folders('data/0.ori_3/a/1.2', 'data/0.ori_3/b/1.3', 'data/0.ori_3/c')
    folders(...['CTA', 'MIP', 'AVG', 'BF'].map(m => `data/3.sorted_dcm/a/${m}`), 'data/3.sorted_dcm/b/CTA')
    expect(counted('sort-by-series-uid')).toEqual([['a', 'b', 'c'], [], []])
    expect(counted('extract-modalities')).toEqual([['a'], [], ['b', 'c']])
    expect(counted('convert-dicom')).toEqual([[], [], ['a', 'b', 'c']])
  })

  it('counts patients of any stage, and no files or hidden folders', () => {
    folders('data/0.ori_3/a', 'data/0.ori_3/.tmp', 'data/5.mbf_myocardium/b')
    files('data/0.ori_3/sort_balance.xlsx')
    expect(datasetStatus(entryOf(), openPipeline()).patients).toEqual(['a', 'b'])
  })

  it('tells two steps that write into one folder apart', () => {
    for (const m of ['CTA', 'AVG'])
      files(...['', '_MASK'].map(s => `data/3.sorted_mask/a/${m}/${m}${s}.nii.gz`))
    files('data/3.sorted_mask/a/CTA/CTA_MASK_connected.nii.gz')
    expect(counted('segment-chambers')).toEqual([['a'], [], []])
    expect(counted('keep-largest-components')).toEqual([[], [], ['a']])
  })

  it('a stage of the data set is one case', () => {
    folders('data/0.ori_3/a', 'data/7.analysis_result')
    expect(counted('calc-mae')).toEqual([[], [], ['dataset']])
    files('data/7.analysis_result/mae_384x384x160_eval.csv')
    expect(counted('calc-mae')).toEqual([['dataset'], [], []])
  })
})

describe('with receipts', () => {
  it('what failed is failed, whatever lies there', () => {
    folders('data/0.ori_3/a', 'data/0.ori_3/b')
    for (const pid of ['a', 'b'])
      folders(...['CTA', 'MIP', 'AVG', 'BF'].map(m => `data/3.sorted_dcm/${pid}/${m}`))
    receipt('extract-modalities', 'a', { outputs: [output('3.sorted_dcm/a/CTA/1.2')] })
    const fault = { name: 'DataError', message: 'no CTA', remedy: '' }
    receipt('extract-modalities', 'b', { status: 'failed', fault, fields: { output: '3.sorted_dcm' } })
    expect(counted('extract-modalities')).toEqual([['a'], ['b'], []])
    const { stages } = datasetStatus(entryOf(), openPipeline())
    expect(stages[1]!.failed).toEqual([{ case: 'b', message: 'no CTA' }])
  })

  it('a failure for another output folder does not count', () => {
    folders(...['CTA', 'MIP', 'AVG', 'BF'].map(m => `data/3.sorted_dcm/a/${m}`))
    receipt('extract-modalities', 'a', { status: 'failed', fields: { output: '3.by_rules' } })
    expect(counted('extract-modalities')).toEqual([['a'], [], []])
  })

  it('a folder without a receipt is half-done, a receipt without its folder is nothing', () => {
    folders('data/0.ori_3/a', 'data/0.ori_3/b')
    receipt('sort-by-series-uid', 'a', { outputs: [output('0.ori_3/a')] })
    receipt('sort-by-series-uid', 'c', { outputs: [output('0.ori_3/c')] })
    folders('data/3.sorted_nii/c')
    expect(counted('sort-by-series-uid')).toEqual([['a'], [], ['b', 'c']])
  })

  it('one receipt may be of several patients', () => {
    folders('data/0.ori_3/a', 'data/0.ori_3/b')
    receipt('sort-by-series-uid', 'disc1', { outputs: [output('0.ori_3/a'), output('0.ori_3/b')] })
    expect(counted('sort-by-series-uid')).toEqual([['a', 'b'], [], []])
  })
})

describe('links', () => {
  it('are followed, to the receipts there too', () => {
    folders('old/0.ori_3/a', 'old/0.ori_3/b', 'data')
    symlinkSync('../old/0.ori_3', at('data/0.ori_3'))
    receipt('sort-by-series-uid', 'a', { outputs: [output('0.ori_3/a')] }, 'old')
    const [stage] = datasetStatus(entryOf(), openPipeline()).stages
    expect(stage).toMatchObject({ leadsTo: at('old/0.ori_3'), isThere: true, done: ['a'], missing: ['b'] })
  })

  it('that lead nowhere are told', () => {
    folders('data/3.sorted_nii/a')
    symlinkSync('/gone/0.ori_3', at('data/0.ori_3'))
    const [stage] = datasetStatus(entryOf(), openPipeline()).stages
    expect(stage).toMatchObject({ leadsTo: '/gone/0.ori_3', isThere: false, done: [], missing: ['a'] })
  })
})

describe('folders of stages', () => {
  it('may be named otherwise in a data set', () => {
    folders(...['CTA', 'MIP', 'AVG', 'BF'].map(m => `data/3.sorted/a/${m}`))
    expect(counted('extract-modalities', entryOf({ folders: { '3.sorted_dcm': '3.sorted' } }))).toEqual([
      ['a'],
      [],
      [],
    ])
  })

  it('of a pattern are those that fit it best, or the pattern where none does', () => {
    const names = [
      '6.inference_384x384x160_eval',
      '6.inference_384x384x160_eval_slicemap',
      '6.inference_slicemap',
    ]
    const of = (present: string[]) =>
      stageFolders(openPipeline(), entryOf(), present)
        .filter(s => s.folder.startsWith('6.'))
        .map(s => [s.stage.step, s.folder])
    expect(of(names)).toEqual([
      ['infer-mbf', '6.inference_384x384x160_eval'],
      ['export-slicemap', '6.inference_384x384x160_eval_slicemap'],
      ['export-slicemap', '6.inference_slicemap'],
    ])
    expect(of([])).toEqual([
      ['infer-mbf', '6.inference_*'],
      ['export-slicemap', '6.inference_*slicemap'],
    ])
  })

  it('of a data set that is not there are none', () => {
    expect(datasetStatus(entryOf(), openPipeline())).toMatchObject({ isThere: false, stages: [] })
  })
})
