import fs from 'node:fs'
import { readError } from './readFile.ts'

/** Text of a UTF-8 file. @throws DataError naming the file. */
export function readText(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (error) {
    throw readError(error, file)
  }
}
