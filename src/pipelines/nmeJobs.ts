import path from 'node:path'
import type { CasePlan, Job } from '../engine/job.ts'
import { DATASET } from '../engine/provenance.ts'
import { receiptName } from '../engine/receipt.ts'
import { STATE_FOLDER, type Workspace } from '../engine/workspace.ts'
import type { Label } from '../profiles/labels.ts'
import { type GroupedLayout, shortFormInNames } from '../profiles/layout.ts'
import { maskNames } from '../profiles/match.ts'
import type { Profile } from '../profiles/schema.ts'
import type { Table } from '../profiles/tableJoin.ts'
import { genDatasetManifest } from '../steps/check/genDatasetManifest.ts'
import { inspectSample } from '../steps/check/inspectSample.ts'
import { genArchiveManifest } from '../steps/ingest/genArchiveManifest.ts'
import { confirmPairs } from '../steps/prepare/confirmPairs.ts'
import { extractBinaryMasks } from '../steps/prepare/extractBinaryMasks.ts'
import { indexFileName } from '../steps/share/splitSheet.ts'
import { fileStamp, modifiedAt, stampedSize } from '../storage/fileStamp.ts'
import type { GroupedSample, RefusedSample, Sample } from './nmeSamples.ts'
import { type PlannedSplit, splitColumns } from './nmeSplits.ts'

/** Folders of one data set on this machine, and what its paths are relative to. */
export interface NmePlace {
  readonly workspace: Workspace
  /** Absolute. */
  readonly archive: string
  /** Absolute. */
  readonly grouped: string
  readonly profile: Profile
  readonly layout: GroupedLayout
}

export type GeometryPolicy = 'copy' | 'resample' | 'reject'

/** Key of a label among the binary masks of a sample, as in file names and column titles: `01_NME`. */
export const labelKey = (label: Label): string =>
  `${String(label.index).padStart(2, '0')}_${shortFormInNames(label.shortForm)}`

const common = { fields: {} } as const

/** Values by what they are made of: the jobs of all samples share them, so that a plan of many samples stays small. */
function remembered<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const values = new WeakMap<K, V>()
  return key => {
    const value = values.get(key) ?? make(key)
    values.set(key, value)
    return value
  }
}

const labelNames = remembered((labels: readonly Label[]) =>
  labels.map(l => ({
    ...{ label: l, key: labelKey(l), part: String(l.index).padStart(2, '0') },
    short: shortFormInNames(l.shortForm),
  })),
)
const labelIndexes = remembered((labels: readonly Label[]) => labels.map(l => l.index))
const indexByKey = remembered((labels: readonly Label[]) =>
  Object.fromEntries(labelNames(labels).map(({ key, label }) => [key, label.index])),
)
const maskParametersOf = remembered(
  (profile: Profile) => new Map(maskNames(profile).map(name => [name, maskParameters(profile, name)])),
)

export function archiveManifestJob(
  place: NmePlace,
  options: { output: string; sheet: string; tables: readonly Table[]; remake?: boolean },
): CasePlan {
  const { workspace } = place
  const job: Job = {
    ...common,
    step: genArchiveManifest.name,
    case: DATASET,
    params: { profile: place.profile, tables: options.tables, sheet: options.sheet },
    inputs: { archive: workspace.relative(place.archive) },
    outputs: { manifest: workspace.relative(options.output) },
    memory: genArchiveManifest.memory({ voxels: 0, inputBytes: 0 }),
    weight: 0,
    ...remade(options.remake),
  }
  return { case: DATASET, jobs: [job] }
}

const remade = (remake: boolean | undefined) => (remake ? { remake } : {})

const sizeOf = (file: string): number => {
  const stamp = fileStamp(file)
  return stamp === undefined ? 0 : stampedSize(stamp)
}

/** A file of a sample: by the root of the workspace, and by the grouped folder as people are shown it. */
interface GroupedFile {
  readonly path: string
  readonly shown: string
}

interface GroupedFiles {
  readonly volume: GroupedFile
  readonly mask: GroupedFile
  readonly info: GroupedFile
  binary(label: Label): GroupedFile
  /** Bytes of the mask as it lies there now; 0 where there is none yet. */
  readonly maskBytes: number
}

/** The jobs of one sample, which are made behind each other, name the same files. */
let last: { place: NmePlace; attributes: object; files: GroupedFiles } | undefined

/** A sample's outputs. */
function groupedFiles(place: NmePlace, attributes: Readonly<Record<string, string>>): GroupedFiles {
  if (last?.place === place && last.attributes === attributes) return last.files
  const { workspace, grouped, layout } = place
  const folder = layout.sampleFolder(attributes)
  const base = workspace.relative(path.join(grouped, folder))
  const at = (file: Parameters<GroupedLayout['fileName']>[1]): GroupedFile => {
    const name = layout.fileName(attributes, file)
    return { path: `${base}/${name}`, shown: `${folder}/${name}` }
  }
  const mask = at('mask')
  const files: GroupedFiles = {
    volume: at('volume'),
    mask,
    info: at('info'),
    binary: label => at({ index: label.index, shortForm: label.shortForm }),
    maskBytes: sizeOf(workspace.absolute(mask.path)),
  }
  last = { place, attributes, files }
  return files
}

export function confirmPairsJob(
  place: NmePlace,
  sample: Sample,
  options: { onGeometryMismatch: GeometryPolicy; remake?: boolean },
): Job {
  const { workspace, archive, profile } = place
  const inArchive = (file: string) => workspace.relative(path.join(archive, file))
  const to = groupedFiles(place, sample.attributes)
  const { volume } = sample.archive
  // In the order in which they are merged.
  const parameters = maskParametersOf(profile)
  const names = [...parameters.keys()].filter(name => sample.archive.masks[name] !== undefined)
  const masks = Object.fromEntries(names.map(name => [name, inArchive(sample.archive.masks[name]!)]))
  const inputBytes = [volume, ...Object.values(sample.archive.masks)].reduce(
    (sum, file) => sum + (file === undefined ? 0 : sizeOf(path.join(archive, file))),
    0,
  )
  return {
    ...common,
    step: confirmPairs.name,
    case: sample.folder,
    params: {
      onGeometryMismatch: options.onGeometryMismatch,
      info: profile.info.map(c => ({ name: c.name, value: sample.attributes[c.from] ?? '' })),
      masks: names.map(name => parameters.get(name)!),
    },
    inputs: { volume: volume === undefined ? null : inArchive(volume), masks },
    outputs: {
      volume: volume === undefined ? null : to.volume.path,
      mask: names.length === 0 ? null : to.mask.path,
      info: to.info.path,
    },
    memory: confirmPairs.memory({ voxels: sample.voxels, inputBytes }),
    weight: inputBytes,
    ...remade(options.remake),
  }
}

/** The job of a sample that the manifest itself rules out: it only fails, so that status and workbooks name it. */
export function refusedPlan({ folder, finding }: RefusedSample): CasePlan {
  const job: Job = {
    ...common,
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

function maskParameters(profile: Profile, name: string) {
  const entry = profile.files.find(f => f.role === 'mask' && (f.name ?? '') === name)
  return entry?.remap === undefined ? { name } : { name, remap: entry.remap }
}

export function binaryMaskJobs(
  place: NmePlace,
  sample: {
    readonly folder: string
    readonly attributes: Readonly<Record<string, string>>
    readonly voxels?: number
  },
  labels: readonly Label[],
  options: { remake?: boolean } = {},
): Job[] {
  const files = groupedFiles(place, sample.attributes)
  const inputBytes = files.maskBytes
  const known = labelIndexes(labels)
  return labelNames(labels).map(({ label, part, short }) => ({
    ...common,
    step: extractBinaryMasks.name,
    case: sample.folder,
    part,
    params: { index: label.index, shortForm: short, known },
    inputs: { mask: files.mask.path },
    outputs: { binary: files.binary(label).path },
    memory: extractBinaryMasks.memory({ voxels: sample.voxels ?? 0, inputBytes }),
    weight: inputBytes / labels.length,
    ...remade(options.remake),
  }))
}

/** Which files of a sample a check looks at: those that a plan makes, or those that are there. */
export interface Present {
  readonly volume: boolean
  readonly mask: boolean
  readonly info: boolean
  readonly labels: readonly Label[]
}

/** The images of a sample: one that the archive has only one of is kept with that one alone. */
export type SampleImage = 'volume' | 'mask'

/** What the archive manifest names no file for. */
export const absentOf = ({ archive: { volume, masks } }: Pick<Sample, 'archive'>): SampleImage[] => [
  ...(volume === undefined ? (['volume'] as const) : []),
  ...(Object.keys(masks).length === 0 ? (['mask'] as const) : []),
]

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
  const masks = labelNames(present.labels).map(({ label, key }) => [key, files.binary(label)] as const)
  const binaries = Object.fromEntries(masks.map(([key, { path }]) => [key, path]))
  const there = (is: boolean, file: string) => (is ? file : null)
  const folderAttributes = layout.parse(files.info.shown)?.attributes ?? {}
  return {
    ...common,
    step: inspectSample.name,
    case: sample.folder,
    params: {
      id: sample.id,
      attributes: Object.fromEntries(
        profile.dataset.columns.map(c => [c.name, sample.attributes[c.from] ?? '']),
      ),
      paths: {
        ...(present.info ? { info: files.info.shown } : {}),
        ...(present.volume ? { volume: files.volume.shown } : {}),
        ...(present.mask ? { mask: files.mask.shown } : {}),
        binaries: Object.fromEntries(masks.map(([key, { shown }]) => [key, shown])),
      },
      labels: indexByKey(labels),
      // Only what the folder itself says can be held against the info file.
      info: Object.fromEntries(
        profile.info.flatMap(c =>
          folderAttributes[c.from] === undefined ? [] : [[c.name, folderAttributes[c.from]!]],
        ),
      ),
      tolerance: options.tolerance,
      // Left out where nothing is absent, as before there was such a parameter: receipts of that time still hold.
      ...(options.absent.length === 0 ? {} : { absent: options.absent }),
    },
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
    ...remade(options.remake),
  }
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
    findingsOf: readonly { readonly step: string; readonly case: string; readonly part?: string }[]
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
  const job: Job = {
    ...common,
    step: genDatasetManifest.name,
    case: DATASET,
    params: {
      columns: profile.dataset.columns.map(c => c.name),
      labels: labels.map(labelKey),
      sheet: options.sheet,
      verbose: options.verbose ?? false,
      ...(splits.length > 0 ? { split: splitColumns(profile), splits } : { splits: [] }),
    },
    inputs: {
      records: Object.fromEntries(folders.map(f => [f, recordPath(f)])),
      upstream: Object.fromEntries(
        options.findingsOf.map(o => [`${o.step}/${o.case}@${o.part ?? ''}`, receiptName(o)]),
      ),
    },
    outputs: { manifest: workspace.relative(options.output), indexes: Object.fromEntries(indexes) },
    memory: genDatasetManifest.memory({ voxels: 0, inputBytes: 0 }),
    weight: 0,
    ...remade(options.remake),
  }
  return { case: DATASET, jobs: [job] }
}

/** Which files of a sample are there now. */
export function presentOnDisk(
  place: NmePlace,
  sample: Pick<Sample, 'attributes'>,
  labels: readonly Label[],
): Present {
  const files = groupedFiles(place, sample.attributes)
  const is = (file: GroupedFile) => fileStamp(place.workspace.absolute(file.path)) !== undefined
  return {
    volume: is(files.volume),
    mask: is(files.mask),
    info: is(files.info),
    labels: labels.filter(l => is(files.binary(l))),
  }
}

/** Whether every binary mask of a sample is there and none is older than its label map. */
export function isComplete(place: NmePlace, sample: GroupedSample, labels: readonly Label[]): boolean {
  const files = groupedFiles(place, sample.attributes)
  const made = modifiedAt(place.workspace.absolute(files.mask.path))
  if (made === undefined) return false
  return labels.every(l => {
    const time = modifiedAt(place.workspace.absolute(files.binary(l).path))
    return time !== undefined && time >= made
  })
}
