import { type Finding, type FindingCode, finding } from '../core/finding.ts'
import { FINDING_CODES } from '../core/findingCodes.ts'
import { readWorkbook } from '../formats/table/readWorkbook.ts'
import type { Table } from '../formats/table/table.ts'
import type { ArchiveMatcher } from '../profiles/match.ts'
import type { Profile } from '../profiles/schema.ts'
import { FINDINGS_SHEET } from '../steps/findingsSheet.ts'
import { existingFile } from '../storage/existingFile.ts'
import { readWhole } from '../storage/readFile.ts'
import { ManifestSamples, manifestColumns, type PlannedSamples } from './nmeSamples.ts'

async function openManifest(file: string) {
  existingFile(file)
  return readWorkbook((await readWhole(file)).bytes, file)
}

/** One worksheet of a workbook on disk. */
export async function readManifest(file: string, sheet: string): Promise<Table> {
  return (await openManifest(file)).sheet(sheet)
}

/** The samples that an archive manifest names; files that its Findings say cannot be used are taken into account. */
export async function samplesOfManifest(
  file: string,
  sheet: string,
  profile: Profile,
  matcher: ArchiveMatcher,
): Promise<PlannedSamples> {
  const book = await openManifest(file)
  // A manifest that a person has cut down to its main worksheet is as good.
  const unusable = book.sheetNames.includes(FINDINGS_SHEET)
    ? unusableFiles(await book.sheet(FINDINGS_SHEET))
    : []
  let samples: ManifestSamples | undefined
  // Of 100,000 samples, what the scan tells of each image is most of the worksheet, and is not held.
  await book.eachRow(sheet, new Set(manifestColumns(profile)), head => {
    const begun = new ManifestSamples(head, profile, matcher, unusable)
    samples = begun
    return (row, rowNumber) => begun.add(row, rowNumber)
  })
  return samples!.planned()
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
