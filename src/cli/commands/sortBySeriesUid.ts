import path from 'node:path'
import { Command, Option } from 'commander'
import { SORT_BALANCE, type SortOptions } from '../../pipelines/sortJobs.ts'
import { sortStages } from '../../pipelines/sortStages.ts'
import type { CommandContext } from '../context.ts'
import { existingFolder } from '../existingFolder.ts'
import { findWorkspace } from '../findWorkspace.ts'
import { withRunFlags } from '../flags.ts'
import { tellBalance } from '../tellBalance.ts'
import { type RunFlags, withRun } from '../withRun.ts'

interface Flags extends RunFlags {
  readonly root_dir: readonly string[]
  readonly output_dir: string
  readonly pid_from: SortOptions['pidFrom']
  readonly link: SortOptions['link']
  readonly workspace?: string
}

export function sortBySeriesUidCommand(context: CommandContext): Command {
  const command = new Command('sort-by-series-uid')
    .description('Sort raw DICOM folders of any shape into one folder a patient and series; nothing is lost.')
    .requiredOption('-r, --root_dir <dir...>', 'raw folders, each with one folder a patient')
    .requiredOption('-o, --output_dir <dir>', 'folder for the sorted files')
    .addOption(
      new Option(
        '--pid_from <source>',
        'what names the patient: the folder below the raw folder, or PatientID',
      )
        .choices(['folder', 'PatientID'])
        .default('folder'),
    )
    .addOption(
      new Option('--link <kind>', 'link hard or symbolically in place of copying')
        .choices(['none', 'hard', 'sym'])
        .default('none'),
    )
    .addHelpText(
      'after',
      '\nExample:\n  voxmill sort-by-series-uid --root_dir CTP数据 CTA数据 --output_dir 0.ori_3\n\nEvery file is copied, a duplicate, or skipped with its reason: see sort_balance.xlsx in the output folder. Sources are only read.',
    )
  return withRunFlags(command).action(async (flags: Flags) => {
    const { console } = context.open(flags)
    const output = path.resolve(flags.output_dir)
    const roots = flags.root_dir.map(root => path.resolve(root))
    for (const root of roots) existingFolder(root)
    const workspace = findWorkspace({ asked: flags.workspace, input: roots[0]!, outputFolder: output })
    const options = { pidFrom: flags.pid_from, link: flags.link, remake: flags.remake ?? false }
    const workbooks = [path.join(output, SORT_BALANCE)]
    await withRun(
      context,
      flags,
      { workspace, writes: [workspace.relative(output)], workbooks },
      async run => {
        const { cases, balance, ...result } = await sortStages(run, { workspace, roots, output }, options)
        if (balance !== undefined) tellBalance(console, balance, flags.link)
        return { ...result, nothing: cases === 0 ? `no file lies below ${roots.join(', ')}` : undefined }
      },
    )
  })
}
