import { Command } from 'commander'
import { EXIT, UsageError } from '../../core/fault.ts'
import { workspaceOf } from '../../engine/provenance.ts'
import { type Receipt, receiptsOf } from '../../engine/receipt.ts'
import type { CommandContext } from '../context.ts'

export function statusCommand(context: CommandContext): Command {
  return new Command('status')
    .description('Show what is done and what failed under a root; reads receipts only.')
    .argument('[root]', 'the root, or any folder below it', '.')
    .option('--json', 'JSON lines for programs')
    .addHelpText('after', '\nExample:\n  voxmill status /data/NME-2025.8.25')
    .action((root: string, options: { json?: boolean }) => {
      const { console } = context.open(options)
      const workspace = workspaceOf(root)
      if (workspace === undefined)
        throw new UsageError(`no receipts lie under or above ${root}`, {
          remedy: 'Give the root of a data set that voxmill has worked on.',
          exitCode: EXIT.nothingToDo,
        })
      const steps = new Map<string, { done: number; failed: Receipt[]; findings: number; last: string }>()
      for (const receipt of receiptsOf(workspace)) {
        const entry = steps.get(receipt.step) ?? { done: 0, failed: [], findings: 0, last: '' }
        if (receipt.status === 'done') entry.done++
        else entry.failed.push(receipt)
        entry.findings += receipt.findings.length
        if (receipt.finished > entry.last) entry.last = receipt.finished
        steps.set(receipt.step, entry)
      }
      console.say(console.paint('bold', workspace.root))
      console.say(
        `${'step'.padEnd(30)} ${'done'.padStart(7)} ${'failed'.padStart(7)} ${'findings'.padStart(9)}  last`,
      )
      for (const [step, { done, failed, findings, last }] of [...steps].sort((a, b) =>
        a[1].last < b[1].last ? -1 : 1,
      )) {
        console.say(
          `${step.padEnd(30)} ${String(done).padStart(7)} ${String(failed.length).padStart(7)} ${String(findings).padStart(9)}  ${last}`,
        )
        console.emit({ event: 'step', step, done, failed: failed.length, findings, last })
      }
      for (const [step, { failed }] of steps)
        for (const receipt of failed) {
          console.say(
            `${console.paint('red', 'failed')} ${receipt.case} (${step}): ${receipt.fault?.message ?? ''}`,
          )
          console.emit({ event: 'failed', step, case: receipt.case, fault: receipt.fault })
        }
    })
}
