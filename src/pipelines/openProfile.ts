import path from 'node:path'
import { readCsv } from '../formats/table/csv.ts'
import { readWorkbook } from '../formats/table/readWorkbook.ts'
import { type LoadedProfile, loadProfile, requiredTables } from '../profiles/load.ts'
import type { Table } from '../profiles/tableJoin.ts'
import { tableFromJson } from '../profiles/tableJoin.ts'
import { existingFile } from '../storage/existingFile.ts'
import { namesIn, packageFolder } from '../storage/packageFolder.ts'
import { readWhole } from '../storage/readFile.ts'
import { readText } from '../storage/readText.ts'

export const DEFAULT_PROFILE = 'nme-2025.8.25'

/** A profile by the name of a shipped one or by path. @throws UsageError, ProfileError */
export async function openProfile(nameOrFile: string = DEFAULT_PROFILE): Promise<LoadedProfile> {
  const folder = path.join(packageFolder(), 'profiles')
  return loadProfile(nameOrFile, { folder, fileNames: namesIn(folder) }, file => {
    existingFile(file)
    return readText(file)
  })
}

/** Reads the tables that a profile joins, in its order. */
export async function readProfileTables(
  { profile, folder }: LoadedProfile,
  archive: string,
): Promise<Table[]> {
  const tables: Table[] = []
  for (const { file, relativeTo, format, sheet } of requiredTables(profile)) {
    const where = path.join(relativeTo === 'archive' ? archive : folder, file)
    existingFile(where)
    const { bytes } = await readWhole(where)
    if (format === 'xlsx') {
      const book = await readWorkbook(bytes, where)
      tables.push(await book.sheet(sheet ?? book.sheetNames[0]!))
    } else if (format === 'json') tables.push(tableFromJson(new TextDecoder().decode(bytes), where))
    else tables.push(readCsv(bytes, { source: where }))
  }
  return tables
}
