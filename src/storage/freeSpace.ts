import fs from 'node:fs'

/** Bytes that an ordinary user may still write on the file system of a folder. */
export function freeSpace(folder: string): number {
  const { bavail, bsize } = fs.statfsSync(folder)
  return bavail * bsize
}
