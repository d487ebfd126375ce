import type { ArtifactKind } from '../core/artifact.ts'
import { putWorksheets } from '../formats/table/putWorksheets.ts'
import { readWorkbook, type Workbook } from '../formats/table/readWorkbook.ts'
import { type WorksheetSpec, writeWorkbook } from '../formats/table/writeWorkbook.ts'
import { writeAtomic } from '../storage/atomicWrite.ts'
import { existsSync } from '../storage/exists.ts'
import { checkOutputFile } from '../storage/outputFile.ts'
import { digestFile, readWhole } from '../storage/readFile.ts'

/** A workbook to read, or the worksheets to put into one. */
export type WorkbookContent = { readonly book: Workbook } | { readonly sheets: readonly WorksheetSpec[] }

/**
 * An .xlsx file. Writing adds the worksheets to the file that is there, in the place of those of the same name, and
 * leaves all else in it as it was.
 */
export const workbook: ArtifactKind<WorkbookContent> = {
  name: 'workbook',
  async read(file) {
    const { bytes, digest } = await readWhole(file)
    return { value: { book: await readWorkbook(bytes, file) }, digest }
  },
  digest: digestFile,
  async write(file, value) {
    if (!('sheets' in value)) throw new TypeError('a workbook that was read is not written back')
    checkOutputFile(file)
    const bytes = existsSync(file)
      ? await putWorksheets((await readWhole(file)).bytes, value.sheets, { source: file })
      : await writeWorkbook(value.sheets)
    return writeAtomic(file, [bytes])
  },
}
