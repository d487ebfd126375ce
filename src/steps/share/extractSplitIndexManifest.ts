import { workbook } from '../../artifacts/workbook.ts'
import { defineStep, each, one } from '../../engine/step.ts'
import { indexFileName, indexSheet, outdatedSplit } from './splitSheet.ts'

export const extractSplitIndexManifest = defineStep({
  name: 'extract-split-index-manifest',
  version: 1,
  summary: 'Writes the rows of a split that are in some subsets as workbooks of their own.',
  per: 'dataset',
  params: z =>
    z.object({
      split: z.string().describe('Name of the split and of its worksheet.'),
      subsets: z.array(z.array(z.string()).min(1)).describe('Groups of subsets, one workbook each.'),
      sheet: z.string().describe('Main worksheet, by which the split is checked to be up to date.'),
    }),
  inputs: { manifest: one(workbook, 'grouped.manifest') },
  outputs: { indexes: each(workbook, 'grouped.index') },
  memory: () => 200e6,
  async run({ manifest }, { split, subsets, sheet }, context) {
    if (!('book' in manifest)) throw new TypeError('a workbook was handed over unread')
    const table = await manifest.book.sheet(split)
    if (manifest.book.sheetNames.includes(sheet))
      for (const f of outdatedSplit(table, await manifest.book.sheet(sheet), split)) context.report(f)
    // All are made before any is written: one subset without rows means that nothing is.
    return {
      indexes: Object.fromEntries(
        subsets.map(group => [indexFileName(split, group), { sheets: [indexSheet(table, split, group)] }]),
      ),
    }
  },
})
