import { workbook } from '../artifacts/workbook.ts'
import type { ReadAhead } from '../engine/handOver.ts'
import type { Workspace } from '../engine/workspace.ts'
import type { Workbook } from '../formats/table/readWorkbook.ts'
import type { Table } from '../formats/table/table.ts'
import { existingFile } from '../storage/existingFile.ts'
import { fileStamp } from '../storage/fileStamp.ts'

/**
 * Opens a workbook for a command that looks into it before it plans its job. The job is handed what was read, worksheets
 * included.
 */
export async function readWorkbookAhead(
  file: string,
): Promise<{ book: Workbook; ahead(workspace: Workspace): ReadAhead[] }> {
  existingFile(file)
  const stamp = fileStamp(file)
  const { value, digest } = await workbook.read(file)
  if (!('book' in value)) throw new TypeError('a workbook was read without its worksheets')
  const book = parsedOnce(value.book)
  return {
    book,
    ahead: workspace =>
      stamp === undefined
        ? []
        : [{ path: workspace.relative(file), kind: workbook.name, value: { book }, digest, stamp }],
  }
}

function parsedOnce(book: Workbook): Workbook {
  const tables = new Map<string, Promise<Table>>()
  return {
    ...book,
    sheet(name) {
      const table = tables.get(name) ?? book.sheet(name)
      tables.set(name, table)
      return table
    },
  }
}
