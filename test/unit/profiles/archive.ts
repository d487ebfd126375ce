import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ArchiveMatcher, type FileMatch, type MatchedFile } from '../../../src/profiles/match.ts'
import { parseProfile } from '../../../src/profiles/parse.ts'

export const repositoryFile = (path: string): string =>
  fileURLToPath(new URL(`../../../${path}`, import.meta.url))

export const readRepositoryFile = (path: string): string => readFileSync(repositoryFile(path), 'utf8')

export const nmeProfile = () => parseProfile(readRepositoryFile('profiles/nme-2025.8.25.yaml'), 'nme')

export const nmeMatcher = () => new ArchiveMatcher(nmeProfile())

/** The match as a matched file; anything else fails the test with the reason. */
export function matched(match: FileMatch): MatchedFile {
  if (match.status === 'matched') return match
  throw new Error(match.status === 'left-out' ? match.reason : match.message)
}

/** A small profile whose sections can be replaced by name; `undefined` takes a section out. */
export function profileText(sections: Readonly<Record<string, string | undefined>> = {}): string {
  const all: Record<string, string | undefined> = {
    profile: 'small',
    format: '1',
    files:
      "[{ role: volume, path: '{site}/{pid}.nii.gz' }, { role: mask, path: '{site}/{pid}_mask.nii.gz' }]",
    placeholders: "{ pid: '[^_]+' }",
    sample: "{ id: '{pid}', key: [site, pid] }",
    manifest: '{ columns: [site, pid] }',
    info: '[site, pid]',
    ...sections,
  }
  return Object.entries(all)
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${value}\n`]))
    .join('')
}

export const smallMatcher = (sections: Readonly<Record<string, string | undefined>> = {}) =>
  new ArchiveMatcher(parseProfile(profileText(sections), 'small.yaml'))
