import { rm } from 'node:fs/promises'
import { fileStamp } from './fileStamp.ts'
import { digestFile } from './readFile.ts'

/** Removes a file if its bytes still have the digest. @returns whether it was removed. */
export async function removeIfUnchanged(file: string, digest: string): Promise<boolean> {
  if (fileStamp(file) === undefined || (await digestFile(file).catch(() => '')) !== digest) return false
  await rm(file, { force: true })
  return true
}
