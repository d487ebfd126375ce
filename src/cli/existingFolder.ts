import path from 'node:path'
import { UsageError } from '../core/fault.ts'
import { existingFile } from '../storage/existingFile.ts'
import { existsSync } from '../storage/exists.ts'

/** @throws UsageError when it is not there or is a file. */
export function existingFolder(folder: string): void {
  existingFile(folder)
  if (!existsSync(`${folder}${path.sep}.`))
    throw new UsageError(`${folder} is a file, not a folder`, { remedy: 'Give the folder.', where: folder })
}
