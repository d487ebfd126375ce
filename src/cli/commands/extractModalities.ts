import path from 'node:path'
import { Command, Option } from 'commander'
import { EXIT, UsageError } from '../../core/fault.ts'
import { type Annotation, readAnnotation } from '../../pipelines/annotationTable.ts'
import { chooseSeries, type SeriesChoice } from '../../pipelines/chooseSeries.ts'
import {
  EXTRACT_REPORT,
  type ExtractPlace,
  extractPlan,
  extractReportPlan,
  leftOverPatients,
  listSeriesPlan,
  patientFolders,
  readListing,
  refusedExtractPlan,
  requireOutputApart,
} from '../../pipelines/extractJobs.ts'
import { DEFAULT_PIPELINE, openPipeline } from '../../pipelines/openPipeline.ts'
import type { PipelineFile } from '../../pipelines/pipelineFile.ts'
import { listFolder } from '../../storage/listFolder.ts'
import { commandText } from '../commandText.ts'
import type { CommandContext } from '../context.ts'
import type { Stages } from '../dryRun.ts'
import { existingFolder } from '../existingFolder.ts'
import { findWorkspace } from '../findWorkspace.ts'
import { collect, parseCount, withPipelineFlag, withRunFlags } from '../flags.ts'
import { givenColumns, givenSeries } from '../seriesFlags.ts'
import { type CommandResult, type RunFlags, withRun } from '../withRun.ts'

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
    await new Extraction(context, flags).carryOut()
  })
}

class Extraction {
  readonly #pipeline: PipelineFile
  readonly #place: ExtractPlace
  readonly #patients: readonly string[]
  readonly #given: ReadonlyMap<string, ReadonlyMap<string, string>>
  readonly #remake: { readonly remake: boolean }
  /** Whether this run has read the headers; records of earlier runs may be of another folder. */
  #listed = false

  constructor(
    readonly context: CommandContext,
    readonly flags: Flags,
  ) {
    this.#pipeline = openPipeline(flags.pipeline)
    const sorted = path.resolve(flags.root_dir)
    const output = path.resolve(flags.output_dir)
    existingFolder(sorted)
    requireOutputApart(sorted, output)
    const workspace = findWorkspace({ asked: flags.workspace, input: sorted, outputFolder: output })
    this.#place = { workspace, sorted, output }
    this.#patients = patientFolders(sorted)
    if (this.#patients.length === 0)
      throw new UsageError(`${flags.root_dir} holds no folder of a patient`, {
        remedy: 'Give the folder that sort-by-series-uid wrote.',
        exitCode: EXIT.nothingToDo,
      })
    const modalities = Object.keys(this.#pipeline.modalities)
    this.#given = givenSeries(flags.series, this.#patients, modalities)
    this.#remake = { remake: flags.remake ?? false }
  }

  async carryOut(): Promise<void> {
    const annotation = await this.#annotation()
    const { workspace, output } = this.#place
    const report = path.join(output, EXTRACT_REPORT)
    const place = { workspace, writes: [workspace.relative(output)], workbooks: [report] }
    await withRun(this.context, this.flags, place, async run => this.#stages(run, annotation))
  }

  async #annotation(): Promise<Annotation | undefined> {
    const { annotation: file, by, sheet, header_row, column } = this.flags
    if (by === 'table' && file === undefined)
      throw new UsageError('--by table needs a table', {
        remedy: `Give it with --annotation; ${commandText('propose-annotation', { root_dir: this.flags.root_dir, output_file: 'annotation/proposed.xlsx' })} writes one to correct.`,
      })
    if (by === 'rules' || file === undefined) return undefined
    const { annotation, modalities } = this.#pipeline
    const titles = givenColumns(column, Object.keys(modalities))
    return readAnnotation(file, {
      sheet: sheet ?? annotation.sheet,
      headerRow: header_row ?? annotation.header_row,
      pidColumn: titles.get('pid') ?? annotation.pid_column,
      columns: Object.fromEntries(
        Object.entries(modalities).map(([name, m]) => [name, titles.get(name) ?? m.column]),
      ),
    })
  }

  async #stages(run: Stages, annotation: Annotation | undefined): Promise<CommandResult> {
    const place = this.#place
    const { modalities } = this.#pipeline
    const unreadable = await this.#listByRules(run, annotation)
    if (run.stopped) return { results: [] }
    const choice = this.#choose(annotation, unreadable)
    const findings = [
      ...choice.findings,
      ...[...choice.refused.values()].flatMap(([, ...more]) => more),
      ...leftOverPatients(place, choice),
    ]
    const options = { ...this.#remake, link: this.flags.link }
    const outcomes = await run.stage('extract-modalities', [
      ...[...choice.refused].map(([pid, [first]]) => refusedExtractPlan(place, pid, first!)),
      ...[...choice.chosen].map(([pid, series]) => extractPlan(place, pid, series, modalities, options)),
    ])
    if (run.stopped) return { findings, results: [] }
    const lost = new Set(outcomes.filter(o => o.status === 'failed').map(o => o.case))
    const copied = [...choice.chosen.keys()].filter(pid => !lost.has(pid))
    const [report] = await run.stage('gen-extract-report', [
      extractReportPlan(place, copied, [...lost].sort(), findings, this.#remake),
    ])
    const made = report !== undefined && report.status !== 'failed'
    return {
      findings,
      results: [
        ...(copied.length > 0 ? [{ what: 'series by modality', path: place.output }] : []),
        ...(made ? [{ what: 'report', path: path.join(place.output, EXTRACT_REPORT) }] : []),
      ],
      nothing:
        choice.chosen.size + choice.refused.size + unreadable.size === 0
          ? 'the table names no patient that has a folder'
          : undefined,
    }
  }

  /** Reads the headers where a rule has to choose. @returns patients that could not be read */
  async #listByRules(run: Stages, annotation: Annotation | undefined): Promise<Set<string>> {
    const named = new Set(annotation?.modalities)
    if (Object.keys(this.#pipeline.modalities).every(m => named.has(m))) return new Set()
    this.#listed = true
    const plans = this.#patients.map(pid => listSeriesPlan(this.#place, pid, this.#remake))
    const outcomes = await run.stage('list-series', plans)
    return new Set(outcomes.filter(o => o.status === 'failed').map(o => o.case))
  }

  #choose(annotation: Annotation | undefined, unreadable: ReadonlySet<string>): SeriesChoice {
    const { sorted } = this.#place
    const folders = new Map<string, readonly string[]>()
    const {
      root_dir,
      output_dir,
      annotation: table,
      by,
      sheet,
      header_row,
      column,
      series,
      pipeline,
    } = this.flags
    const own = { root_dir, output_dir, annotation: table, by, sheet, header_row, column }
    const flags = { ...own, pipeline: pipeline === DEFAULT_PIPELINE ? undefined : pipeline }
    return chooseSeries({
      modalities: this.#pipeline.modalities,
      source: root_dir,
      patients: this.#patients,
      seriesFolders(pid) {
        const known = folders.get(pid) ?? listFolder(path.join(sorted, pid)).folders
        folders.set(pid, known)
        return known
      },
      annotation,
      listing: pid => (this.#listed && !unreadable.has(pid) ? readListing(this.#place, pid) : undefined),
      given: this.#given,
      accept: more => commandText('extract-modalities', { ...flags, series: [...series, ...more] }),
    })
  }
}
