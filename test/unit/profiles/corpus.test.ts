import { existsSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { requiredTables } from '../../../src/profiles/load.ts'
import { ArchiveMatcher, type FileMatch } from '../../../src/profiles/match.ts'
import { parseProfile } from '../../../src/profiles/parse.ts'
import { type Table, tableFromJson } from '../../../src/profiles/tableJoin.ts'
import { tryProfile } from '../../../src/profiles/tryProfile.ts'
import { readRepositoryFile, repositoryFile } from './archive.ts'

const CORPUS = 'test/corpus/profiles'

/** The corpus has no quoted cells. */
function plainCsv(text: string): Table {
  const [columns, ...rows] = text
    .trim()
    .split('\n')
    .map(line => line.split(','))
  return { columns: columns!, rows }
}

function outcome(matcher: ArchiveMatcher, match: FileMatch): object {
  if (match.status === 'left-out') return { leftOut: match.reason }
  if (match.status === 'unmatched') return { unmatched: match.message, remedy: match.remedy }
  const { role, maskName: mask, remap, sampleId: id, sampleKey: key, attributes } = match
  return {
    role,
    ...(mask === undefined ? {} : { mask }),
    ...(remap.size === 0 ? {} : { remap: [...remap] }),
    id,
    key,
    attributes,
    output: matcher.layout.outputPath(attributes, role),
    label: matcher.layout.outputPath(attributes, { index: 1, shortForm: 'left lung' }),
  }
}

const cases = readdirSync(repositoryFile(CORPUS))

test('the corpus is there', () => {
  expect(cases.length).toBeGreaterThanOrEqual(3)
})

describe.each(cases)('%s', name => {
  const file = (fileName: string) => `${CORPUS}/${name}/${fileName}`
  const profile = parseProfile(readRepositoryFile(file('profile.yaml')), file('profile.yaml'))
  const tables = requiredTables(profile).map(({ file: table, format }) => {
    const text = readRepositoryFile(file(table))
    return format === 'json' ? tableFromJson(text, table) : plainCsv(text)
  })
  const paths = readRepositoryFile(file('files.txt')).trimEnd().split('\n')
  const expected = JSON.parse(readRepositoryFile(file('expected.json'))) as {
    files: Record<string, object>
    samples: object
  }

  test('each file is what is expected of it', () => {
    const matcher = new ArchiveMatcher(profile, tables)
    const found = Object.fromEntries(paths.map(path => [path, outcome(matcher, matcher.match(path))]))
    expect(found).toEqual(expected.files)
  })

  test('the samples are those expected', () => {
    expect(tryProfile(profile, paths, tables).samples).toEqual(expected.samples)
  })

  test('is named after its folder, and an editor finds the schema from it', () => {
    expect(profile.profile).toBe(name)
    const line = /^# yaml-language-server: \$schema=(\S+)\n/.exec(readRepositoryFile(file('profile.yaml')))
    expect(existsSync(repositoryFile(`${CORPUS}/${name}/${line?.[1]}`))).toBe(true)
  })
})
