import path from 'node:path'
import { Command } from 'commander'
import { UsageError } from '../../core/fault.ts'
import { isComplete, voxelsOnDisk } from '../../pipelines/groupedFiles.ts'
import { binaryMaskJob } from '../../pipelines/nmeJobs.ts'
import { readLabels } from '../../pipelines/nmeLabels.ts'
import { samplesOfFolder } from '../../pipelines/nmeSamples.ts'
import type { CommandContext } from '../context.ts'
import { existingFolder } from '../existingFolder.ts'
import { findWorkspace } from '../findWorkspace.ts'
import { withProfileFlag, withRunFlags } from '../flags.ts'
import { openPlace } from '../placeOf.ts'
import { type RunFlags, withRun } from '../withRun.ts'

interface Flags extends RunFlags {
  readonly root_dir: string
  readonly label_explanation?: string
  readonly skip_existing?: boolean
  readonly profile?: string
  readonly workspace?: string
}

export function extractBinaryMasksCommand(context: CommandContext): Command {
  const command = new Command('extract-binary-masks')
    .description('Write one 0/1 mask a label beside each label map (routine 03).')
    .requiredOption('-r, --root_dir <dir>', 'folder of the samples, as confirm-pairs wrote it')
    .option('-e, --label_explanation <file>', "label_map.yaml; the profile's labels if not given")
    .option('--skip_existing', 'leave samples alone whose masks are complete and newer than their label map')
    .addHelpText(
      'after',
      '\nExample:\n  voxmill extract-binary-masks --root_dir root_dir/grouped --label_explanation root_dir/descriptor/label_map.yaml',
    )
  return withRunFlags(withProfileFlag(command)).action(async (flags: Flags) => {
    existingFolder(flags.root_dir)
    const workspace = findWorkspace({ asked: flags.workspace, outputFolder: flags.root_dir })
    const { place, matcher } = await openPlace({ profile: flags.profile, workspace, grouped: flags.root_dir })
    const labels = await readLabels(flags.label_explanation, place.profile)
    const samples = samplesOfFolder(place.grouped, matcher).filter(s => s.has.mask)
    const todo = flags.skip_existing ? samples.filter(s => !isComplete(place, s, labels)) : samples
    if (samples.length === 0)
      throw new UsageError(`no label map lies below ${flags.root_dir}`, {
        remedy: `Run confirm-pairs first, or give the folder that it wrote; the profile ${place.profile.profile} expects ${path.posix.join(place.profile.layout.folder, place.profile.layout.mask)}.`,
        exitCode: 3,
      })
    await withRun(context, flags, { workspace, writes: [workspace.relative(place.grouped)] }, async run => {
      const options = { remake: flags.remake ?? false }
      await run.stage(
        'extract-binary-masks',
        todo.map(found => {
          const s = { ...found, voxels: voxelsOnDisk(place, found) }
          return {
            case: s.folder,
            jobs: labels.map(label => binaryMaskJob(place, s, label, labels, options)),
          }
        }),
      )
      return {
        results: [
          { what: 'samples', path: place.grouped },
          ...(flags.skip_existing
            ? [{ what: `left alone: ${samples.length - todo.length}`, path: place.grouped }]
            : []),
        ],
      }
    })
  })
}
