import fs from 'node:fs'

export const existsSync = (file: string): boolean => fs.existsSync(file)

/** Whether this process may read a file or list a folder; that its disk can is not tried. */
export function isReadable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.R_OK)
    return true
  } catch {
    return false
  }
}
