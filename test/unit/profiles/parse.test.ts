import { describe, expect, test } from 'vitest'
import { parseProfile } from '../../../src/profiles/parse.ts'
import { ProfileError } from '../../../src/profiles/problem.ts'
import { profileText } from './archive.ts'

function problemsOf(text: string) {
  try {
    parseProfile(text, 'p.yaml')
  } catch (error) {
    if (error instanceof ProfileError) return error.problems
    throw error
  }
  return []
}

const shown = (text: string) =>
  problemsOf(text).map(
    ({ line, column, key, message, remedy }) => `${line}:${column} ${key} | ${message} | ${remedy}`,
  )

test('a profile with the keys that must be there gets defaults for the others', () => {
  const profile = parseProfile(profileText({ sample: "{ id: '{site}-{pid}' }" }), 'p.yaml')
  expect(profile.sample.key).toEqual(['site', 'pid'])
  expect(profile.dataset.columns).toEqual([
    { name: 'site', from: 'site' },
    { name: 'pid', from: 'pid' },
  ])
  expect(profile.layout).toEqual({
    folder: '{id}',
    volume: '{id}_volume.nii.gz',
    mask: '{id}_mask.nii.gz',
    info: '{id}_info.yaml',
    binary_mask: '{id}_mask_{index:02d}_{short_form}.nii.gz',
  })
  expect([profile.tables, profile.attributes, profile.splits]).toEqual([[], {}, []])
})

test('is plain data, so that it can be digested', () => {
  const profile = parseProfile(profileText(), 'p.yaml')
  expect(JSON.parse(JSON.stringify(profile))).toEqual(profile)
})

describe('text stays what is written', () => {
  test.each([
    ['0017', '0017'],
    ['6100000000000012345', '6100000000000012345'],
    ['1e3', '1e3'],
    ['0x10', '0x10'],
    ['1.0', '1.0'],
    ['12', '12'],
    ['yes', 'yes'],
    ['True', 'True'],
    ['true', 'true'],
    ["'007'", '007'],
    ['"Mu\\u0308ller"', 'Müller'],
  ])('%s', (written, text) => {
    const attributes = `{ centre: { from: site, map: { 0001: ${written}, 1: one } } }`
    const rule = parseProfile(profileText({ attributes }), 'p.yaml').attributes.centre
    expect(rule).toEqual({ from: 'site', map: { '0001': text, '1': 'one' } })
  })
})

describe('each problem has its place and a remedy', () => {
  const files = (more: string) => `\n  - { role: volume, path: '{site}/{pid}.nii.gz'${more} }`
  const sample = (id: string) => `\n  id: '${id}'`
  test.each<[string, Record<string, string | undefined>, string, string]>([
    [
      'unknown key',
      { sampel: '{}' },
      'sampel: {}',
      "sampel | the key 'sampel' is not known here | Did you mean 'sample'?",
    ],
    [
      'unknown key inside',
      { files: files(', wher: {}') },
      'wher: {}',
      "files[0].wher | the key 'wher' is not known here | Did you mean 'where'?",
    ],
    [
      'missing key',
      { info: undefined },
      'profile: small',
      "info | the key 'info' is missing | Fields of the info file of a sample, in order.",
    ],
    [
      'wrong kind',
      { sample: 'pid' },
      'pid',
      "sample | a mapping of keys to values is expected, not the text 'pid' | What one sample is: a volume and its masks.",
    ],
    [
      'wrong kind among two',
      { info: '[[site]]' },
      '[site]]',
      'info[0] | text or a mapping of keys to values is expected, not a list | An attribute under its own name, or {name, from} to give it another title.',
    ],
    [
      'value that is not among the known ones',
      { files: '[{ role: volum, path: x }]' },
      'volum, path',
      "files[0].role | 'volum' is not one of volume, mask; did you mean 'volume'? | What the files are: images (volume) or segmentations (mask).",
    ],
    ['other version', { format: '2' }, '2', "format | '2' is not 1 | Version of this language: 1."],
    [
      'attribute name',
      { attributes: "{ Site: 'x' }" },
      "Site: 'x'",
      "attributes.Site | 'Site' cannot be a key here | Name of an attribute: lower-case letters, digits and underscores, a letter first.",
    ],
    [
      'ratio',
      { splits: '[{ name: s, method: across-sites, test_ratio: 1.5, val_ratio: 0, random_seed: 0 }]' },
      '1.5',
      'splits[0].test_ratio | 1.5 is more than 1 | Share of the shuffled samples that goes to test.',
    ],
    [
      'split method',
      { splits: '[{ name: s, method: predefind }]' },
      'predefind',
      "splits[0].method | 'predefind' is not one of predefined, across-sites; did you mean 'predefined'? | Takes the subset that each sample has in the archive.",
    ],
    [
      'undefined placeholder',
      { sample: sample('{site}_{pdi}') },
      "'{site}_{pdi}'",
      "sample.id | the placeholder {pdi} is not known here | Did you mean 'pid'?",
    ],
    [
      'malformed template',
      { sample: sample('{site') },
      "'{site'",
      "sample.id | the template '{site' is not well formed: the brace at character 1 is never closed | Write a placeholder as {name} with lower-case letters, digits and underscores, a number filled with zeros as {index:02d}, and a brace itself as {{ or }}.",
    ],
    [
      'regular expression that does not compile',
      { placeholders: "{ pid: '[^_' }" },
      "'[^_'",
      'placeholders.pid | the regular expression does not compile: Invalid regular expression: /[^_/u: Unterminated character class | Correct it; a character with a meaning of its own, such as . ( ) [ + is written \\. \\( and so on.',
    ],
    [
      'regular expression that backtracks',
      { placeholders: "{ pid: '(\\w+)*' }" },
      "'(\\w+)*'",
      'placeholders.pid | a group with alternatives or repetitions inside is repeated, which can take exponential time | Write the group out, or repeat a character class such as [A-Z0-9]+ in its place.',
    ],
    [
      'pattern of no placeholder',
      { placeholders: "{ pdi: '\\d+' }" },
      'pdi: ',
      "placeholders.pdi | no path has the placeholder {pdi} | Did you mean 'pid'?",
    ],
    [
      'placeholders side by side',
      { files: "[{ role: volume, path: '{site}{pid}.nii' }]" },
      "'{site}{pid}.nii'",
      "files[0].path | nothing says where {site} ends and {pid} begins | Give 'site' a pattern under placeholders, or put a separator between the two.",
    ],
    [
      'absolute path',
      { files: "[{ role: volume, path: '/data/{site}/{pid}.nii' }]" },
      "'/data/",
      "files[0].path | '/data/{site}/{pid}.nii' is an absolute path | Write it relative to the root of the archive.",
    ],
    [
      'remap of a volume',
      { files: files(', remap: { 255: 1 }') },
      'remap: {',
      'files[0].remap | a volume has no remap | Delete the key, or set role: mask.',
    ],
    [
      'map without value',
      {
        placeholders: "{ site: 'A|B|C' }",
        attributes: '\n  centre:\n    from: site\n    map: { A: one }',
      },
      'map: { A',
      "attributes.centre.map | the map has no value for 'B', 'C', which site can be | Add them, or give 'otherwise'.",
    ],
    [
      'attribute used before it is known',
      { attributes: "{ a: '{b}', b: '{site}' }" },
      "'{b}'",
      'attributes.a | the placeholder {b} is not known here | Known here: site, pid. Placeholders of all paths, attributes of tables and derived attributes further up can be used.',
    ],
    [
      'attribute defined twice',
      { attributes: "{ site: '{pid}' }" },
      "site: '{pid}'",
      "attributes.site | the attribute 'site' has a value already | Choose another name, or delete one of the two.",
    ],
    [
      'where of an unknown attribute',
      { files: files(', where: { knd: [x] }') },
      '[x]',
      "files[0].where.knd | the attribute 'knd' is not known here | Known here: site, pid. Placeholders of all paths, attributes of tables and derived attributes further up can be used.",
    ],
    [
      'key without what the id has',
      { sample: "{ id: '{site}_{pid}', key: [pid] }" },
      '[pid]',
      "sample.key | 'site' stands in the id but not in the key, so that one sample could have two ids | Add 'site' to the key.",
    ],
    [
      'title that the workbook has',
      { manifest: '{ columns: [{ name: type, from: site }] }' },
      '{ name: type',
      "manifest.columns[0] | the workbook has a column 'type' of its own | Give it another title with {name, from}.",
    ],
    [
      'folder that does not tell samples apart',
      { layout: "{ folder: '{site}' }" },
      "'{site}'",
      'layout.folder | the folder does not tell the samples apart | Add {id} to it.',
    ],
    [
      'binary masks of one name',
      { layout: "{ binary_mask: '{id}.nii.gz' }" },
      "'{id}.nii.gz'",
      'layout.binary_mask | the name does not tell the labels apart | Add {index} or {short_form} to it.',
    ],
    [
      'files of one name',
      { layout: "{ mask: '{id}_volume.nii.gz' }" },
      "'{id}_volume.nii.gz'",
      "layout.mask | the file name '{id}_volume.nii.gz' appears twice | Give each another name, or delete one.",
    ],
    [
      'a colour that is none',
      { labels: '\n  - { index: 1, name: a, short_form: A, color: orange }' },
      'orange',
      "labels[0].color | 'orange' is not of the form that is wanted here | Colour in reports, pictures and the viewer: '#rrggbb' with the red, green and blue as two hexadecimal digits each, in quotes since # begins a comment.",
    ],
    [
      'labels that become one file',
      {
        labels:
          '\n  - { index: 1, name: a, short_form: Left Lung }\n  - { index: 2, name: b, short_form: left_lung }',
      },
      'left_lung',
      "labels[1].short_form | the short form 'left_lung' and 'Left_Lung' differ in case only | Give each another name, or delete one.",
    ],
    [
      'column of the data set that the folder does not tell',
      { info: '[pid]', dataset: '{ columns: [site] }' },
      'site]',
      "dataset.columns[0] | 'site' is neither in the info file nor in the folder of a sample, so that it is not known when the dataset manifest is made | Add it to info.",
    ],
    [
      'worksheet that Excel refuses',
      { split: '{ subset: site }', splits: "[{ name: 'a/b', method: predefined }]" },
      "'a/b'",
      "splits[0].name | 'a/b' cannot name a worksheet: Excel refuses the character / in the name of a worksheet | Choose another name.",
    ],
    [
      'splits of one name',
      {
        split: '{ subset: site }',
        splits: '\n  - { name: One, method: predefined }\n  - { name: one, method: predefined }',
      },
      'one,',
      "splits[1].name | the split 'one' and 'One' differ in case only | Give each another name, or delete one.",
    ],
    [
      'site that never occurs',
      {
        placeholders: "{ site: 'Yunnan|Tongji' }",
        split: '{ subset: pid, site: site, keep_sites: [Tongj] }',
      },
      'Tongj]',
      "split.keep_sites[0] | site is never 'Tongj' | Did you mean 'Tongji'?",
    ],
    [
      'subset that a random split does not have',
      {
        splits:
          '[{ name: s, method: across-sites, test_ratio: 0, val_ratio: 0, random_seed: 0, index: [[train, tst]] }]',
      },
      'tst]]',
      "splits[0].index[0][1] | no sample has the subset 'tst' | Subsets are train, val, test.",
    ],
    [
      'sites without their column',
      { split: '{ subset: site }', splits: '[{ name: s, method: predefined, sites: [x] }]' },
      'sites: [x]',
      'splits[0].sites | no column holds the site | Add site: COLUMN to split.',
    ],
    [
      'unknown column',
      { split: '{ subset: sit }' },
      'sit }',
      "split.subset | the dataset manifest has no column 'sit' | Did you mean 'site'?",
    ],
    [
      'table without key',
      { tables: '[{ file: a.csv, key: {}, attributes: { age: Age } }]' },
      '{}, attr',
      "tables[0].key | the table has no key column | Write the column and its value, for example PatientID: '{pid}'.",
    ],
    [
      'worksheet of a CSV file',
      { tables: "[{ file: a.csv, sheet: S, key: { P: '{pid}' }, attributes: { age: Age } }]" },
      'sheet: S',
      'tables[0].sheet | a.csv has no worksheets | Delete the key; only .xlsx files have them.',
    ],
    [
      'key of YAML twice',
      { sample: "{ id: '{pid}', id: '{site}' }" },
      "id: '{site}'",
      ' | Map keys must be unique | Keep one of the two keys.',
    ],
  ])('%s', (_, sections, pointsAt, expected) => {
    const lines = profileText(sections).split('\n')
    const found = problemsOf(lines.join('\n')).map(({ line, column, key, message, remedy }) => ({
      problem: `${key} | ${message} | ${remedy}`,
      at: lines[line - 1]!.slice(column - 1, column - 1 + pointsAt.length),
    }))
    expect(found).toContainEqual({ problem: expected, at: pointsAt })
  })
})

test('all problems are told at once, in the order of their lines', () => {
  const text = profileText({
    placeholders: "{ pid: '(a+)+' }",
    sample: "{ id: '{pdi}' }",
    info: '7',
    splits: '[{ name: History, method: predefined, tezt: 1 }]',
    labels: '[{ index: 1, name: a, short_form: X }, { index: 1, name: b, short_form: Y }]',
  })
  expect(problemsOf(text).map(({ line, key }) => `${line} ${key}`)).toEqual([
    '4 placeholders.pid',
    '7 info',
    '8 splits[0].tezt',
    '9 labels[1].index',
  ])
})

test('the message names the file, every place and every remedy', () => {
  let thrown: unknown
  try {
    parseProfile(profileText({ sampel: '{}' }), 'my profile.yaml')
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(ProfileError)
  const { message, remedy, where } = thrown as ProfileError
  expect(message).toBe(
    "the archive profile my profile.yaml has a problem\nmy profile.yaml:8:1: sampel: the key 'sampel' is not known here\n    Did you mean 'sample'?",
  )
  expect(remedy).toContain('my profile.yaml')
  expect(where).toBe('my profile.yaml')
})

describe('what is no profile at all', () => {
  test.each([
    ['', '1:1  | a mapping of keys to values is expected, not nothing'],
    ['- a', '1:1  | a mapping of keys to values is expected, not a list'],
    ['profile: [', 'Flow sequence in block collection must be sufficiently indented'],
    ['a: *b', '1:4  | nothing above is named &b, which *b stands for'],
  ])('%j', (text, expected) => {
    const found = shown(text)
    expect(found.length).toBeGreaterThan(0)
    expect(found.join('\n')).toContain(expected)
  })

  test('aliases cannot fill the memory', () => {
    const levels = ['a0: &a0 [x, x, x, x, x, x, x, x, x]']
    for (let level = 1; level < 9; level++)
      levels.push(
        `a${level}: &a${level} [${Array(9)
          .fill(`*a${level - 1}`)
          .join(', ')}]`,
      )
    expect(shown(levels.join('\n')).join()).toContain('more than 100 aliases')
  })
})

test('an alias stands for the value that it names, and problems inside point there', () => {
  const text = profileText({ manifest: '&same { columns: [site, pdi] }', dataset: '*same' })
  const keys = problemsOf(text).map(({ key, line }) => `${key} ${line}`)
  expect(keys).toContain('manifest.columns[1] 6')
  expect(keys).toContain('dataset.columns[1] 6')
})
