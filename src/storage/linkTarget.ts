import fs from 'node:fs'
import path from 'node:path'

/** Where a symbolic link leads, absolute, whether or not anything is there; undefined for what is no link. */
export function linkTarget(file: string): string | undefined {
  try {
    return path.resolve(path.dirname(file), fs.readlinkSync(file))
  } catch {
    return undefined
  }
}
