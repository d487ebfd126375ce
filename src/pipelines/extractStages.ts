import path from 'node:path'
import { listFolder } from '../storage/listFolder.ts'
import type { Annotation } from './annotationTable.ts'
import { chooseSeries, type SeriesChoice } from './chooseSeries.ts'
import {
  EXTRACT_REPORT,
  type ExtractPlace,
  extractPlan,
  extractReportPlan,
  leftOverPatients,
  listSeriesPlan,
  readListing,
  refusedExtractPlan,
} from './extractJobs.ts'
import type { PipelineFile } from './pipelineFile.ts'
import type { Stages, StagesResult } from './stages.ts'

export interface Extraction {
  readonly place: ExtractPlace
  readonly modalities: PipelineFile['modalities']
  readonly patients: readonly string[]
  /** Undefined to go by rules alone. */
  readonly annotation: Annotation | undefined
  /** Choices that go before table and rules: UIDs by modality by patient. */
  readonly given: ReadonlyMap<string, ReadonlyMap<string, string>>
  readonly link: 'none' | 'hard' | 'sym'
  readonly remake: boolean
  /** The sorted series as the user knows it, for messages. */
  readonly source: string
  /** The command of this run with these values of --series added. */
  accept(series: readonly string[]): string
}

export interface ExtractionResult extends StagesResult {
  /** Patients that the table or the folders have, whatever became of them. */
  readonly named: number
}

/** Chooses the series of each patient, copies them, and writes the report. */
export async function extractStages(stages: Stages, extraction: Extraction): Promise<ExtractionResult> {
  const { place, modalities, link, remake } = extraction
  const listed = await listByRules(stages, extraction)
  if (stages.stopped) return { named: 0, findings: [], results: [] }
  const choice = choose(extraction, listed)
  const findings = [
    ...choice.findings,
    ...[...choice.refused.values()].flatMap(([, ...more]) => more),
    ...leftOverPatients(place, choice),
  ]
  const named = choice.chosen.size + choice.refused.size + (listed?.unreadable.size ?? 0)
  const outcomes = await stages.stage('extract-modalities', [
    ...[...choice.refused].map(([pid, [first]]) => refusedExtractPlan(place, pid, first!)),
    ...[...choice.chosen].map(([pid, series]) =>
      extractPlan(place, pid, series, modalities, { link, remake }),
    ),
  ])
  if (stages.stopped) return { named, findings, results: [] }
  const lost = new Set(outcomes.filter(o => o.status === 'failed').map(o => o.case))
  const copied = [...choice.chosen.keys()].filter(pid => !lost.has(pid))
  const [report] = await stages.stage('gen-extract-report', [
    extractReportPlan(place, copied, [...lost].sort(), findings, { remake }),
  ])
  const made = report !== undefined && report.status !== 'failed'
  return {
    named,
    findings,
    results: [
      ...(copied.length > 0 ? [{ what: 'series by modality', path: place.output }] : []),
      ...(made ? [{ what: 'report', path: path.join(place.output, EXTRACT_REPORT) }] : []),
    ],
  }
}

/** Whether the headers were read in this run (records of earlier runs may be of another folder), and of whom not. */
interface Listed {
  readonly unreadable: ReadonlySet<string>
}

/** Reads the headers where a rule has to choose. */
async function listByRules(stages: Stages, extraction: Extraction): Promise<Listed | undefined> {
  const { place, modalities, annotation, patients, remake } = extraction
  const named = new Set(annotation?.modalities)
  if (Object.keys(modalities).every(m => named.has(m))) return undefined
  const outcomes = await stages.stage(
    'list-series',
    patients.map(pid => listSeriesPlan(place, pid, { remake })),
  )
  return { unreadable: new Set(outcomes.filter(o => o.status === 'failed').map(o => o.case)) }
}

function choose(extraction: Extraction, listed: Listed | undefined): SeriesChoice {
  const { place, modalities, source, patients, annotation, given, accept } = extraction
  const folders = new Map<string, readonly string[]>()
  return chooseSeries({
    modalities,
    source,
    patients,
    seriesFolders(pid) {
      const known = folders.get(pid) ?? listFolder(path.join(place.sorted, pid)).folders
      folders.set(pid, known)
      return known
    },
    annotation,
    listing: pid =>
      listed !== undefined && !listed.unreadable.has(pid) ? readListing(place, pid) : undefined,
    given,
    accept,
  })
}
