import fs from 'node:fs'
import path from 'node:path'

/** Bytes that an ordinary user may still write on the file system of a folder. */
export function freeSpace(folder: string): number {
  const { bavail, bsize } = fs.statfsSync(folder)
  return bavail * bsize
}

/** The file system that a path lies on, or would lie on, and the nearest folder above it that is there. */
export function diskOf(file: string): { disk: string; folder: string } {
  for (let folder = file; ; folder = path.dirname(folder)) {
    const stat = fs.statSync(folder, { throwIfNoEntry: false })
    if (stat?.isDirectory() || path.dirname(folder) === folder)
      return { disk: String(stat?.dev ?? ''), folder }
  }
}
