import path from 'node:path'
import { Command, Option } from 'commander'
import { isFolderStep, type PipelineStep } from '../../pipelines/pipelineSteps.ts'
import { runSteps } from '../../pipelines/runPipeline.ts'
import type { CommandContext } from '../context.ts'
import { parseCount, shardOption } from '../flags.ts'
import { carryOutPipeline, type PipelineFlags, withPipelineRunFlags } from '../pipelineRun.ts'
import { withSlurmFlags } from '../slurmFlags.ts'

interface Flags extends PipelineFlags {
  readonly from?: string
  readonly until?: string
  readonly raw?: readonly string[]
  readonly annotation?: string
  readonly by?: 'table' | 'rules'
  readonly on_tilt?: string
  readonly on_uneven?: string
  readonly on_multiple?: string
  readonly min_slices?: number
}

/** @param collecting the command completes what shards have done, so it is none itself */
export function runCta2mbfCommand(context: CommandContext, collecting = false): Command {
  const command = new Command('cta2mbf')
    .description('From a dump of cardiac CT to blood flow maps and error tables.')
    .option('--from <step>', 'begin with this step')
    .option('--until <step>', 'stop after this step')
    .option('--raw <dir...>', 'raw DICOM folders; those of the pipeline file below the root if not given')
    .option('-a, --annotation <file>', 'table of series; the one in ROOT/annotation if not given')
    .addOption(
      new Option('--by <way>', 'choose series by the table or by the rules of the pipeline file')
        .choices(['table', 'rules'])
        .default('table'),
    )
    .addOption(
      new Option('--on_tilt <policy>', 'convert-dicom: when slices are sheared by a gantry tilt').choices([
        'reject',
        'resample',
      ]),
    )
    .addOption(
      new Option('--on_uneven <policy>', 'convert-dicom: when slices are missing or uneven').choices([
        'reject',
        'resample',
        'accept',
      ]),
    )
    .addOption(
      new Option('--on_multiple <policy>', 'convert-dicom: when one series holds several volumes').choices([
        'split',
        'suffix',
        'reject',
      ]),
    )
    .option('--min_slices <n>', 'convert-dicom: refuse series of fewer slices', parseCount)
  if (!collecting) command.addOption(shardOption())
  command.addHelpText(
    'after',
    collecting
      ? COLLECT_EXAMPLES
      : `
Examples:
  voxmill run cta2mbf --root_dir /data/cta2mbf/data_66_20210517
  voxmill run cta2mbf --root_dir ROOT --until extract-pericardium-bbox   (without a generator)
  voxmill run cta2mbf --root_dir ROOT --from register --only 1023293 1037361
  voxmill run cta2mbf --root_dir ROOT --pipeline own.yaml

What it does, with which parameters and in which folders, is the pipeline file: see docs/how-to/run-cta2mbf.md.
One patient that fails does not stop the others (exit code 8); run again, it does what is left.`,
  )
  if (!collecting) withSlurmFlags(command)
  return withPipelineRunFlags(command).action(async (flags: Flags) => {
    await carryOutPipeline(context, flags, {
      chosen: pipeline => runSteps(pipeline, flags).map(step => withConversion(step, flags)),
      raw: flags.raw?.map(folder => path.resolve(folder)),
      annotation: flags.annotation === undefined ? undefined : path.resolve(flags.annotation),
      byRules: flags.by === 'rules',
    })
  })
}

const COLLECT_EXAMPLES = `
Examples:
  voxmill run cta2mbf --root_dir ROOT --shard 1/2   (and 2/2 beside it)
  voxmill collect cta2mbf --root_dir ROOT
Give the flags that the shards were given.`

/** convert-dicom with what the flags say of it; every other step as it is. */
function withConversion(step: PipelineStep, flags: Flags): PipelineStep {
  if (step.step !== 'convert-dicom' || !isFolderStep(step)) return step
  const told = {
    onTilt: flags.on_tilt,
    onUneven: flags.on_uneven,
    onMultiple: flags.on_multiple,
    minSlices: flags.min_slices,
  }
  const given = Object.entries(told).filter(
    (entry): entry is [string, string | number] => entry[1] !== undefined,
  )
  return { ...step, params: { ...step.params, ...Object.fromEntries(given) } }
}
