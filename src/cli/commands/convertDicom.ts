import path from 'node:path'
import { Command, Option } from 'commander'
import { EXIT, UsageError } from '../../core/fault.ts'
import { nearestWord } from '../../core/nearestWord.ts'
import {
  type ConvertOptions,
  convertDicomJob,
  type SeriesFolder,
  seriesFolders,
} from '../../pipelines/convertDicomJobs.ts'
import { acceptableSeries } from '../acceptSeries.ts'
import { commandText } from '../commandText.ts'
import type { CommandContext } from '../context.ts'
import { existingFolder } from '../existingFolder.ts'
import { findWorkspace } from '../findWorkspace.ts'
import { collect, parseCount, withRunFlags } from '../flags.ts'
import { type RunFlags, withRun } from '../withRun.ts'

interface Flags extends RunFlags {
  readonly root_dir: string
  readonly output_dir: string
  readonly on_tilt: ConvertOptions['onTilt']
  readonly on_uneven: ConvertOptions['onUneven']
  readonly on_multiple: ConvertOptions['onMultiple']
  readonly min_slices: number
  readonly also?: 'npy'
  readonly npy_dir?: string
  readonly uncompressed?: boolean
  readonly only: readonly string[]
  readonly workspace?: string
}

const MIN_SLICES = 3

export function convertDicomCommand(context: CommandContext): Command {
  const command = new Command('convert-dicom')
    .description('Convert each DICOM series below a folder to NIfTI, with a sidecar of technical tags.')
    .requiredOption(
      '-r, --root_dir <dir>',
      'folder of sorted series, such as 3.sorted_dcm; every folder that holds files is one series',
    )
    .requiredOption('-o, --output_dir <dir>', 'folder for the images, such as 3.sorted_nii')
    .addOption(
      new Option('--on_tilt <policy>', 'when slices are sheared by a gantry tilt')
        .choices(['reject', 'resample'])
        .default('reject'),
    )
    .addOption(
      new Option('--on_uneven <policy>', 'when a slice is missing or distances differ by more than 1 %')
        .choices(['reject', 'resample', 'accept'])
        .default('reject'),
    )
    .addOption(
      new Option('--on_multiple <policy>', 'when one series holds several volumes')
        .choices(['split', 'suffix', 'reject'])
        .default('split'),
    )
    .option('--only <series>', 'convert this series alone; may be repeated', collect, [])
    .option('--min_slices <n>', 'refuse series of fewer slices', parseCount, MIN_SLICES)
    .addOption(new Option('--also <format>', 'write NumPy arrays too').choices(['npy']))
    .option('--npy_dir <dir>', 'folder for them; beside the output folder as 3.sorted_npy if not given')
    .option('--uncompressed', 'write .nii in place of .nii.gz')
    .addHelpText(
      'after',
      '\nExample:\n  voxmill convert-dicom --root_dir 3.sorted_dcm --output_dir 3.sorted_nii\n\nA series that is refused is named with its slices and, where there is one, the command that would accept it; the\nothers are converted (exit code 8).',
    )
  return withRunFlags(command).action(async (flags: Flags) => {
    existingFolder(flags.root_dir)
    const input = path.resolve(flags.root_dir)
    const output = path.resolve(flags.output_dir)
    const workspace = findWorkspace({ asked: flags.workspace, input, outputFolder: output })
    const all = seriesFolders(input)
    if (all.length === 0)
      throw new UsageError(`no file lies below ${flags.root_dir}`, {
        remedy: 'Give the folder that holds the series.',
        exitCode: EXIT.nothingToDo,
      })
    const series = chosen(all, flags.only)
    const npyFolder =
      flags.also === undefined
        ? undefined
        : path.resolve(flags.npy_dir ?? path.join(path.dirname(output), '3.sorted_npy'))
    const options: ConvertOptions = {
      onTilt: flags.on_tilt,
      onUneven: flags.on_uneven,
      onMultiple: flags.on_multiple,
      minSlices: flags.min_slices,
      npyFolder,
      extension: flags.uncompressed ? '.nii' : '.nii.gz',
      remake: flags.remake ?? false,
    }
    const writes = [output, ...(npyFolder === undefined ? [] : [npyFolder])].map(f => workspace.relative(f))
    await withRun(context, flags, { workspace, writes }, async run => {
      const outcomes = await run.stage(
        'convert-dicom',
        series.map(s => convertDicomJob({ workspace, input, output }, s, options)),
      )
      return {
        accept: acceptableSeries(outcomes).map(({ cases, flags: accepting }) => ({
          cases,
          command: commandText('convert-dicom', { ...asGiven(flags), ...accepting, only: cases }),
        })),
        results: [
          { what: 'images', path: output },
          ...(npyFolder === undefined ? [] : [{ what: 'arrays', path: npyFolder }]),
        ],
      }
    })
  })
}

function chosen(all: readonly SeriesFolder[], only: readonly string[]): readonly SeriesFolder[] {
  if (only.length === 0) return all
  const names = all.map(s => s.name)
  const [unknown] = only.filter(name => !names.includes(name))
  if (unknown !== undefined) {
    const near = nearestWord(unknown, names)
    throw new UsageError(`--only ${unknown}: there is no such series`, {
      remedy: `Write it as the messages do, such as ${near ?? names[0]}.`,
    })
  }
  return all.filter(s => only.includes(s.name))
}

/** The flags of this run that another command line needs to write the same files. */
const asGiven = (flags: Flags) => ({
  root_dir: flags.root_dir,
  output_dir: flags.output_dir,
  workspace: flags.workspace,
  on_tilt: unlessDefault(flags.on_tilt, 'reject'),
  on_uneven: unlessDefault(flags.on_uneven, 'reject'),
  on_multiple: unlessDefault(flags.on_multiple, 'split'),
  min_slices: unlessDefault(flags.min_slices, MIN_SLICES),
  also: flags.also,
  npy_dir: flags.npy_dir,
  uncompressed: flags.uncompressed,
})

const unlessDefault = <T>(value: T, usual: T): T | undefined => (value === usual ? undefined : value)
