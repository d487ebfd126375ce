import { UsageError } from '../core/fault.ts'
import { nearestWord } from '../core/nearestWord.ts'
import { CHECKED_PROFILES } from './checkedProfiles.ts'
import type { Profile } from './schema.ts'

const PROFILE_FILE = /\.ya?ml$/i

/** The folder of profiles that ships with the program. */
export interface ShippedProfiles {
  readonly folder: string
  /** Names of the files in it. */
  readonly fileNames: readonly string[]
}

/** A loaded profile and the folder that tables with `relative_to: profile` are relative to. */
export interface LoadedProfile {
  readonly profile: Profile
  readonly file: string
  readonly folder: string
}

/** Names of the profiles in a folder's listing. */
export const builtinProfiles = (fileNames: Iterable<string>): string[] =>
  [...fileNames]
    .filter(name => PROFILE_FILE.test(name))
    .map(name => name.replace(PROFILE_FILE, ''))
    .sort()

/**
 * Loads a profile by the name of a shipped one, or by path: whatever ends in .yaml or .yml, or holds a slash. The parser
 * is loaded only for a text that was not checked when the program was built.
 *
 * @param readText reads a file; its faults go through
 * @throws UsageError for an unknown name, ProfileError for a file that is no profile
 */
export async function loadProfile(
  nameOrFile: string,
  shipped: ShippedProfiles,
  readText: (path: string) => string,
): Promise<LoadedProfile> {
  const file =
    PROFILE_FILE.test(nameOrFile) || /[/\\]/.test(nameOrFile) ? nameOrFile : shippedFile(nameOrFile, shipped)
  const folder = /^(.*)[/\\]/s.exec(file)?.[1] ?? '.'
  const text = readText(file)
  const profile =
    CHECKED_PROFILES.find(checked => checked.text === text)?.profile ??
    (await import('./parse.ts')).parseProfile(text, file)
  return { profile, file, folder: folder === '' ? '/' : folder }
}

function shippedFile(name: string, { folder, fileNames }: ShippedProfiles): string {
  const fileName = fileNames.find(file => PROFILE_FILE.test(file) && file.replace(PROFILE_FILE, '') === name)
  if (fileName !== undefined) return `${folder}/${fileName}`
  const names = builtinProfiles(fileNames)
  const near = nearestWord(name, names)
  throw new UsageError(`there is no profile named '${name}'`, {
    remedy: `${near ? `Did you mean '${near}'? ` : ''}Built-in profiles: ${names.join(', ') || 'none'}. A profile of your own is given by its path, for example ./${name}.yaml.`,
  })
}

/** A table that a profile needs: read it and give it to ArchiveMatcher at the same place of its list. */
export interface RequiredTable {
  readonly file: string
  readonly relativeTo: 'archive' | 'profile'
  readonly format: 'csv' | 'tsv' | 'xlsx' | 'json'
  /** Worksheet of an xlsx file; undefined means the first. */
  readonly sheet: string | undefined
}

export const requiredTables = ({ tables }: Profile): RequiredTable[] =>
  tables.map(({ file, relative_to: relativeTo, sheet }) => ({
    file,
    relativeTo,
    format: file.slice(file.lastIndexOf('.') + 1).toLowerCase() as RequiredTable['format'],
    sheet,
  }))
