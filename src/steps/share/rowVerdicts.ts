import { type Finding, finding } from '../../core/finding.ts'
import type { UnreadableLine, Verdict } from '../../core/verdict.ts'
import { textCell } from '../../formats/table/cell.ts'
import { columnIndex, type Table } from '../../formats/table/table.ts'

/** Name of the worksheet of verdicts. */
export const VERDICTS_SHEET = 'Verdicts'

/** Columns of a dataset manifest that say where the files of a sample lie: in the folder that is its case. */
const FILE_COLUMNS = ['volume', 'mask', 'info']

/**
 * The verdict on each row of a worksheet. A row belongs to the case in whose folder its files lie; one that names no
 * files to the case that has its id, or whose last folder has it, unless several have.
 *
 * @param standing by case, as receipts name it
 * @throws ColumnMissingError
 */
export function rowVerdicts(
  main: Table,
  idColumn: string,
  standing: ReadonlyMap<string, Verdict>,
): { byRow: (Verdict | undefined)[]; unmatched: Verdict[] } {
  const idAt = columnIndex(main, idColumn)
  const fileAt = FILE_COLUMNS.map(name => main.columns.indexOf(name)).filter(at => at >= 0)
  const byId = new Map<string, Verdict | 'several'>()
  for (const [name, verdict] of standing) {
    const id = name.slice(name.lastIndexOf('/') + 1)
    byId.set(id, byId.has(id) ? 'several' : verdict)
  }
  const unmatched = new Set(standing.values())
  const byRow = main.rows.map(row => {
    const text = (at: number) => textCell(row[at] ?? null).text.trim()
    const files = fileAt.map(text).filter(file => file !== '')
    const named = byId.get(text(idAt))
    const verdict =
      files.length > 0
        ? files
            .flatMap(foldersOf)
            .map(folder => standing.get(folder))
            .find(v => v !== undefined)
        : (standing.get(text(idAt)) ?? (named === 'several' ? undefined : named))
    if (verdict !== undefined) unmatched.delete(verdict)
    return verdict
  })
  return { byRow, unmatched: [...unmatched] }
}

/** The folders that a file lies in, the nearest first. */
function foldersOf(file: string): string[] {
  const parts = file.split('/').slice(0, -1)
  return parts.map((_, i) => parts.slice(0, parts.length - i).join('/'))
}

/**
 * What is to be told of lines that are no verdicts; not what is in them, which may be a part of a comment.
 *
 * @param where the file, for messages
 */
export const unreadableLines = (lines: readonly UnreadableLine[], where: string): Finding[] =>
  lines.map(({ line }) =>
    finding('verdict-unreadable', where, `line ${line} is no verdict`, { numbers: { line } }),
  )
