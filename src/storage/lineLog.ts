import fs from 'node:fs'
import path from 'node:path'
import { writeError } from './atomicWrite.ts'

/**
 * Adds one line to a file that other machines follow. The file is opened and closed each time: that is when a network
 * disk hands on what was written.
 *
 * @throws WriteError
 */
export function appendLine(file: string, line: string): void {
  try {
    fs.appendFileSync(file, `${line}\n`)
  } catch (error) {
    throw writeError(error, file)
  }
}

/** Reads a file of lines that grows elsewhere. */
export class LineFollower {
  readonly #file: string
  #offset = 0

  constructor(file: string) {
    this.#file = file
  }

  /** The lines that are whole and were not given before; none while the file is not there or cannot be read. */
  next(): string[] {
    let bytes: Buffer
    try {
      const descriptor = fs.openSync(this.#file, 'r')
      try {
        const size = fs.fstatSync(descriptor).size
        if (size <= this.#offset) return []
        bytes = Buffer.alloc(size - this.#offset)
        bytes = bytes.subarray(0, fs.readSync(descriptor, bytes, 0, bytes.length, this.#offset))
      } finally {
        fs.closeSync(descriptor)
      }
    } catch {
      return []
    }
    const end = bytes.lastIndexOf(0x0a) + 1
    this.#offset += end
    return bytes.subarray(0, end).toString('utf8').split('\n').slice(0, -1)
  }
}

/** The last bytes of a file as text; empty when it is not there. */
export function tailOf(file: string, bytes: number): string {
  try {
    const descriptor = fs.openSync(file, 'r')
    try {
      const { size } = fs.fstatSync(descriptor)
      const buffer = Buffer.alloc(Math.min(size, bytes))
      return buffer
        .subarray(0, fs.readSync(descriptor, buffer, 0, buffer.length, size - buffer.length))
        .toString('utf8')
    } finally {
      fs.closeSync(descriptor)
    }
  } catch {
    return ''
  }
}

/** Makes a folder that is not there yet. @throws WriteError also when it is there */
export function makeNewFolder(folder: string): void {
  try {
    fs.mkdirSync(path.dirname(folder), { recursive: true })
    fs.mkdirSync(folder)
  } catch (error) {
    throw writeError(error, folder)
  }
}
