import { type Finding, finding } from '../core/finding.ts'
import { folderName } from '../steps/ingest/folderName.ts'
import type { Annotation, AnnotationRow } from './annotationTable.ts'

/** The rows of a table by the folders of their patients. */
export interface PatientRows {
  readonly rows: ReadonlyMap<string, AnnotationRow>
  /** Patients whose rows contradict each other. */
  readonly refused: ReadonlyMap<string, readonly Finding[]>
  /** Of rows without a folder, and of folders without a row. */
  readonly findings: readonly Finding[]
}

/**
 * Finds the folder of each row. An id that differs from a folder in nothing but leading zeros, spaces, capitals or a
 * fraction `.0` finds it too, if it is the only one, and is told.
 *
 * @param source the table as the user knows it
 */
export function patientRows({ rows }: Annotation, folders: readonly string[], source: string): PatientRows {
  const byLooseId = new Map<string, string[]>()
  for (const folder of folders) {
    const id = looseId(folder)
    byLooseId.set(id, [...(byLooseId.get(id) ?? []), folder])
  }
  const known = new Set(folders)
  const placed = new Map<string, AnnotationRow>()
  const refused = new Map<string, Finding[]>()
  const findings: Finding[] = []
  for (const row of rows) {
    const where = `${source}, row ${row.row}`
    const problem = unusable(row)
    if (problem !== undefined) {
      findings.push(finding('annotation-row-unusable', source, `row ${row.row}: ${problem}`))
      continue
    }
    const exact = [row.pid, folderName(row.pid)].find(id => known.has(id))
    const loose = byLooseId.get(looseId(row.pid)) ?? []
    const folder = exact ?? (loose.length === 1 ? loose[0]! : undefined)
    if (folder === undefined) {
      findings.push(folderAbsent(row, loose, where))
      continue
    }
    if (exact === undefined)
      findings.push(
        finding(
          'patient-id-inexact',
          folder,
          `${where}, has the id ${row.pid}; the folder ${folder} was taken`,
        ),
      )
    const other = placed.get(folder)
    if (other === undefined) placed.set(folder, row)
    else if (!sameSeries(other, row))
      refused.set(folder, [
        finding(
          'annotation-row-unusable',
          folder,
          `rows ${other.row} and ${row.row} of ${source} name other series for the same patient`,
        ),
      ])
  }
  return { rows: placed, refused, findings }
}

function unusable({ pid, pidDamaged }: AnnotationRow): string | undefined {
  if (pid === '') return 'it names series but no patient'
  if (pidDamaged) return `the id was typed as a number, ${pid}, whose last digits are lost; write it as text`
  return undefined
}

const looseId = (id: string): string =>
  id
    .normalize('NFKC')
    .replace(/\s+/g, '')
    .toLowerCase()
    .replace(/^(\d+)\.0+$/, '$1')
    .replace(/^0+(?=.)/, '')

function folderAbsent({ pid, cells }: AnnotationRow, loose: readonly string[], where: string): Finding {
  const message =
    loose.length > 1
      ? `${where}: several folders could be meant by ${pid}: ${loose.join(', ')}`
      : `${where}: there is no folder of patient ${pid}`
  // A row with nothing but a word in the first column is rather a remark than a patient.
  const remark = Object.values(cells).every(list => list.length === 0)
  return finding('patient-folder-absent', pid, message, remark ? { severity: 'warning' } : {})
}

const sameSeries = (a: AnnotationRow, b: AnnotationRow): boolean =>
  Object.entries(a.cells).every(([modality, words]) => words.join() === b.cells[modality]?.join())
