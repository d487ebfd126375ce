import path from 'node:path'
import type { CasePlan, Job } from '../engine/job.ts'
import { DATASET } from '../engine/provenance.ts'
import { receiptName } from '../engine/receipt.ts'
import { STATE_FOLDER, type Workspace } from '../engine/workspace.ts'
import type { Label } from '../profiles/labels.ts'
import { shortFormInNames } from '../profiles/layout.ts'
import { maskNames } from '../profiles/match.ts'
import type { Profile } from '../profiles/schema.ts'
import type { Table } from '../profiles/tableJoin.ts'
import { genDatasetManifest } from '../steps/check/genDatasetManifest.ts'
import { inspectSample } from '../steps/check/inspectSample.ts'
import { genArchiveManifest } from '../steps/ingest/genArchiveManifest.ts'
import { confirmPairs } from '../steps/prepare/confirmPairs.ts'
import { extractBinaryMasks } from '../steps/prepare/extractBinaryMasks.ts'
import { indexFileName } from '../steps/share/splitSheet.ts'
import { below, groupedFiles, type NmePlace, type Present, sizeOf } from './groupedFiles.ts'
import type { GroupedSample, RefusedSample, Sample } from './nmeSamples.ts'
import { type PlannedSplit, splitColumns } from './nmeSplits.ts'

export type GeometryPolicy = 'copy' | 'resample' | 'reject'

/** Key of a label among the binary masks of a sample, as in file names and column titles: `01_NME`. */
export const labelKey = (label: Label): string => `${labelPart(label)}_${shortFormInNames(label.shortForm)}`

/** What tells the jobs of a label apart from those of others: `01`. */
export const labelPart = (label: Label): string => String(label.index).padStart(2, '0')

/** Jobs of a data set have no fields beside their parameters. One object, as a plan has jobs by the hundred thousand. */
const NO_FIELDS = {}

/** Values by what they are made of: the jobs of all samples share them, so that a plan of many samples stays small. */
function remembered<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const values = new WeakMap<K, V>()
  return key => {
    const value = values.get(key) ?? make(key)
    values.set(key, value)
    return value
  }
}

const keyOf = remembered(labelKey)
const shortFormOf = remembered((label: Label) => shortFormInNames(label.shortForm))
const labelIndexes = remembered((labels: readonly Label[]) => labels.map(l => l.index))
const indexByKey = remembered((labels: readonly Label[]) =>
  Object.fromEntries(labels.map(label => [keyOf(label), label.index])),
)
const maskParametersOf = remembered((profile: Profile) =>
  maskNames(profile).map(name => maskParameters(profile, name)),
)

export function archiveManifestJob(
  place: NmePlace,
  options: { output: string; sheet: string; tables: readonly Table[]; remake?: boolean },
): CasePlan {
  const { workspace } = place
  const job: Job = {
    fields: NO_FIELDS,
    step: genArchiveManifest.name,
    case: DATASET,
    params: { profile: place.profile, tables: options.tables, sheet: options.sheet },
    inputs: { archive: workspace.relative(place.archive) },
    outputs: { manifest: workspace.relative(options.output) },
    memory: genArchiveManifest.memory({ voxels: 0, inputBytes: 0 }),
    weight: 0,
  }
  return { case: DATASET, jobs: [remade(job, options.remake)] }
}

/** Spreading into each job literal would take longer than all else of it. */
const remade = (job: Job, remake: boolean | undefined): Job => (remake ? { ...job, remake } : job)

/** Bytes of the images of samples, which are asked for whenever the jobs of a sample are made. */
const archiveBytes = new WeakMap<Sample['archive'], number>()

function bytesOf(images: Sample['archive'], workspace: Workspace, files: readonly string[]): number {
  const bytes =
    archiveBytes.get(images) ?? files.reduce((sum, file) => sum + sizeOf(workspace.absolute(file)), 0)
  archiveBytes.set(images, bytes)
  return bytes
}

export function confirmPairsJob(
  place: NmePlace,
  sample: Sample,
  options: { onGeometryMismatch: GeometryPolicy; remake?: boolean },
): Job {
  const { workspace, archive, profile } = place
  const to = groupedFiles(place, sample.attributes)
  const input = (file: string): string => below(workspace, archive, file)
  const volume = sample.archive.volume === undefined ? null : input(sample.archive.volume)
  const masks: Record<string, string> = {}
  const parameters: MaskParameters[] = []
  // In the order in which they are merged.
  for (const mask of maskParametersOf(profile)) {
    const file = sample.archive.masks[mask.name]
    if (file === undefined) continue
    masks[mask.name] = input(file)
    parameters.push(mask)
  }
  const inputBytes = place.unweighed
    ? 0
    : bytesOf(sample.archive, workspace, [...(volume === null ? [] : [volume]), ...Object.values(masks)])
  const job: Job = {
    fields: NO_FIELDS,
    step: confirmPairs.name,
    case: sample.folder,
    params: {
      onGeometryMismatch: options.onGeometryMismatch,
      info: profile.info.map(c => ({ name: c.name, value: sample.attributes[c.from] ?? '' })),
      masks: parameters,
    },
    inputs: { volume, masks },
    outputs: {
      volume: volume === null ? null : to.volume.path,
      mask: parameters.length === 0 ? null : to.mask.path,
      info: to.info.path,
    },
    memory: confirmPairs.memory({ voxels: sample.voxels, inputBytes }),
    weight: inputBytes,
  }
  return remade(job, options.remake)
}

/** The job of a sample that the manifest itself rules out: it only fails, so that status and workbooks name it. */
export function refusedPlan({ folder, finding }: RefusedSample): CasePlan {
  const job: Job = {
    fields: NO_FIELDS,
    step: confirmPairs.name,
    case: folder,
    params: {},
    inputs: {},
    outputs: {},
    memory: 0,
    weight: 0,
    refusal: finding,
  }
  return { case: folder, jobs: [job] }
}

interface MaskParameters {
  readonly name: string
  readonly remap?: Readonly<Record<string, number>>
}

function maskParameters(profile: Profile, name: string): MaskParameters {
  const entry = profile.files.find(f => f.role === 'mask' && (f.name ?? '') === name)
  return entry?.remap === undefined ? { name } : { name, remap: entry.remap }
}

export function binaryMaskJob(
  place: NmePlace,
  sample: {
    readonly folder: string
    readonly attributes: Readonly<Record<string, string>>
    readonly voxels?: number
  },
  label: Label,
  /** All that the masks may hold. */
  labels: readonly Label[],
  options: { remake?: boolean } = {},
): Job {
  const files = groupedFiles(place, sample.attributes)
  const inputBytes = files.maskBytes
  const job: Job = {
    fields: NO_FIELDS,
    step: extractBinaryMasks.name,
    case: sample.folder,
    part: labelPart(label),
    params: { index: label.index, shortForm: shortFormOf(label), known: labelIndexes(labels) },
    inputs: { mask: files.mask.path },
    outputs: { binary: files.binary(label).path },
    memory: extractBinaryMasks.memory({ voxels: sample.voxels ?? 0, inputBytes }),
    weight: inputBytes / labels.length,
  }
  return remade(job, options.remake)
}

/** The images of a sample: one that the archive has only one of is kept with that one alone. */
export type SampleImage = 'volume' | 'mask'

/** What the archive manifest names no file for. */
export const absentOf = ({ archive: { volume, masks } }: Pick<Sample, 'archive'>): SampleImage[] => [
  ...(volume === undefined ? (['volume'] as const) : []),
  ...(Object.keys(masks).length === 0 ? (['mask'] as const) : []),
]

/** The files of a sample as the dataset manifest shows them. */
interface InspectedPaths {
  info?: string
  volume?: string
  mask?: string
  binaries: Record<string, string>
}

export function inspectSampleJob(
  place: NmePlace,
  sample: {
    readonly folder: string
    readonly id: string
    readonly attributes: Readonly<Record<string, string>>
    readonly voxels?: number
  },
  labels: readonly Label[],
  present: Present,
  options: {
    tolerance: { relative: number; absolute: number }
    /** What the archive never had of the sample. */
    absent: readonly SampleImage[]
    remake?: boolean
  },
): Job {
  const { profile, layout } = place
  const files = groupedFiles(place, sample.attributes)
  const binaries: Record<string, string> = {}
  const shownBinaries: Record<string, string> = {}
  for (const label of present.labels) {
    const key = keyOf(label)
    const file = files.binary(label)
    binaries[key] = file.path
    shownBinaries[key] = file.shown
  }
  const there = (is: boolean, file: string) => (is ? file : null)
  const attributes: Record<string, string> = {}
  for (const c of profile.dataset.columns) attributes[c.name] = sample.attributes[c.from] ?? ''
  // Only what the folder itself says can be held against the info file.
  const info: Record<string, string> = {}
  const folderAttributes = layout.parseFolder(sample.folder) ?? {}
  for (const c of profile.info)
    if (folderAttributes[c.from] !== undefined) info[c.name] = folderAttributes[c.from]!
  const paths: InspectedPaths = { binaries: shownBinaries }
  if (present.info) paths.info = files.info.shown
  if (present.volume) paths.volume = files.volume.shown
  if (present.mask) paths.mask = files.mask.shown
  const known = { id: sample.id, attributes, paths, labels: indexByKey(labels), info }
  const params: typeof known & { tolerance: object; absent?: readonly SampleImage[] } = {
    ...known,
    tolerance: options.tolerance,
  }
  // Left out where nothing is absent, as before there was such a parameter: receipts of that time still hold.
  if (options.absent.length > 0) params.absent = options.absent
  const job: Job = {
    fields: NO_FIELDS,
    step: inspectSample.name,
    case: sample.folder,
    params,
    inputs: {
      volumeHeader: there(present.volume, files.volume.path),
      maskHeader: there(present.mask, files.mask.path),
      binaryHeaders: binaries,
      mask: there(present.mask, files.mask.path),
      binaries,
      info: there(present.info, files.info.path),
    },
    outputs: { record: recordPath(sample.folder) },
    memory: inspectSample.memory({ voxels: sample.voxels ?? 0, inputBytes: 0 }),
    weight: files.maskBytes,
  }
  return remade(job, options.remake)
}

const recordPath = (folder: string): string => `${STATE_FOLDER}/records/${folder}.json`

/** Which label files of a grouped sample are there. */
export function presentIn(sample: GroupedSample, place: NmePlace, labels: readonly Label[]): Present {
  const name = (label: Label) =>
    path.posix.basename(
      place.layout.outputPath(sample.attributes, { index: label.index, shortForm: label.shortForm }),
    )
  return { ...sample.has, labels: labels.filter(l => sample.files.has(name(l))) }
}

export function datasetManifestJob(
  place: NmePlace,
  folders: readonly string[],
  labels: readonly Label[],
  options: {
    output: string
    sheet: string
    verbose?: boolean
    splits?: readonly PlannedSplit[]
    splitFolder?: string
    /** Cases whose earlier findings belong into the workbook: also those that have no record. */
    findingsOf: () => Iterable<{ readonly step: string; readonly case: string; readonly part?: string }>
    remake?: boolean
  },
): CasePlan {
  const { workspace, profile } = place
  const splits = options.splits ?? []
  const indexes = splits.flatMap(({ rule, index }) =>
    index.map(subsets => {
      const file = indexFileName(rule.name, subsets)
      return [
        `${rule.name}/${file}`,
        workspace.relative(path.join(options.splitFolder ?? '', rule.name, file)),
      ] as const
    }),
  )
  const gathered = () => {
    const records: Record<string, string> = {}
    for (const folder of folders) records[folder] = recordPath(folder)
    const upstream: Record<string, string> = {}
    for (const o of options.findingsOf()) upstream[`${o.step}/${o.case}@${o.part ?? ''}`] = receiptName(o)
    return { records, upstream }
  }
  let inputs: Job['inputs'] | undefined
  const job: Job = {
    fields: NO_FIELDS,
    step: genDatasetManifest.name,
    case: DATASET,
    params: {
      columns: profile.dataset.columns.map(c => c.name),
      labels: labels.map(labelKey),
      sheet: options.sheet,
      verbose: options.verbose ?? false,
      ...(splits.length > 0 ? { split: splitColumns(profile), splits } : { splits: [] }),
    },
    // Some paths for each sample of the data set: made when they are asked for, which a plan that is only told never does.
    get inputs() {
      inputs ??= gathered()
      return inputs
    },
    outputs: { manifest: workspace.relative(options.output), indexes: Object.fromEntries(indexes) },
    memory: genDatasetManifest.memory({ voxels: 0, inputBytes: 0 }),
    weight: 0,
  }
  return { case: DATASET, jobs: [remade(job, options.remake)] }
}
