import fs from 'node:fs'
import path from 'node:path'
import { isTemporaryName } from './atomicWrite.ts'
import { walk } from './walk.ts'

/** Removes what interrupted writes left anywhere below a folder. @returns how many files were removed. */
export function sweepTree(folder: string): number {
  if (!fs.existsSync(folder)) return 0
  return sweepNames(folder, walkedPaths(folder))
}

function* walkedPaths(folder: string): Generator<string> {
  for (const file of walk(folder)) yield file.path
}

/** Removes those of the files, by path relative to the folder, that an interrupted write left. */
export function sweepNames(folder: string, files: Iterable<string>): number {
  let removed = 0
  for (const file of files) {
    if (!isTemporaryName(path.posix.basename(file))) continue
    fs.rmSync(path.join(folder, file), { force: true })
    removed++
  }
  return removed
}
