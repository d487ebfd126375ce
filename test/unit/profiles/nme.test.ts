import { describe, expect, test } from 'vitest'
import { defaultLabels } from '../../../src/profiles/labels.ts'
import { matched, nmeMatcher, nmeProfile } from './archive.ts'

// Paths as they stand in the archive, relative to its root.
const PATHS: [path: string, role: string, id: string, output: string][] = [
  [
    'NME-Seg-2025.8.25-train-val/imagesTr/NME-Seg_01A002.0004091054.nii.gz',
    'volume',
    '01A002_0004091054',
    'Tongji/train-val/train/01A002_0004091054/01A002_0004091054_volume.nii.gz',
  ],
  [
    'NME-Seg-2025.8.25-train-val/labelsVd/NME-Seg_01A003.1004091055.nii.gz',
    'mask',
    '01A003_1004091055',
    'Tongji/train-val/val/01A003_1004091055/01A003_1004091055_mask.nii.gz',
  ],
  [
    'NME-Seg-2025.8.25-test-inner-01/imagesTs/NME-Seg_01A004.1004091056.nii.gz',
    'volume',
    '01A004_1004091056',
    'Tongji/test-inner-01/test/01A004_1004091056/01A004_1004091056_volume.nii.gz',
  ],
  [
    'NME-Seg-2025.8.25-test-outer-02/labelsTs/NME-Seg_02A001.0000000017.nii.gz',
    'mask',
    '02A001_0000000017',
    'Yunnan/test-outer-02/test/02A001_0000000017/02A001_0000000017_mask.nii.gz',
  ],
  [
    'NME-Seg-2025.8.25-test-outer-03/imagesTs/NME-Seg_03A001.6100000000000012345.nii.gz',
    'volume',
    '03A001_6100000000000012345',
    'Zhongnan/test-outer-03/test/03A001_6100000000000012345/03A001_6100000000000012345_volume.nii.gz',
  ],
  [
    'NME-Seg-2025.8.25-test-outer-04/labelsTs/NME-Seg_04A001.000123.nii.gz',
    'mask',
    '04A001_000123',
    'HKU-SZH/test-outer-04/test/04A001_000123/04A001_000123_mask.nii.gz',
  ],
]

describe('files of the archive', () => {
  const matcher = nmeMatcher()
  test.each(PATHS)('%s', (path, role, id, output) => {
    const match = matched(matcher.match(path))
    expect([match.role, match.sampleId, match.maskName]).toEqual([role, id, undefined])
    expect(matcher.layout.outputPath(match.attributes, match.role)).toBe(output)
    expect(match.patient).toBe(match.attributes.pid)
  })

  test('volume and mask of a sample have one key, and the columns of the manifest', () => {
    const path = (kind: string) => `NME-Seg-2025.8.25-train-val/${kind}Tr/NME-Seg_01A001.60012875311.nii.gz`
    const [volume, mask] = [matched(matcher.match(path('images'))), matched(matcher.match(path('labels')))]
    expect(volume.sampleKey).toBe(mask.sampleKey)
    expect(Object.entries(matcher.manifestCells(mask))).toEqual([
      ['site', 'Tongji'],
      ['collection', 'train-val'],
      ['subset', 'labelsTr'],
      ['seq', '01A001'],
      ['pid', '60012875311'],
    ])
  })

  test.each([
    [
      'NME-Seg-2025.8.25-test-outer-09/imagesTs/NME-Seg_01A1.1.nii.gz',
      "the map of 'site' has no value for collection 'test-outer-09'",
    ],
    [
      'NME-Seg-2025.8.25-train-val/imagesXx/NME-Seg_01A1.1.nii.gz',
      "{subset} must fit images(Tr|Vd|Ts), and 'imagesXx' does not",
    ],
    [
      'NME-Seg-2025.8.25-train-val/labelstr/NME-Seg_01A1.1.nii.gz',
      "level 2 'labelstr' does not fit '{subset}'",
    ],
    [
      'NME-Seg-2025.8.25-train-val/imagesTr/nme-seg_01A1.1.nii.gz',
      "'NME-Seg_' differs in upper and lower case only",
    ],
    ['NME-Seg-2025.8.25-train-val/imagesTr/NME-Seg_01A1.1.nii', "'.nii.gz' is missing"],
    [
      'NME-Seg-2025.8.25-train-val/imagesTr/NME-Seg_01_A1.1.nii.gz',
      "{seq} must fit [^._]+, and '01_A1' does not",
    ],
    ['NME-Seg-2025.8.25-train-val/NME-Seg_01A1.1.nii.gz', 'the path has 2 levels of folders and file'],
    ['notes.txt', "'NME-Seg-2025.8.25-' is missing at its beginning"],
  ])('%s does not fit, and the message says why', (path, reason) => {
    const match = matcher.match(path)
    expect(match.status).toBe('unmatched')
    if (match.status !== 'unmatched') return
    expect(match.message).toContain(reason)
    expect(match.nearest).toContain('NME-Seg_{seq}.{pid}.nii.gz')
    expect(match.remedy).not.toBe('')
  })

  test('names with spaces, dots and letters of any language', () => {
    const { attributes } = matched(
      matcher.match('NME-Seg-2025.8.25-train-val/imagesTr/NME-Seg_01 Ä.Zoe\u0308 v1.2.nii.gz'),
    )
    expect([attributes.seq, attributes.pid]).toEqual(['01 Ä', 'Zoë v1.2'])
  })
})

describe('rows of the archive manifest go before what the path says', () => {
  const path = 'NME-Seg-2025.8.25-train-val/imagesTr/NME-Seg_01A001.60012875311.nii.gz'
  const matcher = nmeMatcher()
  const cells = { ...matcher.manifestCells(matched(matcher.match(path))), szx: '320' }

  test('unchanged', () => {
    expect(matcher.matchRow(path, cells)).toEqual(matcher.match(path))
  })

  test('a corrected subset moves the sample', () => {
    const match = matched(matcher.matchRow(path, { ...cells, subset: 'imagesVd', pid: '007' }))
    expect(match.attributes.partition).toBe('val')
    expect(match.sampleId).toBe('01A001_007')
  })

  test('a corrected site stays although the collection has another', () => {
    expect(matched(matcher.matchRow(path, { ...cells, site: 'Wuhan' })).attributes.site).toBe('Wuhan')
  })

  test('an empty or unknown cell is told', () => {
    expect(matcher.matchRow(path, { ...cells, pid: '' })).toMatchObject({
      status: 'unmatched',
      cause: 'value',
      message: "pid '' cannot be part of a folder name: it is empty",
    })
    expect(matcher.matchRow(path, { ...cells, subset: 'Training' })).toMatchObject({ cause: 'map' })
  })
})

describe('splits', () => {
  const { splits, split } = nmeProfile()

  test('the seven of the tutorial, with its sites and collections', () => {
    const shown = splits.map(entry =>
      entry.method === 'predefined'
        ? `${entry.name} ${entry.sites?.join(' ')} | ${entry.collections?.join(' ')}`
        : `${entry.name} ${entry.test_ratio} ${entry.val_ratio} ${entry.random_seed}`,
    )
    expect(shown).toEqual([
      'split01_Tongji Tongji | train-val test-inner-01',
      'split02_Yunnan Yunnan | test-outer-02',
      'split03_Zhongnan Zhongnan | test-outer-03',
      'split04_HKU-SZH HKU-SZH | test-outer-04',
      'split05_External Yunnan Zhongnan HKU-SZH | test-outer-02 test-outer-03 test-outer-04',
      'split06_Whole Tongji Yunnan Zhongnan HKU-SZH | train-val test-inner-01 test-outer-02 test-outer-03 test-outer-04',
      'split07_Mix 0.3 0.2 0',
    ])
    expect(split.keep_sites).toEqual(['Tongji'])
  })

  test('index manifests as in the commands of the tutorial', () => {
    const names = splits.map(({ index }) => index.map(group => group.join('_')).join(' '))
    const all = 'train_val train val test'
    expect(names).toEqual([all, 'test', 'test', 'test', 'test', all, all])
  })
})

test('columns of info file and dataset manifest, and labels', () => {
  const profile = nmeProfile()
  expect(profile.info.map(({ name }) => name)).toEqual(['collection', 'subset', 'site', 'seq', 'pid'])
  expect(profile.dataset.columns.map(({ name }) => name)).toEqual([
    'site',
    'collection',
    'subset',
    'seq',
    'pid',
  ])
  expect(profile.dataset.columns.find(({ name }) => name === 'subset')?.from).toBe('partition')
  expect(defaultLabels(profile)).toEqual([
    { index: 0, name: 'background', shortForm: 'Bg' },
    { index: 1, name: 'non mass enhancement', shortForm: 'NME' },
  ])
})
