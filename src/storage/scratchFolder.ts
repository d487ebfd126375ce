import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { writeError } from './atomicWrite.ts'

/** A folder of the system for files that a child process reads or writes. */
export interface ScratchFolder {
  readonly path: string
  /** Writes a file into it. @throws WriteError */
  write(name: string, content: Uint8Array | string): void
  makeFolder(name: string): void
  /** The text of a file in it; undefined when there is none. */
  readIfThere(name: string): string | undefined
  remove(): void
}

/** Makes a folder in the system's folder for temporary files; it is there until it is removed. @throws WriteError */
export function scratchFolder(): ScratchFolder {
  const parent = os.tmpdir()
  let folder: string
  try {
    folder = fs.mkdtempSync(path.join(parent, 'voxmill-'))
  } catch (error) {
    throw writeError(error, parent)
  }
  const at = (name: string) => path.join(folder, name)
  return {
    path: folder,
    write(name, content) {
      try {
        fs.writeFileSync(at(name), content)
      } catch (error) {
        throw writeError(error, at(name))
      }
    },
    makeFolder: name => fs.mkdirSync(at(name)),
    readIfThere: name => (fs.existsSync(at(name)) ? fs.readFileSync(at(name), 'utf8') : undefined),
    remove: () => removeFolder(folder),
  }
}

/** Removes a folder with all that is in it, as far as the system allows. */
export function removeFolder(folder: string): void {
  fs.rmSync(folder, { recursive: true, force: true })
}
