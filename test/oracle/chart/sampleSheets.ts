import type { WorksheetSpec } from '../../../src/formats/table/worksheetSpec.ts'

/** The worksheets of charts.xlsx beside this file. */
export const SHEETS: readonly WorksheetSpec[] = (['bar', 'line'] as const).map(kind => ({
  name: `Doctor's ${kind}`,
  columns: [{ name: 'suid', kind: 'text' }, { name: 'mae' }, { name: 'mask_mae' }],
  rows: [
    ['950', 4, 9],
    ['951', 5, 11],
    ['952', null, null],
  ],
  chart: {
    kind,
    title: 'Errors',
    categories: 'suid',
    series: ['mask_mae', 'mae'],
    valueTitle: 'MAE',
    rows: 2,
  },
}))
