import path from 'node:path'
import type { CasePlan, Job } from '../engine/job.ts'
import type { Workspace } from '../engine/workspace.ts'
import { convertDicom } from '../steps/ingest/convertDicom.ts'
import { fileSize } from '../storage/fileStamp.ts'
import { walk } from '../storage/walk.ts'
import { EXTRACT_REPORT } from './extractJobs.ts'
import { SORT_BALANCE } from './sortJobs.ts'

/** A folder that holds files of its own: one series. */
export interface SeriesFolder {
  /** Relative to the root that was walked. */
  readonly folder: string
  /** Name of the image: the folder's, without a last level that is only a SeriesInstanceUID. */
  readonly name: string
  readonly files: number
  readonly bytes: number
}

/** PS3.5, section 9.1; `2.25.` and a UUID has two dots only. */
const UID = /^[0-9]+(\.[0-9]+){2,}$/

/** Workbooks that earlier commands have put beside the patients. */
const REPORTS: readonly string[] = [EXTRACT_REPORT, SORT_BALANCE]

/** Every folder below a root that holds files, in order; folders named by a UID take the name of the one above. */
export function seriesFolders(root: string): SeriesFolder[] {
  const found = new Map<string, { files: number; bytes: number }>()
  for (const entry of walk(root, { skip: p => p.startsWith('.') })) {
    if (entry.kind !== 'file' || REPORTS.includes(entry.path)) continue
    const folder = path.posix.dirname(entry.path)
    const sum = found.get(folder) ?? { files: 0, bytes: 0 }
    found.set(folder, {
      files: sum.files + 1,
      bytes: sum.bytes + (fileSize(path.join(root, entry.path)) ?? 0),
    })
  }
  const short = (folder: string) =>
    UID.test(path.posix.basename(folder)) ? path.posix.dirname(folder) : folder
  const uses = new Map<string, number>()
  for (const folder of found.keys()) uses.set(short(folder), (uses.get(short(folder)) ?? 0) + 1)
  return [...found].map(([folder, sum]) => {
    // Two series of one modality would claim one name: each keeps its UID.
    const name = uses.get(short(folder)) === 1 && short(folder) !== '.' ? short(folder) : folder
    return { folder, name: name === '.' ? path.basename(path.resolve(root)) : name, ...sum }
  })
}

export interface ConvertOptions {
  readonly onTilt: 'reject' | 'resample'
  readonly onUneven: 'reject' | 'resample' | 'accept'
  readonly onMultiple: 'split' | 'suffix' | 'reject'
  readonly minSlices: number
  /** Folder of .npy files; none are written without it. */
  readonly npyFolder?: string | undefined
  /** `.nii.gz` or `.nii`. */
  readonly extension: string
  readonly remake: boolean
}

export function convertDicomJob(
  place: { readonly workspace: Workspace; readonly input: string; readonly output: string },
  series: SeriesFolder,
  options: ConvertOptions,
): CasePlan {
  const { workspace } = place
  const to = (folder: string, extension: string) =>
    workspace.relative(path.join(folder, `${series.name}{key}${extension}`))
  const job: Job = {
    step: convertDicom.name,
    case: series.name,
    fields: {},
    params: {
      onTilt: options.onTilt,
      onUneven: options.onUneven,
      onMultiple: options.onMultiple,
      minSlices: options.minSlices,
      npy: options.npyFolder !== undefined,
    },
    inputs: { series: workspace.relative(path.join(place.input, series.folder)) },
    outputs: {
      images: { '*': to(place.output, options.extension) },
      sidecars: { '*': to(place.output, '.json') },
      arrays: options.npyFolder === undefined ? {} : { '*': to(options.npyFolder, '.npy') },
    },
    memory: convertDicom.memory({ voxels: 0, inputBytes: series.bytes }),
    weight: series.bytes,
    ...(options.remake ? { remake: true } : {}),
  }
  return { case: series.name, jobs: [job] }
}
