import { verdictLog } from '../../artifacts/verdictLog.ts'
import { workbook } from '../../artifacts/workbook.ts'
import { standingVerdicts } from '../../core/verdict.ts'
import { amended, defineStep, one, optional } from '../../engine/step.ts'
import { unreadableLines } from './rowVerdicts.ts'
import { type SplitColumns, type SplitRule, splitSheet } from './splitSheet.ts'

/** A step that adds one split worksheet to the workbook that it reads; with verdicts, without what was rejected. */
export const splitStep = (name: string, summary: string) =>
  defineStep({
    name,
    version: 1,
    summary,
    per: 'dataset',
    params: z =>
      z.object({
        rule: z.custom<SplitRule>().describe('How rows are assigned to subsets.'),
        columns: z.custom<SplitColumns>().describe('Which columns of the main worksheet the rule goes by.'),
        sheet: z.string().describe('The main worksheet.'),
      }),
    inputs: {
      manifest: one(workbook, 'grouped.manifest'),
      verdicts: optional(verdictLog, 'state.verdicts'),
    },
    outputs: { manifest: amended(workbook, 'grouped.manifest') },
    memory: () => 200e6,
    async run({ manifest, verdicts }, { rule, columns, sheet }, context) {
      if (!('book' in manifest)) throw new TypeError('a workbook was handed over unread')
      for (const f of unreadableLines(verdicts?.unreadable ?? [], context.source('verdicts')))
        context.report(f)
      const { sheet: made, findings } = splitSheet(
        await manifest.book.sheet(sheet),
        rule,
        columns,
        standingVerdicts(verdicts?.verdicts ?? []),
      )
      for (const f of findings) context.report(f)
      return { manifest: { sheets: [made] } }
    },
  })
