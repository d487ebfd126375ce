import fs from 'node:fs'
import path from 'node:path'

/** Names of the folders (and links to folders) in a folder, in code-unit order, and whether it holds anything else. */
export function listFolder(folder: string): { folders: string[]; hasFiles: boolean } {
  const folders: string[] = []
  let hasFiles = false
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const isFolder =
      entry.isDirectory() ||
      (entry.isSymbolicLink() &&
        fs.statSync(path.join(folder, entry.name), { throwIfNoEntry: false })?.isDirectory() === true)
    if (isFolder) folders.push(entry.name)
    else hasFiles = true
  }
  return { folders: folders.sort(), hasFiles }
}

/** Where a path really is, as far as it exists. */
export function realPath(file: string): string {
  const absolute = path.resolve(file)
  try {
    return fs.realpathSync(absolute)
  } catch {
    const parent = path.dirname(absolute)
    return parent === absolute ? absolute : path.join(realPath(parent), path.basename(absolute))
  }
}

/** Size of a file in bytes; 0 when it is not there. */
export const sizeOf = (file: string): number => fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0
