import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { builtinProfiles, loadProfile, requiredTables } from '../../../src/profiles/load.ts'
import { ProfileError } from '../../../src/profiles/problem.ts'
import { profileText, repositoryFile } from './archive.ts'

const folder = repositoryFile('profiles')
const shipped = { folder, fileNames: readdirSync(folder) }
const readText = (path: string) => readFileSync(path, 'utf8')

describe('shipped profiles', () => {
  const names = builtinProfiles(shipped.fileNames)

  test('NME is among them, the schema is not', () => {
    expect(names).toContain('nme-2025.8.25')
    expect(names).not.toContain('profile.schema')
  })

  test.each(names)('%s bears the name of its file and begins with the line for editors', async name => {
    const { profile, file } = await loadProfile(name, shipped, readText)
    expect(profile.profile).toBe(name)
    expect(readText(file)).toMatch(/^# yaml-language-server: \$schema=\.\/profile\.schema\.json\n/)
  })
})

describe('loadProfile', () => {
  const read = (path: string) => (path === 'a b/my.yaml' ? profileText() : profileText({ info: undefined }))

  test('a path, with the folder that tables may be relative to', async () => {
    const loaded = await loadProfile('a b/my.yaml', shipped, read)
    expect(loaded).toMatchObject({ file: 'a b/my.yaml', folder: 'a b' })
  })

  test('a name that is none', async () => {
    await expect(loadProfile('nme-2025.8.52', shipped, read)).rejects.toMatchObject({
      message: expect.stringContaining("there is no profile named 'nme-2025.8.52'"),
      remedy: expect.stringContaining("Did you mean 'nme-2025.8.25'?"),
    })
  })

  test('a file with problems is named', async () => {
    await expect(loadProfile('other.yml', shipped, read)).rejects.toThrow(ProfileError)
    await expect(loadProfile('other.yml', shipped, read)).rejects.toThrow('other.yml:1:1')
  })
})

test('requiredTables tells what to read, and as what', async () => {
  const tables =
    "[{ file: meta/A.CSV, key: { P: '{pid}' }, attributes: { age: Age } }, { file: b.xlsx, sheet: S, relative_to: profile, key: { P: '{pid}' }, attributes: { sex: Sex } }]"
  const { profile } = await loadProfile('x.yaml', shipped, () => profileText({ tables }))
  expect(requiredTables(profile)).toEqual([
    { file: 'meta/A.CSV', relativeTo: 'archive', format: 'csv', sheet: undefined },
    { file: 'b.xlsx', relativeTo: 'profile', format: 'xlsx', sheet: 'S' },
  ])
})
