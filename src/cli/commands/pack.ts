import path from 'node:path'
import { Command } from 'commander'
import { UsageError } from '../../core/fault.ts'
import type { Job } from '../../engine/job.ts'
import { DATASET } from '../../engine/provenance.ts'
import { workspaceAt } from '../../engine/workspace.ts'
import { pack } from '../../steps/share/pack.ts'
import { listFolder } from '../../storage/listFolder.ts'
import type { CommandContext } from '../context.ts'
import { existingFolder } from '../existingFolder.ts'
import { collect, withRunFlagsAtRoot } from '../flags.ts'
import { type RunFlags, withRun } from '../withRun.ts'

interface Flags extends RunFlags {
  readonly root_dir: string
  readonly output_file: string
  readonly exclude: readonly string[]
}

export function packCommand(context: CommandContext): Command {
  const command = new Command('pack')
    .description('Pack stage folders into one .zip file, as `zip -r` would, and read it back.')
    .argument('<folder...>', 'folders below the root, such as 5.mbf_myocardium')
    .requiredOption('-r, --root_dir <dir>', 'root of the data set')
    .requiredOption('-o, --output_file <file>', 'archive to write (.zip)')
    .option(
      '-x, --exclude <pattern>',
      'leave out names that fit, such as *.json; may be repeated',
      collect,
      [],
    )
    .addHelpText(
      'after',
      `
Example:
  voxmill pack -r ROOT -o cta2mbf_inference_66.zip 6.inference_384x384x160_train 5.mbf_myocardium annotation

Paths in the archive are relative to the root. What is compressed already is stored as it is; receipts and unfinished
files are left out. The archive gets its name only after every member was read back from it.`,
    )
  return withRunFlagsAtRoot(command).action(async (folders: string[], flags: Flags) => {
    existingFolder(flags.root_dir)
    const workspace = workspaceAt(flags.root_dir)
    const output = path.resolve(flags.output_file)
    const named = folders.map(folder => workspace.relative(path.resolve(workspace.root, folder)))
    for (const folder of named) {
      if (folder.startsWith('../') || path.isAbsolute(folder))
        throw new UsageError(`${folder} lies outside the root ${workspace.root}`, {
          remedy: 'Name folders below the root; link one there that lies elsewhere.',
        })
      requireBelow(workspace.root, folder)
    }
    const job: Job = {
      step: pack.name,
      case: DATASET,
      part: path.basename(output),
      fields: {},
      params: { exclude: flags.exclude },
      inputs: { folders: Object.fromEntries(named.map(folder => [folder, folder])) },
      outputs: { archive: workspace.relative(output) },
      memory: pack.memory({ voxels: 0, inputBytes: 0 }),
      weight: 0,
      ...(flags.remake ? { remake: true } : {}),
    }
    const writes = [workspace.relative(path.dirname(output))]
    await withRun(context, flags, { workspace, writes }, async run => {
      const [outcome] = await run.stage('pack', [{ case: DATASET, jobs: [job] }])
      const made = outcome !== undefined && outcome.status !== 'failed'
      return { results: made ? [{ what: 'archive', path: output }] : [] }
    })
  })
}

function requireBelow(root: string, folder: string): void {
  try {
    existingFolder(path.join(root, folder))
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    throw new UsageError(error.message, {
      remedy: `The root holds the folders ${listFolder(root)
        .folders.filter(n => !n.startsWith('.'))
        .join(', ')}.`,
      where: folder,
    })
  }
}
