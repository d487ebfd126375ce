import path from 'node:path'
import { Command, Option } from 'commander'
import { UsageError } from '../../core/fault.ts'
import { workspaceAt } from '../../engine/workspace.ts'
import { NME_FOLDERS, NME_STEPS, type NmeStep, runNme } from '../../pipelines/nme.ts'
import type { GeometryPolicy } from '../../pipelines/nmeJobs.ts'
import { readLabels } from '../../pipelines/nmeLabels.ts'
import { existsSync } from '../../storage/exists.ts'
import type { CommandContext } from '../context.ts'
import { existingFolder } from '../existingFolder.ts'
import { shardOption, withProfileFlag, withRunFlagsAtRoot } from '../flags.ts'
import { openPlace } from '../placeOf.ts'
import { withSlurmFlags } from '../slurmFlags.ts'
import { type RunFlags, withRun } from '../withRun.ts'
import { geometryOption } from './confirmPairs.ts'
import { runCta2mbfCommand } from './runCta2mbf.ts'

export interface RunNmeFlags extends RunFlags {
  readonly root_dir: string
  readonly until?: NmeStep
  readonly on_geometry_mismatch: GeometryPolicy
  readonly profile?: string
}

export function runCommand(context: CommandContext): Command {
  return new Command('run')
    .description('Do a whole pipeline, from archive to data set.')
    .addCommand(runNmeCommand(context))
    .addCommand(runCta2mbfCommand(context))
}

/** @param collecting the command completes what shards have done, so it is none itself */
export function runNmeCommand(context: CommandContext, collecting = false): Command {
  const command = new Command('nme')
    .description('From a NIfTI archive with masks to index manifests.')
    .requiredOption('-r, --root_dir <dir>', 'root of the data set, with its archive in archive/')
    .addOption(new Option('--until <step>', 'stop after this step').choices(NME_STEPS))
    .addOption(geometryOption())
  if (!collecting) command.addOption(shardOption())
  command.addHelpText(
    'after',
    collecting
      ? COLLECT_EXAMPLES
      : `
Examples:
  voxmill run nme --root_dir /data/NME-2025.8.25 --until gen-archive-manifest   (then check the manifest)
  voxmill run nme --root_dir /data/NME-2025.8.25

It reads      ROOT/archive, and ROOT/${NME_FOLDERS.labelMap} where it is
and makes     ROOT/${NME_FOLDERS.archiveManifest}, ROOT/grouped, ROOT/${NME_FOLDERS.datasetManifest}, ROOT/${NME_FOLDERS.splits}
It can be stopped at any time and run again: what is finished is not done twice.`,
  )
  if (!collecting) withSlurmFlags(command)
  return withRunFlagsAtRoot(withProfileFlag(command)).action(async (flags: RunNmeFlags) => {
    await carryOutNme(context, flags)
  })
}

const COLLECT_EXAMPLES = `
Examples:
  voxmill run nme --root_dir ROOT --until gen-archive-manifest
  voxmill run nme --root_dir ROOT --shard 1/2   (and 2/2 beside it)
  voxmill collect nme --root_dir ROOT
Give the flags that the shards were given.`

/** Runs the nme pipeline on a root; the demo does the same on its own archive. */
export async function carryOutNme(context: CommandContext, flags: RunNmeFlags): Promise<void> {
  const root = path.resolve(flags.root_dir)
  const archive = path.join(root, NME_FOLDERS.archive)
  existingFolder(root)
  if (!existsSync(archive))
    throw new UsageError(`${root} has no folder ${NME_FOLDERS.archive}`, {
      remedy: `Put the archive into ${archive}, or link it there (ln -s), or use the single commands, which take any path.`,
    })
  const workspace = workspaceAt(root)
  const { place, matcher, tables } = await openPlace({
    profile: flags.profile,
    workspace,
    archive,
    grouped: path.join(root, NME_FOLDERS.grouped),
  })
  const labelMap = path.join(root, NME_FOLDERS.labelMap)
  const labels = await readLabels(existsSync(labelMap) ? labelMap : undefined, place.profile)
  await withRun(
    context,
    flags,
    { workspace, writes: [NME_FOLDERS.grouped, path.dirname(NME_FOLDERS.archiveManifest)] },
    async run => {
      const { findings, samples, results } = await runNme(run, place, matcher, tables, {
        labels,
        onGeometryMismatch: flags.on_geometry_mismatch,
        ...(flags.until === undefined ? {} : { until: flags.until }),
        remake: flags.remake ?? false,
        shard: flags.shard,
      })
      return {
        findings,
        results,
        nothing: samples === 0 ? `the archive ${archive} holds no sample that fits the profile` : undefined,
      }
    },
  )
}
