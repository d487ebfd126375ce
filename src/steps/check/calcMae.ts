import { heldBackJson } from '../../artifacts/heldBackJson.ts'
import { textFile } from '../../artifacts/textFile.ts'
import { workbook } from '../../artifacts/workbook.ts'
import { defineStep, each, editable, one } from '../../engine/step.ts'
import type { Cell } from '../../formats/table/cell.ts'
import type { WorksheetSpec } from '../../formats/table/worksheetSpec.ts'
import type { MaeRecord } from './measureMae.ts'

const COLUMNS = ['suid', 'mae', 'mask_mae', 'ssim', 'psnr', 'reason'] as const
const TEXT_COLUMNS: readonly string[] = ['suid', 'reason']
/** With more cases, bars are too thin to be told apart. */
const MOST_BARS = 40

export const calcMae = defineStep({
  name: 'calc-mae',
  version: 1,
  summary: 'Lists how far each generated blood flow map is from the real one, the best case first.',
  per: 'dataset',
  params: z =>
    z.object({
      sheet: z.string().default('MAE').describe('Name of the worksheet.'),
      failed: z
        .array(z.object({ case: z.string(), reason: z.string() }))
        .default([])
        .describe('Cases without a measurement, and why; a row each, after the others.'),
    }),
  inputs: { records: each(heldBackJson<MaeRecord>(), 'analysis.record') },
  outputs: { csv: one(textFile, 'analysis.csv'), workbook: editable(workbook, 'analysis.workbook') },
  memory: () => 150e6,
  run({ records }, { sheet, failed }) {
    const measured = Object.values(records)
      .map(record => record())
      .toSorted((a, b) => rank(a) - rank(b) || byText(a.suid, b.suid))
    const rows: Cell[][] = [
      ...measured.map(r => [r.suid, r.mae, r.maskMae, r.ssim, r.psnr ?? Number.POSITIVE_INFINITY, r.reason]),
      ...failed
        .toSorted((a, b) => byText(a.case, b.case))
        .map(({ case: suid, reason }) => [suid, null, null, null, null, reason]),
    ]
    const table: WorksheetSpec = {
      name: sheet,
      columns: COLUMNS.map(name => ({ name, kind: TEXT_COLUMNS.includes(name) ? 'text' : 'number' })),
      rows,
      ...(measured.length === 0 ? {} : { chart: chartOf(measured) }),
    }
    return { csv: csvText(rows), workbook: { sheets: [table] } }
  },
})

/** Cases go by the error over the mask, those without one by that over all voxels. */
const rank = (r: MaeRecord): number => r.maskMae ?? r.mae

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function chartOf(measured: readonly MaeRecord[]): NonNullable<WorksheetSpec['chart']> {
  return {
    kind: measured.length > MOST_BARS ? 'line' : 'bar',
    title: 'Mean absolute error by case',
    categories: 'suid',
    series: measured.some(r => r.maskMae !== null) ? ['mask_mae', 'mae'] : ['mae'],
    valueTitle: 'mean absolute error',
    rows: measured.length,
  }
}

/** RFC 4180 with line feeds; an infinite ratio is `inf`, as Python reads and writes it. */
function csvText(rows: readonly (readonly Cell[])[]): string {
  const field = (cell: Cell): string => {
    if (cell === null) return ''
    if (typeof cell !== 'string') return cell === Number.POSITIVE_INFINITY ? 'inf' : String(cell)
    return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
  }
  return [COLUMNS, ...rows].map(row => `${row.map(field).join(',')}\n`).join('')
}
