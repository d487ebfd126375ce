import path from 'node:path'
import { Command, Option } from 'commander'
import { EXIT, UsageError } from '../../core/fault.ts'
import { type Annotation, readAnnotation } from '../../pipelines/annotationTable.ts'
import { EXTRACT_REPORT, patientFolders, requireOutputApart } from '../../pipelines/extractJobs.ts'
import { extractStages } from '../../pipelines/extractStages.ts'
import { DEFAULT_PIPELINE, openPipeline } from '../../pipelines/openPipeline.ts'
import { annotationLayout, type PipelineFile } from '../../pipelines/pipelineFile.ts'
import { commandText } from '../commandText.ts'
import type { CommandContext } from '../context.ts'
import { existingFolder } from '../existingFolder.ts'
import { findWorkspace } from '../findWorkspace.ts'
import { collect, parseCount, withPipelineFlag, withRunFlags } from '../flags.ts'
import { givenColumns, givenSeries } from '../seriesFlags.ts'
import { type RunFlags, withRun } from '../withRun.ts'

interface Flags extends RunFlags {
  readonly root_dir: string
  readonly output_dir: string
  readonly annotation?: string
  readonly by?: 'table' | 'rules'
  readonly sheet?: string
  readonly header_row?: number
  readonly column: readonly string[]
  readonly series: readonly string[]
  readonly link: 'none' | 'hard' | 'sym'
  readonly pipeline: string
  readonly workspace?: string
}

export function extractModalitiesCommand(context: CommandContext): Command {
  const command = new Command('extract-modalities')
    .description('Copy the chosen series of each patient, each into the folder of its modality.')
    .requiredOption('-r, --root_dir <dir>', 'sorted series: one folder a patient, in it one a series')
    .requiredOption('-o, --output_dir <dir>', 'folder for the copies: PID/MODALITY/SeriesInstanceUID')
    .option('-a, --annotation <file>', 'table (.xlsx or .csv) that names the series of each patient')
    .addOption(
      new Option(
        '--by <way>',
        'go by the table or by the rules of the pipeline file; by what is given',
      ).choices(['table', 'rules']),
    )
    .option('-s, --sheet <name|number>', 'worksheet of the table; that of the pipeline file, the second')
    .option('--header_row <n>', 'row of the titles; that of the pipeline file, 2', parseCount)
    .option(
      '--column <name=title>',
      'title of a column, for pid or a modality, where it differs; may be repeated',
      collect,
      [],
    )
    .option(
      '--series <pid/modality=uid>',
      'the series of one patient, before table and rules; may be repeated',
      collect,
      [],
    )
    .addOption(
      new Option('--link <kind>', 'link hard or symbolically in place of copying')
        .choices(['none', 'hard', 'sym'])
        .default('none'),
    )
    .addHelpText(
      'after',
      `
Examples:
  voxmill extract-modalities --root_dir 0.ori_3 --output_dir 3.sorted_dcm --annotation annotation/series.xlsx
  voxmill extract-modalities --root_dir 0.ori_3 --output_dir 3.sorted_dcm --by rules
  voxmill extract-modalities --root_dir 0.ori_3 --output_dir 3.sorted_dcm --annotation series.xlsx --sheet 1 --header_row 1 --column pid=住院号

A patient with a missing or ambiguous series is left out whole, and ${EXTRACT_REPORT} in the output folder
lists the command that would accept it. Exit code 8 when patients were left out.`,
    )
  return withRunFlags(withPipelineFlag(command)).action(async (flags: Flags) => {
    await extract(context, flags)
  })
}

async function extract(context: CommandContext, flags: Flags): Promise<void> {
  const pipeline = openPipeline(flags.pipeline)
  const sorted = path.resolve(flags.root_dir)
  const output = path.resolve(flags.output_dir)
  existingFolder(sorted)
  requireOutputApart(sorted, output)
  const workspace = findWorkspace({ asked: flags.workspace, input: sorted, outputFolder: output })
  const patients = patientFolders(sorted)
  if (patients.length === 0)
    throw new UsageError(`${flags.root_dir} holds no folder of a patient`, {
      remedy: 'Give the folder that sort-by-series-uid wrote.',
      exitCode: EXIT.nothingToDo,
    })
  const { root_dir, output_dir, by, sheet, header_row, column, series } = flags
  const given = givenSeries(series, patients, Object.keys(pipeline.modalities))
  const annotation = await annotationOf(flags, pipeline)
  const own = { root_dir, output_dir, annotation: flags.annotation, by, sheet, header_row, column }
  const shown = { ...own, pipeline: flags.pipeline === DEFAULT_PIPELINE ? undefined : flags.pipeline }
  const place = { workspace, sorted, output }
  const report = path.join(output, EXTRACT_REPORT)
  await withRun(
    context,
    flags,
    { workspace, writes: [workspace.relative(output)], workbooks: [report] },
    async run => {
      const { named, ...result } = await extractStages(run, {
        place,
        modalities: pipeline.modalities,
        patients,
        annotation,
        given,
        link: flags.link,
        remake: flags.remake ?? false,
        source: root_dir,
        accept: more => commandText('extract-modalities', { ...shown, series: [...series, ...more] }),
      })
      const nothing = 'the table names no patient that has a folder'
      return { ...result, nothing: named === 0 && !run.stopped ? nothing : undefined }
    },
  )
}

async function annotationOf(flags: Flags, pipeline: PipelineFile): Promise<Annotation | undefined> {
  const { annotation: file, by, sheet, header_row, column } = flags
  if (by === 'table' && file === undefined)
    throw new UsageError('--by table needs a table', {
      remedy: `Give it with --annotation; ${commandText('propose-annotation', { root_dir: flags.root_dir, output_file: 'annotation/proposed.xlsx' })} writes one to correct.`,
    })
  if (by === 'rules' || file === undefined) return undefined
  const titles = givenColumns(column, Object.keys(pipeline.modalities))
  return readAnnotation(file, annotationLayout(pipeline, { sheet, headerRow: header_row, titles }))
}
