import { mkdirSync, readFileSync, renameSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { eventsOf, voxmill } from './cli.ts'
import {
  ARCHIVE_MANIFEST,
  copyOf,
  DATASET_MANIFEST,
  digestsBelow,
  expectNothingHalfWritten,
  filesBelow,
  newFolder,
  phantomRoot,
  worksheets,
} from './phantomRoot.ts'

/** The tutorial's command lines, with `voxmill NAME` in place of `python 0N_NAME.py`. */
const TUTORIAL = `
gen-archive-manifest --root_dir root_dir/archive --output_manifest_file root_dir/descriptor/archive_manifest.xlsx
confirm-pairs --root_dir root_dir/archive --output_dir root_dir/grouped --archive_manifest root_dir/descriptor/archive_manifest.xlsx
extract-binary-masks --root_dir root_dir/grouped --label_explanation root_dir/descriptor/label_map.yaml
gen-dataset-manifest --root_dir root_dir/grouped --output_manifest_file root_dir/grouped/dataset_manifest.xlsx
make-split-predefined --manifest_file root_dir/grouped/dataset_manifest.xlsx --split_name split01_Tongji --site Tongji --collection train-val test-inner-01
make-split-predefined --manifest_file root_dir/grouped/dataset_manifest.xlsx --split_name split02_Yunnan --site Yunnan --collection test-outer-02
make-split-predefined --manifest_file root_dir/grouped/dataset_manifest.xlsx --split_name split03_Zhongnan --site Zhongnan --collection test-outer-03
make-split-predefined --manifest_file root_dir/grouped/dataset_manifest.xlsx --split_name split04_HKU-SZH --site HKU-SZH --collection test-outer-04
make-split-predefined --manifest_file root_dir/grouped/dataset_manifest.xlsx --split_name split05_External --site Yunnan Zhongnan HKU-SZH --collection test-outer-02 test-outer-03 test-outer-04
make-split-predefined --manifest_file root_dir/grouped/dataset_manifest.xlsx --split_name split06_Whole --site Tongji Yunnan Zhongnan HKU-SZH --collection train-val test-inner-01 test-outer-02 test-outer-03 test-outer-04
make-split-across-sites --manifest_file root_dir/grouped/dataset_manifest.xlsx --split_name split07_Mix --test_ratio 0.3 --val_ratio 0.2 --random_seed 0
extract-split-index-manifest --manifest_file root_dir/grouped/dataset_manifest.xlsx --split_name split01_Tongji --output_index_manifest_dir root_dir/grouped/splits/split01_Tongji --subsets train val --subsets train --subsets val --subsets test
extract-split-index-manifest --manifest_file root_dir/grouped/dataset_manifest.xlsx --split_name split02_Yunnan --output_index_manifest_dir root_dir/grouped/splits/split02_Yunnan --subsets test
extract-split-index-manifest --manifest_file root_dir/grouped/dataset_manifest.xlsx --split_name split03_Zhongnan --output_index_manifest_dir root_dir/grouped/splits/split03_Zhongnan --subsets test
extract-split-index-manifest --manifest_file root_dir/grouped/dataset_manifest.xlsx --split_name split04_HKU-SZH --output_index_manifest_dir root_dir/grouped/splits/split04_HKU-SZH --subsets test
extract-split-index-manifest --manifest_file root_dir/grouped/dataset_manifest.xlsx --split_name split05_External --output_index_manifest_dir root_dir/grouped/splits/split05_External --subsets test
extract-split-index-manifest --manifest_file root_dir/grouped/dataset_manifest.xlsx --split_name split06_Whole --output_index_manifest_dir root_dir/grouped/splits/split06_Whole --subsets train val --subsets train --subsets val --subsets test
extract-split-index-manifest --manifest_file root_dir/grouped/dataset_manifest.xlsx --split_name split07_Mix --output_index_manifest_dir root_dir/grouped/splits/split07_Mix --subsets train val --subsets train --subsets val --subsets test
`

/** The short forms that the scripts have, by command. */
const SHORT: Record<string, Record<string, string>> = {
  'gen-archive-manifest': { '--root_dir': '-r', '--output_manifest_file': '-o' },
  'confirm-pairs': { '--root_dir': '-r', '--output_dir': '-o', '--archive_manifest': '-am' },
  'extract-binary-masks': { '--root_dir': '-r', '--label_explanation': '-e' },
  'gen-dataset-manifest': { '--root_dir': '-r', '--output_manifest_file': '-o' },
  'make-split-predefined': {
    ...{ '--manifest_file': '-m', '--split_name': '-spn', '--site': '-s', '--collection': '-c' },
  },
  'make-split-across-sites': {
    ...{ '--manifest_file': '-m', '--split_name': '-spn' },
    ...{ '--test_ratio': '-ts', '--val_ratio': '-v', '--random_seed': '-rs' },
  },
  'extract-split-index-manifest': {
    ...{ '--manifest_file': '-m', '--split_name': '-spn' },
    ...{ '--output_index_manifest_dir': '-o', '--subsets': '-s' },
  },
}

const lines = TUTORIAL.trim()
  .split('\n')
  .map(line => line.split(' '))

/** 12 samples: every split has train, val and test where the tutorial asks for them. */
const SAMPLES = 12
let archive: string
let whole: string
let events: Record<string, unknown>[]
beforeAll(async () => {
  archive = await phantomRoot(SAMPLES)
  whole = copyOf(archive)
  const run = await voxmill(['run', 'nme', '--root_dir', whole, '-j', '2', '--json'])
  expect(run.code, run.all).toBe(0)
  events = eventsOf(run)
})

/** Carries out the tutorial, or its first lines, with `root_dir` in this folder. */
async function follow(
  folder: string,
  spelling: (line: string[], at: number) => string[],
  count = lines.length,
): Promise<string> {
  mkdirSync(folder, { recursive: true })
  renameSync(copyOf(archive), path.join(folder, 'root_dir'))
  for (const [at, line] of lines.slice(0, count).entries()) {
    const { code, all } = await voxmill(spelling(line, at), { cwd: folder })
    expect(code, `${line.join(' ')}\n${all}`).toBe(0)
  }
  return path.join(folder, 'root_dir')
}

async function expectSameAsWhole(root: string): Promise<void> {
  expectNothingHalfWritten(root)
  const data = (r: string) =>
    Object.entries(digestsBelow(path.join(r, 'grouped'))).filter(([f]) => !f.endsWith('.xlsx'))
  expect(data(root)).toEqual(data(whole))
  const workbooks = (r: string) => filesBelow(r).filter(f => f.endsWith('.xlsx'))
  expect(workbooks(root)).toEqual(workbooks(whole))
  for (const f of workbooks(whole))
    expect(await worksheets(path.join(root, f)), f).toEqual(await worksheets(path.join(whole, f)))
}

describe("the tutorial's command lines", () => {
  it('as they stand give what `run nme` gives', async () => {
    const root = await follow(newFolder(), line => line)
    await expectSameAsWhole(root)
    // The tutorial's own list of index manifests.
    expect(filesBelow(path.join(root, 'grouped/splits/split01_Tongji'))).toEqual([
      'split01_Tongji_test.xlsx',
      'split01_Tongji_train.xlsx',
      'split01_Tongji_train_val.xlsx',
      'split01_Tongji_val.xlsx',
    ])
  })

  it('with short flags, and long ones with - and =, below a path with spaces and Chinese characters', async () => {
    const short = (line: string[]) => line.map(word => SHORT[line[0]!]![word] ?? word)
    const dashed = (line: string[]) =>
      line
        .map(word => (word.startsWith('--') ? word.replaceAll('_', '-') : word))
        .join(' ')
        .replace(/(--(?:root-dir|manifest-file|split-name|test-ratio)) /g, '$1=')
        .split(' ')
    // Each command but make-split-across-sites occurs in both spellings, the first four in two rounds.
    const root = await follow(path.join(newFolder(), '数据 集/α & β (copy)'), (line, at) =>
      at % 2 === 0 ? short(line) : dashed(line),
    )
    await expectSameAsWhole(root)
    const other = await follow(newFolder(), (line, at) => (at % 2 === 0 ? dashed(line) : short(line)), 4)
    expect(filesBelow(path.join(other, 'grouped')).filter(f => f.endsWith('.nii.gz'))).toHaveLength(
      4 * SAMPLES,
    )
  })
})

describe('the whole pipeline', () => {
  it('inflates each file of the archive exactly once, and none of its own', () => {
    const inflated = events.filter(e => e.event === 'job').flatMap(e => e.inflated as string[])
    const images = filesBelow(path.join(archive, 'archive')).map(f => `archive/${f}`)
    expect(images).toHaveLength(2 * SAMPLES)
    expect(inflated.sort()).toEqual(images)
  })

  it('gives the same bytes with one process as with several', async () => {
    const root = copyOf(archive)
    const { code, all } = await voxmill(['run', 'nme', '-r', root, '-j', '1'])
    expect(code, all).toBe(0)
    expect(digestsBelow(path.join(root, 'grouped'))).toEqual(digestsBelow(path.join(whole, 'grouped')))
    for (const f of [ARCHIVE_MANIFEST, DATASET_MANIFEST])
      expect(readFileSync(path.join(root, f)).equals(readFileSync(path.join(whole, f)))).toBe(true)
  })

  it('stops after the step that --until names', async () => {
    const root = copyOf(archive)
    const until = ['run', 'nme', '-r', root, '-j', '1', '--until']
    expect((await voxmill([...until, 'confirm-pairs'])).code).toBe(0)
    expect(filesBelow(path.join(root, 'grouped'))).toHaveLength(3 * SAMPLES)
    expect((await voxmill([...until, 'extract-binary-masks'])).code).toBe(0)
    expect(filesBelow(path.join(root, 'grouped'))).toHaveLength(5 * SAMPLES)
    expect((await voxmill(['run', 'nme', '-r', root, '-j', '1'])).code).toBe(0)
    expect(digestsBelow(path.join(root, 'grouped'))).toEqual(digestsBelow(path.join(whole, 'grouped')))
  })
})
