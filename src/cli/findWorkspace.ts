import os from 'node:os'
import path from 'node:path'
import { STATE_FOLDER, type Workspace, workspaceAt } from '../engine/workspace.ts'
import { existsSync } from '../storage/exists.ts'

/** Folders that belong to no data set, so that none may keep its receipts there. */
const SHARED_FOLDERS: ReadonlySet<string> = new Set([
  os.tmpdir(),
  os.homedir(),
  path.parse(process.cwd()).root,
])

/** How far above its output folder a data set's root may lie: root/grouped/splits/split01. */
const MOST_LEVELS = 3

/**
 * Where the receipts of a command go: the folder asked for; else the nearest folder, few levels above the output at
 * most, that has some; else the folder that holds both input and output side by side; else the output folder itself.
 */
export function findWorkspace(options: {
  asked?: string | undefined
  input?: string
  outputFolder: string
}): Workspace {
  const { asked, input, outputFolder } = options
  if (asked !== undefined) return workspaceAt(asked)
  const output = path.resolve(outputFolder)
  for (let folder = output, level = 0; level <= MOST_LEVELS; folder = path.dirname(folder), level++) {
    if (SHARED_FOLDERS.has(folder)) break
    if (existsSync(path.join(folder, STATE_FOLDER))) return workspaceAt(folder)
  }
  if (input !== undefined) {
    const parent = path.dirname(path.resolve(input))
    const holdsBoth = output === parent || output.startsWith(parent + path.sep)
    if (holdsBoth && !SHARED_FOLDERS.has(parent)) return workspaceAt(parent)
  }
  return workspaceAt(output)
}
