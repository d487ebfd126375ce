import fs from 'node:fs'
import path from 'node:path'
import { UsageError } from '../core/fault.ts'

/** A workbook is open in a spreadsheet program: one of the two would undo what the other writes. */
export class FileOpenElsewhereError extends UsageError {}

/** What lies beside a workbook that is open: the owner file of Excel, the lock file of LibreOffice. */
const LOCKS = [
  { program: 'Excel', name: (file: string) => `~$${file}` },
  { program: 'LibreOffice', name: (file: string) => `.~lock.${file}#` },
]

/**
 * Refuses a workbook to be written in whose place a folder or a device is, or that another program has open.
 *
 * @throws UsageError, FileOpenElsewhereError
 */
export function checkOutputFile(file: string): void {
  const there = fs.statSync(file, { throwIfNoEntry: false })
  if (there !== undefined && !there.isFile())
    throw new UsageError(`${file} is a ${there.isDirectory() ? 'folder' : 'device'}, not a file`, {
      remedy: 'Give the path of the file to write, or move what is there away.',
      where: file,
    })
  const { dir, base } = path.parse(file)
  for (const { program, name } of LOCKS) {
    const lock = path.join(dir, name(base))
    if (fs.existsSync(lock))
      throw new FileOpenElsewhereError(
        `${file} is open in ${program}: ${path.basename(lock)} lies beside it`,
        {
          remedy: `Close it there and run again. If no program has it open, remove ${lock}.`,
          where: file,
        },
      )
  }
}
