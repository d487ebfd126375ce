import path from 'node:path'
import { Command } from 'commander'
import { EXIT, UsageError } from '../../core/fault.ts'
import { workspaceOf } from '../../engine/provenance.ts'
import { type Receipt, receiptsOf } from '../../engine/receipt.ts'
import { workspaceAt } from '../../engine/workspace.ts'
import { DATASETS_FILE } from '../../pipelines/datasetsFile.ts'
import { existsSync } from '../../storage/exists.ts'
import type { CommandContext } from '../context.ts'
import { printDatasets } from '../datasetsTable.ts'

interface StatusFlags {
  readonly json?: boolean
  readonly datasets?: string
  readonly pipeline?: string
  readonly watch?: boolean
}

export function statusCommand(context: CommandContext): Command {
  return new Command('status')
    .description('Show what is done and what failed under a root, or in each data set of a list.')
    .argument('[root]', `the root, or any folder below it; or a folder that holds a ${DATASETS_FILE}`, '.')
    .option('--datasets <file>', 'list of data sets: counts their stages by receipts and folders')
    .option('--pipeline <name|file>', 'pipeline file with the stages; that of the list, or cta2mbf')
    .option('--watch', 'follow what is under way, here or on a cluster, until nothing is')
    .option('--json', 'JSON lines for programs')
    .addHelpText(
      'after',
      `\nExamples:\n  voxmill status /data/NME-2025.8.25\n  voxmill status /data/NME-2025.8.25 --watch\n  voxmill status --datasets /data/medical/cardiac/cta2mbf/${DATASETS_FILE}`,
    )
    .action(async (root: string, options: StatusFlags) => {
      const { console } = context.open(options)
      const list = options.datasets ?? datasetsOf(root)
      if (list !== undefined) {
        printDatasets(console, list, options.pipeline)
        return
      }
      if (options.watch) {
        const { watchRoot } = await import('../onCluster.ts')
        await watchRoot(console, workspaceOf(root) ?? workspaceAt(root), context.signal)
      }
      const workspace = workspaceOf(root)
      if (workspace === undefined)
        throw new UsageError(`no receipts lie under or above ${root}`, {
          remedy: `Give the root of a data set that voxmill has worked on, or a list of data sets with --datasets.`,
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

/** The list of data sets in a folder that has no receipts of its own. */
function datasetsOf(root: string): string | undefined {
  const file = path.join(root, DATASETS_FILE)
  return existsSync(workspaceAt(root).state('receipts')) || !existsSync(file) ? undefined : file
}
