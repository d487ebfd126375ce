import { type Finding, type FindingCode, finding } from '../core/finding.ts'
import { FINDING_CODES } from '../core/findingCodes.ts'
import { readWorkbook } from '../formats/table/readWorkbook.ts'
import type { Table } from '../formats/table/table.ts'
import type { Profile } from '../profiles/schema.ts'
import { FINDINGS_SHEET } from '../steps/findingsSheet.ts'
import { existingFile } from '../storage/existingFile.ts'
import { readWhole } from '../storage/readFile.ts'
import { manifestColumns } from './nmeSamples.ts'

async function openManifest(file: string) {
  existingFile(file)
  return readWorkbook((await readWhole(file)).bytes, file)
}

/** One worksheet of a workbook on disk. */
export async function readManifest(file: string, sheet: string): Promise<Table> {
  return (await openManifest(file)).sheet(sheet)
}

/** The rows of an archive manifest, and the files that its Findings say cannot be used. */
export async function readArchiveManifest(
  file: string,
  sheet: string,
  profile: Profile,
): Promise<{ manifest: Table; unusable: Finding[] }> {
  const book = await openManifest(file)
  // Of 100,000 samples, what the scan tells of each image is most of the worksheet.
  const manifest = await book.sheet(sheet, new Set(manifestColumns(profile)))
  // A manifest that a person has cut down to its main worksheet is as good.
  const unusable = book.sheetNames.includes(FINDINGS_SHEET)
    ? unusableFiles(await book.sheet(FINDINGS_SHEET))
    : []
  return { manifest, unusable }
}

/** Warnings of the scan that, told of an image, mean that there is no image. */
const NO_IMAGE: ReadonlySet<FindingCode> = new Set(['symlink-loop', 'file-not-regular'])

function unusableFiles(findings: Table): Finding[] {
  const [file, code, severity, message] = ['file_path', 'code', 'severity', 'message'].map(name =>
    findings.columns.indexOf(name),
  )
  const text = (row: Table['rows'][number], at: number | undefined) => String(row[at ?? -1] ?? '').trim()
  return findings.rows.flatMap(row => {
    const known = text(row, code) as FindingCode
    if (!(known in FINDING_CODES)) return []
    if (text(row, severity) !== 'error' && !NO_IMAGE.has(known)) return []
    return [finding(known, text(row, file), text(row, message), { severity: 'error' })]
  })
}
