import path from 'node:path'
import { openDicomFolder } from '../artifacts/dicomFolder.ts'
import { UsageError } from '../core/fault.ts'
import { type Finding, finding } from '../core/finding.ts'
import type { CasePlan, Job } from '../engine/job.ts'
import { DATASET } from '../engine/provenance.ts'
import { receiptName } from '../engine/receipt.ts'
import { STATE_FOLDER, type Workspace } from '../engine/workspace.ts'
import { extractModalities } from '../steps/ingest/extractModalities.ts'
import { genExtractReport } from '../steps/ingest/genExtractReport.ts'
import { listSeries, type SeriesListing } from '../steps/ingest/listSeries.ts'
import { proposeAnnotation } from '../steps/ingest/proposeAnnotation.ts'
import { existsSync } from '../storage/exists.ts'
import { listFolder, realPath, sizeOf } from '../storage/listFolder.ts'
import { readTextIfThere } from '../storage/readFile.ts'
import type { ChosenSeries, SeriesChoice } from './chooseSeries.ts'
import type { PipelineFile } from './pipelineFile.ts'

export const EXTRACT_REPORT = 'extract_report.xlsx'

/** Folders on this machine, absolute, and what their paths are relative to. */
export interface ExtractPlace {
  readonly workspace: Workspace
  /** One folder a patient, in it one a series. */
  readonly sorted: string
  readonly output: string
}

/**
 * Tells apart what one root knows of several folders: a second output, or a second folder of sorted series, must not be
 * taken for the first one under another name, whose files would then be removed as outdated.
 */
const partOf = (workspace: Workspace, place: string): string => workspace.relative(place).replaceAll('/', '_')

const recordPath = (step: string, part: string, pid: string): string =>
  `${STATE_FOLDER}/records/${step}/${part}/${pid}.json`
const remade = (remake: boolean | undefined) => (remake ? { remake } : {})

/** Names of the folders of patients. */
export const patientFolders = (sorted: string): string[] =>
  listFolder(sorted).folders.filter(name => !name.startsWith('.'))

/** @throws UsageError when the output is, or lies in, the folder that is read */
export function requireOutputApart(sorted: string, output: string): void {
  const [from, to] = [realPath(sorted), realPath(output)]
  if (to === from || to.startsWith(from + path.sep) || from.startsWith(to + path.sep))
    throw new UsageError(`the output ${output} and the sorted series ${sorted} lie in each other`, {
      remedy: 'Choose an output folder beside the sorted series.',
      where: output,
    })
}

export function listSeriesPlan(
  { workspace, sorted }: Pick<ExtractPlace, 'workspace' | 'sorted'>,
  pid: string,
  options: { remake?: boolean },
): CasePlan {
  const place = path.join(sorted, pid)
  const part = partOf(workspace, sorted)
  const job: Job = {
    step: listSeries.name,
    case: pid,
    part,
    fields: {},
    params: {},
    inputs: { patient: workspace.relative(place) },
    outputs: { record: recordPath(listSeries.name, part, pid) },
    memory: listSeries.memory({ voxels: 0, inputBytes: 0 }),
    weight: bytesIn(place),
    ...remade(options.remake),
  }
  return { case: pid, jobs: [job] }
}

function bytesIn(folder: string): number {
  let bytes = 0
  for (const entry of openDicomFolder(folder).entries()) bytes += sizeOf(path.join(folder, entry.path))
  return bytes
}

/** What list-series told of a patient; undefined when there is no record yet. */
export function readListing(
  { workspace, sorted }: Pick<ExtractPlace, 'workspace' | 'sorted'>,
  pid: string,
): SeriesListing | undefined {
  const record = recordPath(listSeries.name, partOf(workspace, sorted), pid)
  const text = readTextIfThere(workspace.absolute(record))
  return text === undefined ? undefined : (JSON.parse(text) as SeriesListing)
}

export function extractPlan(
  { workspace, sorted, output }: ExtractPlace,
  pid: string,
  series: Readonly<Record<string, ChosenSeries>>,
  modalities: PipelineFile['modalities'],
  options: { link: 'none' | 'hard' | 'sym'; remake?: boolean },
): CasePlan {
  const each = <T>(of: (modality: string, chosen: ChosenSeries) => T) =>
    Object.fromEntries(Object.entries(series).map(([m, chosen]) => [m, of(m, chosen)]))
  const from = (chosen: ChosenSeries) => path.join(sorted, pid, chosen.folder)
  const part = partOf(workspace, output)
  const job: Job = {
    ...extractCase(workspace, output, pid),
    params: {
      link: options.link,
      series: each((m, { uid, by }) => ({ uid, by, rule: modalities[m]!.rule })),
    },
    inputs: { series: each((_, chosen) => workspace.relative(from(chosen))) },
    outputs: {
      copies: each((m, { uid }) => workspace.relative(path.join(output, pid, m, uid))),
      record: recordPath(extractModalities.name, part, pid),
    },
    memory: extractModalities.memory({ voxels: 0, inputBytes: 0 }),
    weight: Object.values(series).reduce((sum, chosen) => sum + bytesIn(from(chosen)), 0),
    ...remade(options.remake),
  }
  return { case: pid, jobs: [job] }
}

/** The field `output` tells status which folder a patient was refused for. */
const extractCase = (workspace: Workspace, output: string, pid: string) => ({
  step: extractModalities.name,
  case: pid,
  part: partOf(workspace, output),
  fields: { output: workspace.relative(output) },
})

/** The job of a patient that is left out: it only fails, so that status and the report name it. */
export function refusedExtractPlan(
  { workspace, output }: ExtractPlace,
  pid: string,
  refusal: Finding,
): CasePlan {
  const job: Job = {
    ...extractCase(workspace, output, pid),
    params: {},
    inputs: {},
    outputs: {},
    memory: 0,
    weight: 0,
    refusal,
  }
  return { case: pid, jobs: [job] }
}

/** Patients in the output that this run does not write: of an earlier table, or refused now. */
export function leftOverPatients({ workspace, output }: ExtractPlace, { chosen }: SeriesChoice): Finding[] {
  if (!existsSync(output)) return []
  return patientFolders(output)
    .filter(pid => !chosen.has(pid))
    .map(pid => {
      const where = workspace.relative(path.join(output, pid))
      return finding(
        'copy-left-over',
        where,
        'an earlier run copied this patient, this run did not choose it',
      )
    })
}

/** @param failed patients that were refused or could not be copied */
export function extractReportPlan(
  { workspace, output }: ExtractPlace,
  copied: readonly string[],
  failed: readonly string[],
  findings: readonly Finding[],
  options: { remake?: boolean },
): CasePlan {
  const part = partOf(workspace, output)
  const upstream = [...copied, ...failed].map(pid => [pid, receiptName(extractCase(workspace, output, pid))])
  const job: Job = {
    step: genExtractReport.name,
    case: DATASET,
    part,
    fields: {},
    params: { refused: failed, findings },
    inputs: {
      records: Object.fromEntries(copied.map(pid => [pid, recordPath(extractModalities.name, part, pid)])),
      upstream: Object.fromEntries(upstream),
    },
    outputs: { report: workspace.relative(path.join(output, EXTRACT_REPORT)) },
    memory: genExtractReport.memory({ voxels: 0, inputBytes: 0 }),
    weight: 0,
    ...remade(options.remake),
  }
  return { case: DATASET, jobs: [job] }
}

export function proposeAnnotationPlan(
  { workspace, sorted }: Pick<ExtractPlace, 'workspace' | 'sorted'>,
  pids: readonly string[],
  { annotation, modalities }: PipelineFile,
  options: { output: string; accept: string; remake?: boolean },
): CasePlan {
  const listed = partOf(workspace, sorted)
  const job: Job = {
    step: proposeAnnotation.name,
    case: DATASET,
    part: partOf(workspace, options.output),
    fields: {},
    params: {
      pidColumn: annotation.pid_column,
      modalities: Object.entries(modalities).map(([name, { column, rule }]) => ({ name, column, rule })),
      accept: options.accept,
    },
    inputs: { records: Object.fromEntries(pids.map(pid => [pid, recordPath(listSeries.name, listed, pid)])) },
    outputs: { annotation: workspace.relative(options.output) },
    memory: proposeAnnotation.memory({ voxels: 0, inputBytes: 0 }),
    weight: 0,
    ...remade(options.remake),
  }
  return { case: DATASET, jobs: [job] }
}
