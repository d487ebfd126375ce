import fs from 'node:fs'
import { rm } from 'node:fs/promises'
import { fileStamp } from './fileStamp.ts'
import { digestFile } from './readFile.ts'

/** Removes a file if its bytes still have the digest. @returns whether it was removed. */
export async function removeIfUnchanged(file: string, digest: string): Promise<boolean> {
  if (fileStamp(file) === undefined || (await digestFile(file).catch(() => '')) !== digest) return false
  await rm(file, { force: true })
  return true
}

/**
 * Removes a folder with all that is in it (of links only the links) if it still has the digest.
 *
 * @param digestOf the digest of a folder; may reject
 * @returns whether it was removed
 */
export async function removeFolderIfUnchanged(
  folder: string,
  digest: string,
  digestOf: (folder: string) => Promise<string>,
): Promise<boolean> {
  if ((await digestOf(folder).catch(() => '')) !== digest) return false
  await rm(folder, { recursive: true, force: true })
  return true
}

/** Removes files; one that is gone already is no fault. */
export async function removeFiles(files: readonly string[]): Promise<void> {
  for (const file of files) await rm(file, { force: true })
}

/** Removes a folder unless something is in it, or it is not there. */
export function removeEmptyFolder(folder: string): void {
  try {
    fs.rmdirSync(folder)
  } catch {
    // What is in it stays.
  }
}
