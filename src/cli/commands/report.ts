import path from 'node:path'
import { Command } from 'commander'
import { EXIT, UsageError } from '../../core/fault.ts'
import { formatBytes } from '../../core/formatBytes.ts'
import { workspaceOf } from '../../engine/provenance.ts'
import { describePlans } from '../../pipelines/describePlans.ts'
import { makeReport } from '../../pipelines/report/makeReport.ts'
import { checkOutputFile } from '../../storage/outputFile.ts'
import type { CommandContext } from '../context.ts'
import { existingFolder } from '../existingFolder.ts'
import { withRunFlagsAtRoot } from '../flags.ts'
import { type RunFlags, withRun } from '../withRun.ts'

interface Flags extends RunFlags {
  readonly output_file?: string
  readonly pages?: boolean
}

export function reportCommand(context: CommandContext): Command {
  const command = new Command('report')
    .description('Write what there is to see of a data set as one HTML page, to look at and to send.')
    .argument('<root>', 'root of a data set')
    .option('-o, --output_file <file>', 'the page to write; ROOT/report.html if not given')
    .option('--pages', 'put the pictures into a folder beside the page, whatever it weighs')
    .addHelpText(
      'after',
      `
Examples:
  voxmill report /data/NME-2025.8.25
  voxmill report ROOT -o overview.html
  voxmill report ROOT --pages        (report.html with report_files/ beside it)

What is not yet measured and drawn of the samples is done first; after that a report takes seconds. The page has
everything in it and loads nothing: open it from the disk, send it, print it. One that would exceed 60 MB has its
pictures in a folder beside it. The same data set makes the same bytes. See docs/how-to/report.md.`,
    )
  return withRunFlagsAtRoot(command).action(async (root: string, flags: Flags) => {
    existingFolder(root)
    const workspace = workspaceOf(root)
    if (workspace === undefined)
      throw new UsageError(`no receipts lie under or above ${root}`, {
        remedy:
          'Give the root of a data set that voxmill has worked on, for example that of `voxmill run nme`.',
        exitCode: EXIT.nothingToDo,
      })
    const output = path.resolve(flags.output_file ?? path.join(workspace.root, 'report.html'))
    checkOutputFile(output)
    const plans = await describePlans(workspace)
    const { console } = context.open(flags)
    await withRun(context, flags, { workspace, writes: [] }, async run => {
      if (plans.length > 0) await run.stage('describe', plans)
      if (run.dry || run.stopped) return { results: [] }
      const made = await makeReport(workspace, { output, beside: flags.pages ?? false })
      console.emit({
        event: 'report',
        path: made.file,
        bytes: made.bytes,
        cases: made.cases,
        pictures: made.pictures,
        ...(made.folder === undefined
          ? {}
          : { pictures_folder: made.folder.path, pictures_bytes: made.folder.bytes }),
      })
      return {
        results: [
          { what: `report (${formatBytes(made.bytes)})`, path: made.file },
          ...(made.folder === undefined
            ? []
            : [{ what: `its pictures (${formatBytes(made.folder.bytes)})`, path: made.folder.path }]),
        ],
      }
    })
  })
}
