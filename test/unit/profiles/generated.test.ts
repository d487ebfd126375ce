import { describe, expect, test } from 'vitest'
import { profileReference } from '../../../scripts/profileReference.ts'
import { profileJsonSchema } from '../../../src/profiles/jsonSchema.ts'
import { parseProfile } from '../../../src/profiles/parse.ts'
import { readRepositoryFile } from './archive.ts'

describe('generated files are up to date (node scripts/generate-profile-schema.mjs makes them)', () => {
  test('the JSON Schema', () => {
    expect(JSON.parse(readRepositoryFile('profiles/profile.schema.json'))).toEqual(profileJsonSchema())
  })

  test('the reference page', () => {
    expect(readRepositoryFile('docs/reference/profile.md')).toBe(profileReference(profileJsonSchema()))
  })
})

test('every key of the schema has a description', () => {
  const missing: string[] = []
  const visit = (node: unknown, path: string) => {
    if (typeof node !== 'object' || node === null) return
    const { properties } = node as { properties?: Record<string, { description?: string; const?: unknown }> }
    for (const [name, key] of Object.entries(properties ?? {}))
      if (!key.description) missing.push(`${path}.${name}`)
    for (const [name, inner] of Object.entries(node)) visit(inner, `${path}.${name}`)
  }
  visit(profileJsonSchema(), '')
  expect(missing).toEqual([])
})

test('the fragments of the how-to make the profile of the corpus', () => {
  const page = readRepositoryFile('docs/how-to/new-archive.md')
  const fragments = [...page.matchAll(/```yaml\n([^`]*)```/g)].map(([, fragment]) => fragment!)
  expect(fragments.length).toBeGreaterThan(5)
  const corpus = readRepositoryFile('test/corpus/profiles/dce-mri/profile.yaml')
  expect(parseProfile(fragments.join(''), 'how-to')).toEqual(parseProfile(corpus, 'corpus'))
})
