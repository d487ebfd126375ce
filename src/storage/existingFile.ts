import fs from 'node:fs'
import { UsageError } from '../core/fault.ts'

/** @throws UsageError when a path that the user gave is not there. */
export function existingFile(file: string): void {
  if (!fs.existsSync(file))
    throw new UsageError(`${file} does not exist`, {
      remedy: 'Check the path; a relative one counts from the current folder.',
      where: file,
    })
}
