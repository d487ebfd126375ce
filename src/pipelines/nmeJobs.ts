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

/** Paths of a sample's outputs, relative to the root of the workspace. */
function groupedPaths(
  { workspace, grouped, layout }: NmePlace,
  attributes: Readonly<Record<string, string>>,
) {
  const at = (file: Parameters<GroupedLayout['outputPath']>[1]) =>
    workspace.relative(path.join(grouped, layout.outputPath(attributes, file)))
  return {
    volume: at('volume'),
    mask: at('mask'),
    info: at('info'),
    binary: (label: Label) => at({ index: label.index, shortForm: label.shortForm }),
  }
}

export function confirmPairsJob(
  place: NmePlace,
  sample: Sample,
  options: { onGeometryMismatch: GeometryPolicy; remake?: boolean },
): Job {
  const { workspace, archive, profile } = place
  const inArchive = (file: string) => workspace.relative(path.join(archive, file))
  const to = groupedPaths(place, sample.attributes)
  const { volume } = sample.archive
  // In the order in which they are merged.
  const names = maskNames(profile).filter(name => sample.archive.masks[name] !== undefined)
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
      masks: names.map(name => maskParameters(profile, name)),
    },
    inputs: { volume: volume === undefined ? null : inArchive(volume), masks },
    outputs: {
      volume: volume === undefined ? null : to.volume,
      mask: names.length === 0 ? null : to.mask,
      info: to.info,
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
  const paths = groupedPaths(place, sample.attributes)
  const inputBytes = sizeOf(place.workspace.absolute(paths.mask))
  return labels.map(label => ({
    ...common,
    step: extractBinaryMasks.name,
    case: sample.folder,
    part: String(label.index).padStart(2, '0'),
    params: {
      index: label.index,
      shortForm: shortFormInNames(label.shortForm),
      known: labels.map(l => l.index),
    },
    inputs: { mask: paths.mask },
    outputs: { binary: paths.binary(label) },
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
  const { workspace, grouped, profile, layout } = place
  const paths = groupedPaths(place, sample.attributes)
  const shown = (relative: string) =>
    path.relative(grouped, workspace.absolute(relative)).split(path.sep).join('/')
  const binaries = Object.fromEntries(present.labels.map(l => [labelKey(l), paths.binary(l)]))
  const there = (is: boolean, file: string) => (is ? file : null)
  const folderAttributes = layout.parse(layout.outputPath(sample.attributes, 'info'))?.attributes ?? {}
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
        ...(present.info ? { info: shown(paths.info) } : {}),
        ...(present.volume ? { volume: shown(paths.volume) } : {}),
        ...(present.mask ? { mask: shown(paths.mask) } : {}),
        binaries: Object.fromEntries(Object.entries(binaries).map(([key, p]) => [key, shown(p)])),
      },
      labels: Object.fromEntries(labels.map(l => [labelKey(l), l.index])),
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
      volumeHeader: there(present.volume, paths.volume),
      maskHeader: there(present.mask, paths.mask),
      binaryHeaders: binaries,
      mask: there(present.mask, paths.mask),
      binaries,
      info: there(present.info, paths.info),
    },
    outputs: { record: recordPath(sample.folder) },
    memory: inspectSample.memory({ voxels: sample.voxels ?? 0, inputBytes: 0 }),
    weight: sizeOf(workspace.absolute(paths.mask)),
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
  const paths = groupedPaths(place, sample.attributes)
  const is = (relative: string) => fileStamp(place.workspace.absolute(relative)) !== undefined
  return {
    volume: is(paths.volume),
    mask: is(paths.mask),
    info: is(paths.info),
    labels: labels.filter(l => is(paths.binary(l))),
  }
}

/** Whether every binary mask of a sample is there and none is older than its label map. */
export function isComplete(place: NmePlace, sample: GroupedSample, labels: readonly Label[]): boolean {
  const paths = groupedPaths(place, sample.attributes)
  const made = modifiedAt(place.workspace.absolute(paths.mask))
  if (made === undefined) return false
  return labels.every(l => {
    const time = modifiedAt(place.workspace.absolute(paths.binary(l)))
    return time !== undefined && time >= made
  })
}
