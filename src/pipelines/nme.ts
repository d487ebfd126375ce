import path from 'node:path'
import { UsageError } from '../core/fault.ts'
import type { CasePlan, JobOutcome } from '../engine/job.ts'
import type { Label } from '../profiles/labels.ts'
import type { ArchiveMatcher } from '../profiles/match.ts'
import type { Table } from '../profiles/tableJoin.ts'
import { existsSync } from '../storage/exists.ts'
import type { Shard } from '../storage/runLock.ts'
import { type NmePlace, presentOnDisk } from './groupedFiles.ts'
import { leftOverSamples } from './leftOver.ts'
import {
  absentOf,
  archiveManifestJob,
  datasetManifestJob,
  type GeometryPolicy,
  inspectSampleJob,
  labelPart,
  refusedPlan,
} from './nmeJobs.ts'
import { samplesOfManifest } from './nmeManifest.ts'
import { DEFAULT_TOLERANCE, SamplePlan } from './nmeSamplePlan.ts'
import type { RefusedSample, Sample } from './nmeSamples.ts'
import { profileSplits } from './nmeSplits.ts'
import { isInShard, shardStages } from './shardStages.ts'
import type { Stages, StagesResult } from './stages.ts'

/** Where the tutorial puts things below the root of a data set. */
export const NME_FOLDERS = {
  archive: 'archive',
  grouped: 'grouped',
  labelMap: 'descriptor/label_map.yaml',
  archiveManifest: 'descriptor/archive_manifest.xlsx',
  datasetManifest: 'grouped/dataset_manifest.xlsx',
  splits: 'grouped/splits',
} as const

export const NME_STEPS = [
  'gen-archive-manifest',
  'confirm-pairs',
  'extract-binary-masks',
  'gen-dataset-manifest',
] as const
export type NmeStep = (typeof NME_STEPS)[number]

export interface NmeOptions {
  readonly labels: readonly Label[]
  readonly onGeometryMismatch: GeometryPolicy
  readonly until?: NmeStep
  readonly remake?: boolean
  /** Only the samples of this part; the archive manifest must be there, and what is gathered is left to a whole run. */
  readonly shard?: Shard | undefined
}

export interface NmeResult extends StagesResult {
  /** How many the archive manifest names; undefined when it was not read. */
  readonly samples: number | undefined
}

/**
 * The whole nme recipe, from archive to index manifests. The jobs of one sample run behind each other in one worker, so
 * that its files are inflated once.
 */
export async function runNme(
  all: Stages,
  where: NmePlace,
  matcher: ArchiveMatcher,
  tables: readonly Table[],
  options: NmeOptions,
): Promise<NmeResult> {
  const { shard } = options
  const stages = shardStages(all, shard)
  const place = all.unweighed ? { ...where, unweighed: true } : where
  const at = (relative: string) => path.join(place.workspace.root, relative)
  const remake = options.remake ?? false
  const until = NME_STEPS.indexOf(options.until ?? 'gen-dataset-manifest')
  const manifestFile = at(NME_FOLDERS.archiveManifest)
  if (shard !== undefined && !existsSync(manifestFile)) throw manifestAbsent(place, manifestFile)
  const first = await stages.stage('gen-archive-manifest', [
    archiveManifestJob(place, { output: manifestFile, sheet: 'Manifest', tables, remake }),
  ])
  const results: { what: string; path: string }[] = []
  const made = (outcomes: readonly JobOutcome[], what: string, path: string) => {
    if (outcomes.every(o => o.status !== 'failed')) results.push({ what, path })
  }
  const isMade = first.every(o => o.status !== 'failed')
  if (shard === undefined) made(first, 'archive manifest', manifestFile)
  if (until === 0 || stages.stopped || !isMade || !existsSync(manifestFile))
    return { findings: [], samples: undefined, results }

  const planned = await samplesOfManifest(manifestFile, 'Manifest', place.profile, matcher)
  const [samples, refused] = [
    planned.samples.filter(s => isInShard(shard, s.folder)),
    planned.refused.filter(s => isInShard(shard, s.folder)),
  ]
  const named = new Set([...planned.samples, ...planned.refused].map(s => s.folder))
  const findings = shard === undefined ? [...planned.findings, ...leftOverSamples(place, named)] : []
  const done: NmeResult = { findings, samples: named.size, results }
  if (named.size === 0) return done
  const outcomes = await stages.stage('samples', plansOf(place, { samples, refused }, options, until))
  results.push({ what: 'samples', path: place.grouped })
  if (until < 3 || stages.stopped) return done

  const listed = stages.dry ? samples : await inspected(stages, place, samples, outcomes, options)
  if (shard !== undefined) return done
  const plan = datasetManifestJob(
    place,
    listed.map(s => s.folder),
    options.labels,
    {
      output: at(NME_FOLDERS.datasetManifest),
      sheet: 'Manifest',
      splits: profileSplits(place.profile),
      splitFolder: at(NME_FOLDERS.splits),
      findingsOf: () => earlierJobsOf(refused, samples, options.labels),
      remake,
    },
  )
  const last = await stages.stage('gen-dataset-manifest', [plan])
  made(last, 'dataset manifest', at(NME_FOLDERS.datasetManifest))
  made(last, 'index manifests', at(NME_FOLDERS.splits))
  return done
}

const manifestAbsent = (place: NmePlace, file: string): UsageError =>
  new UsageError(`a shard goes by ${place.workspace.relative(file)}, which is not there yet`, {
    remedy:
      'Run once with --until gen-archive-manifest and without --shard, look at the manifest, then start the shards.',
    where: file,
  })

/**
 * The samples that are listed in the dataset manifest. One that confirm-pairs refused has no files and is none of them;
 * one whose masks could not be extracted is inspected with the files that it has.
 */
async function inspected(
  stages: Stages,
  place: NmePlace,
  samples: readonly Sample[],
  outcomes: readonly JobOutcome[],
  options: NmeOptions,
): Promise<Sample[]> {
  const failed = (step: string) =>
    new Set(outcomes.filter(o => o.status === 'failed' && o.step === step).map(o => o.case))
  const refused = failed('confirm-pairs')
  const partial = failed('extract-binary-masks')
  const again = samples
    .filter(s => partial.has(s.folder))
    .map((s): CasePlan => {
      const present = presentOnDisk(place, s, options.labels)
      const job = inspectSampleJob(place, s, options.labels, present, {
        tolerance: DEFAULT_TOLERANCE,
        absent: absentOf(s),
      })
      return { case: s.folder, jobs: [job] }
    })
  const late = again.length === 0 ? [] : await stages.stage('samples with failures', again)
  const lost = new Set(
    [...outcomes, ...late].filter(o => o.status === 'failed' && o.step === 'inspect-sample').map(o => o.case),
  )
  return samples.filter(s => !refused.has(s.folder) && !lost.has(s.folder))
}

function* plansOf(
  place: NmePlace,
  { samples, refused }: { samples: readonly Sample[]; refused: readonly RefusedSample[] },
  options: NmeOptions,
  until: number,
): Generator<CasePlan> {
  for (const sample of refused) yield refusedPlan(sample)
  const { labels, onGeometryMismatch, remake = false } = options
  const shared = { labels, onGeometryMismatch, remake, extracts: until >= 2, inspects: until >= 3 }
  for (const sample of samples) yield new SamplePlan(place, sample, shared)
}

function* earlierJobsOf(
  refused: readonly RefusedSample[],
  samples: readonly Sample[],
  labels: readonly Label[],
): Generator<{ step: string; case: string; part?: string }> {
  for (const { folder } of refused) yield { step: 'confirm-pairs', case: folder }
  const parts = labels.map(labelPart)
  for (const { folder, archive } of samples) {
    yield { step: 'confirm-pairs', case: folder }
    if (Object.keys(archive.masks).length > 0)
      for (const part of parts) yield { step: 'extract-binary-masks', case: folder, part }
  }
}
