import path from 'node:path'
import { Command } from 'commander'
import { UsageError } from '../../core/fault.ts'
import type { Job } from '../../engine/job.ts'
import { DATASET } from '../../engine/provenance.ts'
import { readWorkbookAhead } from '../../pipelines/readAhead.ts'
import { indexFileName, indexSheet } from '../../steps/share/splitSheet.ts'
import type { CommandContext } from '../context.ts'
import { findWorkspace } from '../findWorkspace.ts'
import { withRunFlags } from '../flags.ts'
import { type RunFlags, withRun } from '../withRun.ts'

interface Flags extends RunFlags {
  readonly manifest_file: string
  readonly split_name: string
  readonly output_index_manifest_dir: string
  readonly subsets: string[][]
  readonly sheet: string
  readonly workspace?: string
}

export function extractSplitIndexManifestCommand(context: CommandContext): Command {
  const command = new Command('extract-split-index-manifest')
    .description('Write the rows of some subsets of a split as workbooks of their own (routine 06).')
    .requiredOption('-m, --manifest_file <file>', 'dataset manifest (.xlsx)')
    .requiredOption('--split_name <name>', 'split, that is, its worksheet (also -spn)')
    .requiredOption('-o, --output_index_manifest_dir <dir>', 'folder for the index manifests')
    .requiredOption(
      '-s, --subsets <names>',
      'subsets of one index manifest, such as `train val`; repeat for more',
      (value: string, before: string[][] = []) => [...before, value.split(',').filter(s => s !== '')],
    )
    .option('--sheet <name>', 'main worksheet, by which the split is checked to be up to date', 'Manifest')
    .addHelpText(
      'after',
      '\nExample:\n  voxmill extract-split-index-manifest --manifest_file root_dir/grouped/dataset_manifest.xlsx --split_name split01_Tongji --output_index_manifest_dir root_dir/grouped/splits/split01_Tongji --subsets train val --subsets train --subsets val --subsets test',
    )
  return withRunFlags(command).action(async (flags: Flags) => {
    const file = path.resolve(flags.manifest_file)
    if (flags.subsets.some(group => group.length === 0))
      throw new UsageError('--subsets names no subset', {
        remedy: 'Name one or more, for example --subsets train val.',
      })
    const { book, ahead } = await readWorkbookAhead(file)
    const table = await book.sheet(flags.split_name)
    for (const group of flags.subsets) indexSheet(table, flags.split_name, group)
    const folder = path.resolve(flags.output_index_manifest_dir)
    const workspace = findWorkspace({
      asked: flags.workspace,
      input: path.dirname(file),
      outputFolder: folder,
    })
    const outputs = flags.subsets.map(group => indexFileName(flags.split_name, group))
    const job: Job = {
      step: 'extract-split-index-manifest',
      case: DATASET,
      part: flags.split_name,
      fields: {},
      params: { split: flags.split_name, subsets: flags.subsets, sheet: flags.sheet },
      inputs: { manifest: workspace.relative(file) },
      outputs: {
        indexes: Object.fromEntries(outputs.map(name => [name, workspace.relative(path.join(folder, name))])),
      },
      memory: 200e6,
      weight: 0,
      ...(flags.remake ? { remake: true } : {}),
    }
    const workbooks = outputs.map(name => path.join(folder, name))
    await withRun(
      context,
      flags,
      { workspace, writes: [workspace.relative(folder)], workbooks, ahead: ahead(workspace) },
      async run => {
        await run.stage('extract-split-index-manifest', [{ case: DATASET, jobs: [job] }])
        return { results: outputs.map(name => ({ what: 'index manifest', path: path.join(folder, name) })) }
      },
    )
  })
}
