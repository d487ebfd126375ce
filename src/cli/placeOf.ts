import path from 'node:path'
import type { Workspace } from '../engine/workspace.ts'
import type { NmePlace } from '../pipelines/groupedFiles.ts'
import { openProfile, readProfileTables } from '../pipelines/openProfile.ts'
import { ArchiveMatcher } from '../profiles/match.ts'
import { existingFolder } from './existingFolder.ts'

/** A place with its profile loaded, and the matcher that knows the profile's tables where they are needed. */
export async function openPlace(options: {
  profile: string | undefined
  workspace: Workspace
  archive?: string
  grouped?: string
}): Promise<{
  place: NmePlace
  matcher: ArchiveMatcher
  tables: Awaited<ReturnType<typeof readProfileTables>>
}> {
  const loaded = await openProfile(options.profile)
  if (options.archive !== undefined) existingFolder(options.archive)
  const tables = options.archive === undefined ? [] : await readProfileTables(loaded, options.archive)
  // Without the archive only folders of samples are read back, for which tables are not needed.
  const profile = options.archive === undefined ? { ...loaded.profile, tables: [] } : loaded.profile
  const matcher = new ArchiveMatcher(profile, tables)
  const place: NmePlace = {
    workspace: options.workspace,
    archive: path.resolve(options.archive ?? options.workspace.root),
    grouped: path.resolve(options.grouped ?? options.workspace.root),
    profile: loaded.profile,
    layout: matcher.layout,
  }
  return { place, matcher, tables }
}
