import path from 'node:path'
import { Command, Option } from 'commander'
import { EXIT, UsageError } from '../../core/fault.ts'
import { type ConvertOptions, convertDicomJob, seriesFolders } from '../../pipelines/convertDicomJobs.ts'
import type { CommandContext } from '../context.ts'
import { existingFolder } from '../existingFolder.ts'
import { findWorkspace } from '../findWorkspace.ts'
import { parseCount, withRunFlags } from '../flags.ts'
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
  readonly workspace?: string
}

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
    .option('--min_slices <n>', 'refuse series of fewer slices', parseCount, 3)
    .addOption(new Option('--also <format>', 'write NumPy arrays too').choices(['npy']))
    .option('--npy_dir <dir>', 'folder for them; beside the output folder as 3.sorted_npy if not given')
    .option('--uncompressed', 'write .nii in place of .nii.gz')
    .addHelpText(
      'after',
      '\nExample:\n  voxmill convert-dicom --root_dir 3.sorted_dcm --output_dir 3.sorted_nii\n\nA series that is refused is named with its slices; the others are converted (exit code 8).',
    )
  return withRunFlags(command).action(async (flags: Flags) => {
    existingFolder(flags.root_dir)
    const input = path.resolve(flags.root_dir)
    const output = path.resolve(flags.output_dir)
    const workspace = findWorkspace({ asked: flags.workspace, input, outputFolder: output })
    const series = seriesFolders(input)
    if (series.length === 0)
      throw new UsageError(`no file lies below ${flags.root_dir}`, {
        remedy: 'Give the folder that holds the series.',
        exitCode: EXIT.nothingToDo,
      })
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
      await run.stage(
        'convert-dicom',
        series.map(s => convertDicomJob({ workspace, input, output }, s, options)),
      )
      return {
        results: [
          { what: 'images', path: output },
          ...(npyFolder === undefined ? [] : [{ what: 'arrays', path: npyFolder }]),
        ],
      }
    })
  })
}
