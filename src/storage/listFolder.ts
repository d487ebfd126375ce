import fs from 'node:fs'
import path from 'node:path'

/** Names of the folders (and links to folders) in a folder and of all else in it, in code-unit order. */
export function listFolder(folder: string): { folders: string[]; files: string[] } {
  const folders: string[] = []
  const files: string[] = []
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const isFolder =
      entry.isDirectory() ||
      (entry.isSymbolicLink() &&
        fs.statSync(path.join(folder, entry.name), { throwIfNoEntry: false })?.isDirectory() === true)
    if (isFolder) folders.push(entry.name)
    else files.push(entry.name)
  }
  return { folders: folders.sort(), files: files.sort() }
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
