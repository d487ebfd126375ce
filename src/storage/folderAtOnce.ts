import { mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { writeError } from './atomicWrite.ts'

/**
 * Makes a folder that is there whole or not at all: `fill` gets the path of a folder beside it, which takes its name at
 * the end. What an interrupted attempt left is removed first.
 */
export async function makeFolderAtOnce(
  target: string,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  const draft = path.join(path.dirname(target), `.${path.basename(target)}.unfinished`)
  try {
    await rm(draft, { recursive: true, force: true })
    await mkdir(draft, { recursive: true })
    await fill(draft)
    await rename(draft, target)
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined)
    throw writeError(error, target)
  }
}
