import path from 'node:path'
import { Command } from 'commander'
import { EXIT, UsageError } from '../../core/fault.ts'
import { voxelsOnDisk } from '../../pipelines/groupedFiles.ts'
import { earlierJobs, withInfoAttributes } from '../../pipelines/nmeDataset.ts'
import { datasetManifestJob, inspectSampleJob, presentIn } from '../../pipelines/nmeJobs.ts'
import { readLabels } from '../../pipelines/nmeLabels.ts'
import { samplesOfFolder } from '../../pipelines/nmeSamples.ts'
import type { CommandContext } from '../context.ts'
import { existingFolder } from '../existingFolder.ts'
import { findWorkspace } from '../findWorkspace.ts'
import { parseNumber, withProfileFlag, withRunFlags } from '../flags.ts'
import { openPlace } from '../placeOf.ts'
import { type RunFlags, withRun } from '../withRun.ts'

interface Flags extends RunFlags {
  readonly root_dir: string
  readonly output_manifest_file: string
  readonly sheet: string
  readonly verbose?: boolean
  readonly label_explanation?: string
  readonly tolerance: number
  readonly tolerance_mm: number
  readonly profile?: string
  readonly workspace?: string
}

export function genDatasetManifestCommand(context: CommandContext): Command {
  const command = new Command('gen-dataset-manifest')
    .description(
      'Check that the files of each sample agree and list every sample with its files (routine 04).',
    )
    .requiredOption('-r, --root_dir <dir>', 'folder of the samples')
    .requiredOption('-o, --output_manifest_file <file>', 'workbook to write (.xlsx)')
    .option('-s, --sheet <name>', 'worksheet', 'Manifest')
    .option('-v, --verbose', 'add a column `debug` that says what was found for each sample')
    .option(
      '-e, --label_explanation <file>',
      'label_map.yaml; found from the extracted masks or the profile if not given',
    )
    .option(
      '--tolerance <share>',
      'relative difference of sizes and positions that still counts as equal',
      parseNumber,
      1e-5,
    )
    .option('--tolerance_mm <mm>', 'absolute difference that still counts as equal', parseNumber, 1e-4)
    .addHelpText(
      'after',
      '\nExample:\n  voxmill gen-dataset-manifest --root_dir root_dir/grouped --output_manifest_file root_dir/grouped/dataset_manifest.xlsx\n\nExit code 4 when files of a sample disagree; all violations are listed on the worksheet Findings.',
    )
  return withRunFlags(withProfileFlag(command)).action(async (flags: Flags) => {
    existingFolder(flags.root_dir)
    const output = path.resolve(flags.output_manifest_file)
    const workspace = findWorkspace({ asked: flags.workspace, outputFolder: flags.root_dir })
    const { place, matcher } = await openPlace({ profile: flags.profile, workspace, grouped: flags.root_dir })
    const samples = await withInfoAttributes(place, samplesOfFolder(place.grouped, matcher))
    if (samples.length === 0)
      throw new UsageError(`no sample lies below ${flags.root_dir}`, {
        remedy: `Run confirm-pairs first, or give the folder that it wrote; the profile ${place.profile.profile} expects ${place.profile.layout.folder}/${place.profile.layout.volume}.`,
        exitCode: EXIT.nothingToDo,
      })
    const earlier = earlierJobs(place)
    const labels =
      flags.label_explanation === undefined && earlier.labels.length > 0
        ? earlier.labels
        : await readLabels(flags.label_explanation, place.profile)
    const writes = [workspace.relative(path.dirname(output)), workspace.relative(place.grouped)]
    await withRun(context, flags, { workspace, writes, workbooks: [output] }, async run => {
      const options = {
        tolerance: { relative: flags.tolerance, absolute: flags.tolerance_mm },
        remake: flags.remake ?? false,
      }
      const outcomes = await run.stage(
        'gen-dataset-manifest',
        samples.map(found => {
          const s = { ...found, voxels: voxelsOnDisk(place, found) }
          const absent = earlier.absent.get(s.folder) ?? []
          const job = inspectSampleJob(place, s, labels, presentIn(s, place, labels), { ...options, absent })
          return { case: s.folder, jobs: [job] }
        }),
      )
      const failed = new Set(outcomes.filter(o => o.status === 'failed').map(o => o.case))
      if (!run.stopped)
        await run.stage('workbook', [
          datasetManifestJob(
            place,
            samples.map(s => s.folder).filter(f => !failed.has(f)),
            labels,
            {
              output,
              sheet: flags.sheet,
              verbose: flags.verbose ?? false,
              findingsOf: () => earlier.jobs,
              remake: flags.remake ?? false,
            },
          ),
        ])
      return { results: [{ what: 'dataset manifest', path: output }] }
    })
  })
}
