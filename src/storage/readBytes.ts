import fs from 'node:fs'
import { readError } from './readFile.ts'

/** A whole file at once. @throws DataError naming the file. */
export function readBytes(file: string): Uint8Array {
  try {
    return fs.readFileSync(file)
  } catch (error) {
    throw readError(error, file)
  }
}
