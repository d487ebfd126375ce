import path from 'node:path'
import { Command } from 'commander'
import { openProfile, readProfileTables } from '../../pipelines/openProfile.ts'
import { tryProfile } from '../../profiles/tryProfile.ts'
import { formatTryReport } from '../../profiles/tryReport.ts'
import { walk } from '../../storage/walk.ts'
import type { CommandContext } from '../context.ts'
import { existingFolder } from '../existingFolder.ts'

export function profileCommand(context: CommandContext): Command {
  return new Command('profile')
    .description('Check an archive profile, or try it on an archive.')
    .addCommand(
      new Command('check')
        .description('Check a profile; every problem is told with its line.')
        .argument('<profile>', 'file, or name of a built-in profile')
        .addHelpText('after', '\nExample:\n  voxmill profile check my-archive.yaml')
        .action(async (file: string) => {
          const { console } = context.open()
          const { profile } = await openProfile(file)
          console.say(
            `${file} is sound: profile ${profile.profile}, ${profile.files.length} kinds of file, ${profile.splits.length} splits`,
          )
        }),
    )
    .addCommand(
      new Command('try')
        .description(
          'Show what a profile makes of the files below a folder: what matches, what does not, and why.',
        )
        .argument('<profile>', 'file, or name of a built-in profile')
        .argument('<root>', 'folder of the archive')
        .addHelpText('after', '\nExample:\n  voxmill profile try nme-2025.8.25 /data/NME-2025.8.25/archive')
        .action(async (file: string, root: string) => {
          const { console } = context.open()
          existingFolder(root)
          const loaded = await openProfile(file)
          const tables = await readProfileTables(loaded, path.resolve(root))
          const paths = [...walk(root)].filter(f => f.kind === 'file').map(f => f.path)
          console.say(formatTryReport(tryProfile(loaded.profile, paths, tables)))
        }),
    )
}
