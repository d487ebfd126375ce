import { describe, expect, test } from 'vitest'
import { parseProfile } from '../../../src/profiles/parse.ts'
import { tryProfile } from '../../../src/profiles/tryProfile.ts'
import { formatTryReport } from '../../../src/profiles/tryReport.ts'
import { nmeProfile, profileText } from './archive.ts'

const NME = 'NME-Seg-2025.8.25'

describe('tryProfile', () => {
  const paths = [
    `${NME}-train-val/imagesTr/NME-Seg_01A001.001.nii.gz`,
    `${NME}-train-val/labelsVd/NME-Seg_01A001.001.nii.gz`,
    `${NME}-train-val/imagesTr/NME-Seg_01A002.002.nii.gz`,
    `${NME}-train-val/imagesVd/NME-Seg_01A002.002.nii.gz`,
    `${NME}-test-outer-02/imagesTs/NME-Seg_01A002.002.nii.gz`,
    `${NME}-train-val/imagesTr/README.txt`,
    `${NME}-train-val/imagesTr/README.md`,
  ]
  const report = tryProfile(nmeProfile(), paths)

  test('counts', () => {
    expect(report.files).toBe(7)
    expect(report.patterns.map(({ role, count }) => [role, count])).toEqual([
      ['volume', 4],
      ['mask', 1],
    ])
    expect(report.patterns[0]!.examples).toEqual([paths[0], paths[2], paths[3]])
    expect(report.attributes.find(({ name }) => name === 'site')).toEqual({
      name: 'site',
      distinct: 2,
      values: [
        ['Tongji', 4],
        ['Yunnan', 1],
      ],
    })
  })

  test('files that do not fit are grouped by reason', () => {
    expect(report.unmatched).toHaveLength(1)
    expect(report.unmatched[0]).toMatchObject({ count: 2, examples: paths.slice(5) })
  })

  test('two volumes of one sample, and one id in two collections', () => {
    expect(report.repeats).toEqual([
      { sampleId: '01A002_002', paths: [paths[2], paths[3]] },
      { sampleId: '01A002_002', paths: [paths[2], paths[3], paths[4]] },
    ])
  })

  test('files of one sample that go to different folders', () => {
    expect(report.conflicts).toEqual([
      {
        sampleId: '01A001_001',
        attribute: 'partition',
        values: ['train', 'val'],
        paths: [paths[0], paths[1]],
      },
      {
        sampleId: '01A002_002',
        attribute: 'partition',
        values: ['train', 'val'],
        paths: [paths[2], paths[3]],
      },
    ])
  })

  test('attributes with very many values are not listed', () => {
    function* many() {
      for (let n = 0; n < 1500; n++) yield `A/${n}.nii.gz`
    }
    const { attributes } = tryProfile(parseProfile(profileText(), 'p'), many())
    expect(attributes).toEqual([
      { name: 'site', distinct: 1, values: [['A', 1500]] },
      { name: 'pid', distinct: 'many', values: [] },
    ])
  })
})

test('formatTryReport is aligned, and says what to do', () => {
  const profile = parseProfile(profileText(), 'p')
  const paths = ['A/1.nii.gz', 'A/1_mask.nii.gz', 'Uppsala/22.nii.gz', 'A/b/1.nii.gz', 'A/1.NII.GZ']
  expect(formatTryReport(tryProfile(profile, paths))).toBe(
    `Profile small: 3 of 5 files fit
  volume  2  {site}/{pid}.nii.gz
       A/1.nii.gz
       Uppsala/22.nii.gz
  mask    1  {site}/{pid}_mask.nii.gz
       A/1_mask.nii.gz

Attributes
  site  2 values  A ×2, Uppsala ×1
  pid   2 values  1 ×2, 22 ×1

Not fitting the profile
  1  level 2 does not fit '{pid}.nii.gz'
       nearest pattern: {site}/{pid}.nii.gz
       first file: level 2 'b' does not fit '{pid}.nii.gz': '.nii.gz' is missing at its beginning; besides, the path has 3 levels of folders and file, the pattern '{site}/{pid}.nii.gz' has 2
       remedy: Rename or move the file, or add an entry for such files to the profile.
       A/b/1.nii.gz
  1  file name does not fit '{pid}.nii.gz'
       nearest pattern: {site}/{pid}.nii.gz
       first file: file name '1.NII.GZ' does not fit '{pid}.nii.gz': '.nii.gz' differs in upper and lower case only
       remedy: Rename or move the file, or add an entry for such files to the profile.
       A/1.NII.GZ

Samples
  complete             1  1
  volume without mask  1  22
  mask without volume  0
`,
  )
})

test('a report of nothing is still a report', () => {
  expect(formatTryReport(tryProfile(parseProfile(profileText(), 'p'), []))).toContain('0 of 0 files fit')
})
