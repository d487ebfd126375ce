import { verdictLog } from '../../artifacts/verdictLog.ts'
import { workbook } from '../../artifacts/workbook.ts'
import { UsageError } from '../../core/fault.ts'
import { finding } from '../../core/finding.ts'
import { standingVerdicts } from '../../core/verdict.ts'
import { amended, defineStep, one } from '../../engine/step.ts'
import type { Workbook } from '../../formats/table/readWorkbook.ts'
import { sameSheetName } from '../../formats/table/sheetName.ts'
import { columnIndex } from '../../formats/table/table.ts'
import { rowVerdicts, unreadableLines, VERDICTS_SHEET } from './rowVerdicts.ts'

/** After the column of the id. */
const COLUMNS = ['case', 'verdict', 'verdict_comment', 'reviewer', 'verdict_at']

export const addVerdicts = defineStep({
  name: 'add-verdicts',
  version: 1,
  summary: 'Adds a worksheet with the verdict that stands for each sample to a workbook that lists samples.',
  per: 'dataset',
  params: z =>
    z.object({
      sheet: z.string().describe('Worksheet that lists the samples.'),
      id: z.string().describe('Its column of ids.'),
    }),
  inputs: { manifest: one(workbook, 'grouped.manifest'), verdicts: one(verdictLog, 'state.verdicts') },
  outputs: { manifest: amended(workbook, 'grouped.manifest') },
  memory: () => 200e6,
  async run({ manifest, verdicts }, { sheet, id }, context) {
    if (!('book' in manifest)) throw new TypeError('a workbook was handed over unread')
    await refuseForeignSheet(manifest.book, id)
    for (const f of unreadableLines(verdicts.unreadable, context.source('verdicts'))) context.report(f)
    const main = await manifest.book.sheet(sheet)
    const { byRow, unmatched } = rowVerdicts(main, id, standingVerdicts(verdicts.verdicts))
    for (const v of unmatched)
      context.report(finding('verdict-unmatched', v.case, `no row of the worksheet ${sheet} is of this case`))
    const idAt = columnIndex(main, id)
    const judged = byRow.flatMap((v, i) => (v === undefined ? [] : [{ id: main.rows[i]![idAt] ?? null, v }]))
    return {
      manifest: {
        sheets: [
          {
            name: VERDICTS_SHEET,
            columns: [id, ...COLUMNS].map(name => ({ name, kind: 'text' as const })),
            rows: [...judged, ...unmatched.map(v => ({ id: null, v }))].map(({ id, v }) => [
              id,
              v.case,
              v.verdict,
              v.comment,
              v.reviewer,
              v.at,
            ]),
          },
        ],
      },
    }
  },
})

/** @throws UsageError when a person has a worksheet of that name for something else: it would be replaced */
async function refuseForeignSheet(book: Workbook, id: string): Promise<void> {
  const there = book.sheetNames.find(name => sameSheetName(name, VERDICTS_SHEET))
  if (there === undefined) return
  const { columns, rows } = await book.sheet(there)
  const isOurs = [id, ...COLUMNS].every(name => columns.includes(name))
  if (isOurs || (columns.length === 0 && rows.length === 0)) return
  throw new UsageError(`the workbook has a worksheet ${there} that voxmill did not make`, {
    remedy: 'Give that worksheet another name, then run again.',
  })
}
