import path from 'node:path'
import { Command } from 'commander'
import { archiveManifestJob } from '../../pipelines/nmeJobs.ts'
import { readManifest } from '../../pipelines/nmeManifest.ts'
import type { CommandContext } from '../context.ts'
import { findWorkspace } from '../findWorkspace.ts'
import { withProfileFlag, withRunFlags } from '../flags.ts'
import { openPlace } from '../placeOf.ts'
import { type RunFlags, withRun } from '../withRun.ts'

interface Flags extends RunFlags {
  readonly root_dir: string
  readonly output_manifest_file: string
  readonly sheet: string
  readonly profile?: string
  readonly workspace?: string
}

export function genArchiveManifestCommand(context: CommandContext): Command {
  const command = new Command('gen-archive-manifest')
    .description('List every image of an archive with what its header says, for a check by eye (routine 01).')
    .requiredOption('-r, --root_dir <dir>', 'folder of the archive')
    .requiredOption('-o, --output_manifest_file <file>', 'workbook to write (.xlsx)')
    .option('-s, --sheet <name>', 'worksheet', 'Manifest')
    .addHelpText(
      'after',
      '\nExample:\n  voxmill gen-archive-manifest --root_dir root_dir/archive --output_manifest_file root_dir/descriptor/archive_manifest.xlsx\n\nFiles that do not fit are listed on the worksheet Findings; exit code 4 when some cannot be read.',
    )
  return withRunFlags(withProfileFlag(command)).action(async (flags: Flags) => {
    const output = path.resolve(flags.output_manifest_file)
    const workspace = findWorkspace({
      asked: flags.workspace,
      input: flags.root_dir,
      outputFolder: path.dirname(output),
    })
    const { place, tables } = await openPlace({ profile: flags.profile, workspace, archive: flags.root_dir })
    const options = { output, sheet: flags.sheet, tables, remake: flags.remake ?? false }
    const plan = archiveManifestJob(place, options)
    await withRun(
      context,
      flags,
      { workspace, writes: [workspace.relative(path.dirname(output))], workbooks: [output] },
      async run => {
        const [scan] = await run.stage('gen-archive-manifest', [plan])
        if (scan === undefined || scan.status === 'failed') return { results: [] }
        const { rows } = await readManifest(output, flags.sheet)
        return {
          results: [{ what: 'archive manifest', path: output }],
          nothing:
            rows.length === 0
              ? `the archive ${place.archive} holds no image that fits the profile`
              : undefined,
        }
      },
    )
  })
}
