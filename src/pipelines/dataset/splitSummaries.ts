import type { SplitSummary } from '../../core/datasetDescription.ts'
import { textCell } from '../../formats/table/cell.ts'
import type { Workbook } from '../../formats/table/readWorkbook.ts'
import type { Table } from '../../formats/table/table.ts'

/** Columns of the manifest by which rows are told. */
export interface ManifestColumns {
  readonly id: string
  readonly patient: string | undefined
}

const FIRST_SUBSETS = ['train', 'val', 'test']

/** Finds the case of a row of the manifest: by its id, and where ids repeat by the paths of its files. */
export class CaseFinder {
  readonly #byId = new Map<string, string[]>()

  constructor(cases: Iterable<readonly [id: string, name: string]>) {
    for (const [id, name] of cases) {
      const others = this.#byId.get(id)
      if (others === undefined) this.#byId.set(id, [name])
      else others.push(name)
    }
  }

  caseOf(row: ReadonlyMap<string, string>, idColumn: string): string | undefined {
    const named = this.#byId.get(row.get(idColumn) ?? '')
    if (named === undefined || named.length === 1) return named?.[0]
    const files = ['volume', 'mask', 'info'].map(column => row.get(column) ?? '')
    return named.find(name => files.some(file => file.startsWith(`${name}/`)))
  }
}

/** The rows of a worksheet as text by title. */
export function* textRows({ columns, rows }: Table): Generator<ReadonlyMap<string, string>> {
  for (const row of rows)
    yield new Map(columns.map((name, at) => [name, textCell(row[at] ?? null).text.trim()]))
}

/**
 * The splits of a workbook: worksheets whose first column bears the worksheet's own name and tells the subset.
 * One that a person has broken is passed over.
 */
export async function splitSummaries(
  book: Workbook,
  columns: ManifestColumns,
  finder: CaseFinder,
): Promise<SplitSummary[]> {
  const found: SplitSummary[] = []
  for (const name of book.sheetNames) {
    const sheet = await book.sheet(name)
    if (sheet.columns[0] === name && sheet.columns.includes(columns.id))
      found.push(splitSummary(sheet, columns, finder))
  }
  return found
}

function splitSummary(sheet: Table, columns: ManifestColumns, finder: CaseFinder): SplitSummary {
  const subsetOf = new Map<string, string>()
  const byPatient = new Map<string, { case: string; subset: string }[]>()
  for (const row of textRows(sheet)) {
    const name = finder.caseOf(row, columns.id)
    const subset = row.get(sheet.name) ?? ''
    if (name === undefined || subset === '') continue
    subsetOf.set(name, subset)
    const patient = columns.patient === undefined ? '' : (row.get(columns.patient) ?? '')
    if (patient === '') continue
    const cases = byPatient.get(patient)
    if (cases === undefined) byPatient.set(patient, [{ case: name, subset }])
    else cases.push({ case: name, subset })
  }
  const present = new Set(subsetOf.values())
  return {
    name: sheet.name,
    subsets: [
      ...FIRST_SUBSETS.filter(s => present.has(s)),
      ...[...present].filter(s => !FIRST_SUBSETS.includes(s)),
    ],
    subsetOf: Object.fromEntries(subsetOf),
    onBothSides: [...byPatient]
      .filter(([, cases]) => new Set(cases.map(c => c.subset)).size > 1)
      .map(([patient, cases]) => ({ patient, cases })),
  }
}
