import { constants, copyFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { writeError } from './atomicWrite.ts'

/** Copies a file to `name.kept-N.ext` beside it, the first N that is free. @returns the path of the copy. */
export async function keepCopy(file: string): Promise<string> {
  const { dir, name, ext } = path.parse(file)
  for (let n = 1; ; n++) {
    const copy = path.join(dir, `${name}.kept-${n}${ext}`)
    try {
      await copyFile(file, copy, constants.COPYFILE_EXCL)
      return copy
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue
      await rm(copy, { force: true })
      throw writeError(error, copy)
    }
  }
}
