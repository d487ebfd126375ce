import { describe, expect, test } from 'vitest'
import { groupedLayout, shortFormInNames } from '../../../src/profiles/layout.ts'
import { parseProfile } from '../../../src/profiles/parse.ts'
import { nmeProfile, profileText, readRepositoryFile } from './archive.ts'

const NME_FOLDER = 'HKU-SZH/test-outer-04/test/04A001_000123'
const NME_ATTRIBUTES = {
  site: 'HKU-SZH',
  collection: 'test-outer-04',
  partition: 'test',
  seq: '04A001',
  pid: '000123',
}

describe('groupedLayout of NME', () => {
  const layout = groupedLayout(nmeProfile())

  test.each([
    ['volume', '_volume.nii.gz'],
    ['mask', '_mask.nii.gz'],
    ['info', '_info.yaml'],
    [{ index: 1, shortForm: 'NME' }, '_mask_01_NME.nii.gz'],
    [{ index: 255, shortForm: 'left lung/apex' }, '_mask_255_left_lung_apex.nii.gz'],
  ] as const)('%j and back', (file, ending) => {
    const path = layout.outputPath(NME_ATTRIBUTES, file)
    expect(path).toBe(`${NME_FOLDER}/04A001_000123${ending}`)
    expect(layout.parse(path)).toEqual({
      id: '04A001_000123',
      folder: NME_FOLDER,
      attributes: NME_ATTRIBUTES,
      file:
        typeof file === 'string' ? file : { index: file.index, shortForm: shortFormInNames(file.shortForm) },
    })
  })

  test.each([
    ['dataset_manifest.xlsx'],
    ['splits/split01_Tongji/split01_Tongji_train.xlsx'],
    [`${NME_FOLDER}/04A002_000124_volume.nii.gz`],
    [`${NME_FOLDER}/04A001_000123_mask_1_NME.nii.gz`],
    [`${NME_FOLDER}/04A001_000123_mask_0x_NME.nii.gz`],
    [`${NME_FOLDER}/04A001_000123_mask_01_.nii.gz`],
    [`${NME_FOLDER}/04A001_000123_volume.nii.gz.tmp`],
    [`${NME_FOLDER}/old/04A001_000123_volume.nii.gz`],
    ['04A001_000123_volume.nii.gz'],
  ])('%s is no file of a sample', path => {
    expect(layout.parse(path)).toBeUndefined()
  })

  test('a pid that looks like the name of a mask is read right, since the folder names the sample', () => {
    const attributes = { ...NME_ATTRIBUTES, pid: '1_mask_01_NME' }
    expect(layout.parse(layout.outputPath(attributes, 'mask'))).toMatchObject({ file: 'mask', attributes })
  })

  test('names of another Unicode form are the same names', () => {
    const path = layout.outputPath({ ...NME_ATTRIBUTES, pid: 'Zoë' }, 'info')
    expect(layout.parse(path.normalize('NFD'))?.attributes.pid).toBe('Zoë')
  })
})

test('a layout without index in the names of binary masks', () => {
  const source = readRepositoryFile('test/corpus/profiles/multi-centre-ct/profile.yaml')
  const layout = groupedLayout(parseProfile(source, 'ct'))
  expect(layout.parse('Uppsala/Uppsala_0001-3/Uppsala_0001-3_Liver.nii.gz')).toMatchObject({
    attributes: { centre: 'Uppsala', exam: '0001-3' },
    file: { shortForm: 'Liver' },
  })
})

test('fixed text in the folder', () => {
  const layout = groupedLayout(parseProfile(profileText({ layout: "{ folder: 'cases/{site}/{id}' }" }), 'p'))
  expect(layout.sampleFolder({ site: 'a', pid: 'b' })).toBe('cases/a/b')
  expect(layout.parseFolder('cases/a/b')).toEqual({ site: 'a', pid: 'b' })
  expect(layout.parseFolder('other/a/b')).toBeUndefined()
})

test.each([
  ['left lung', 'left_lung'],
  ['a/b\\c\td', 'a_b_c_d'],
  ['Zoe\u0308', 'Zoë'],
  ['NME', 'NME'],
])('short form %j in names', (shortForm, name) => {
  expect(shortFormInNames(shortForm)).toBe(name)
})
