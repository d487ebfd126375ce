import path from 'node:path'
import { Command, Option } from 'commander'
import { leftOverSamples } from '../../pipelines/leftOver.ts'
import { confirmPairsJob, type GeometryPolicy, refusedPlan } from '../../pipelines/nmeJobs.ts'
import { samplesOfManifest } from '../../pipelines/nmeManifest.ts'
import type { CommandContext } from '../context.ts'
import { findWorkspace } from '../findWorkspace.ts'
import { withProfileFlag, withRunFlags } from '../flags.ts'
import { openPlace } from '../placeOf.ts'
import { type RunFlags, withRun } from '../withRun.ts'

interface Flags extends RunFlags {
  readonly root_dir: string
  readonly output_dir: string
  readonly archive_manifest: string
  readonly sheet: string
  readonly on_geometry_mismatch: GeometryPolicy
  readonly profile?: string
  readonly workspace?: string
}

export const geometryOption = () =>
  new Option('--on_geometry_mismatch <policy>', 'when a mask lies more than half a voxel beside its volume')
    .choices(['copy', 'resample', 'reject'])
    .default('copy')

export function confirmPairsCommand(context: CommandContext): Command {
  const command = new Command('confirm-pairs')
    .description(
      'Pair each volume with its mask and write both, corrected, into one folder a sample (routine 02).',
    )
    .requiredOption('-r, --root_dir <dir>', 'folder of the archive')
    .requiredOption('-o, --output_dir <dir>', 'folder for the samples')
    .requiredOption(
      '--archive_manifest <file>',
      'workbook of gen-archive-manifest, as checked by a person (also -am)',
    )
    .option('-s, --sheet <name>', 'worksheet of the manifest', 'Manifest')
    .addOption(geometryOption())
    .addHelpText(
      'after',
      '\nExample:\n  voxmill confirm-pairs --root_dir root_dir/archive --output_dir root_dir/grouped --archive_manifest root_dir/descriptor/archive_manifest.xlsx',
    )
  return withRunFlags(withProfileFlag(command)).action(async (flags: Flags) => {
    const workspace = findWorkspace({
      asked: flags.workspace,
      input: flags.root_dir,
      outputFolder: flags.output_dir,
    })
    const { place, matcher } = await openPlace({
      profile: flags.profile,
      workspace,
      archive: flags.root_dir,
      grouped: flags.output_dir,
    })
    const { samples, refused, findings } = await samplesOfManifest(
      flags.archive_manifest,
      flags.sheet,
      place.profile,
      matcher,
    )
    const leftOver = leftOverSamples(place, new Set([...samples, ...refused].map(s => s.folder)))
    await withRun(context, flags, { workspace, writes: [workspace.relative(place.grouped)] }, async run => {
      const options = { onGeometryMismatch: flags.on_geometry_mismatch, remake: flags.remake ?? false }
      await run.stage('confirm-pairs', [
        ...refused.map(refusedPlan),
        ...samples.map(s => ({ case: s.folder, jobs: [confirmPairsJob(place, s, options)] })),
      ])
      return {
        findings: [...findings, ...leftOver],
        results: [{ what: 'samples', path: place.grouped }],
        nothing:
          samples.length + refused.length === 0
            ? `the manifest ${path.basename(flags.archive_manifest)} names no sample`
            : undefined,
      }
    })
  })
}
