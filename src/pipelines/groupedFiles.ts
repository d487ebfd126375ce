import type { Workspace } from '../engine/workspace.ts'
import type { Label } from '../profiles/labels.ts'
import type { GroupedLayout } from '../profiles/layout.ts'
import type { Profile } from '../profiles/schema.ts'
import { fileSize, fileStamp, modifiedAt } from '../storage/fileStamp.ts'
import { imageVoxels } from './imageVoxels.ts'
import type { GroupedSample, Sample } from './nmeSamples.ts'

/** Folders of one data set on this machine, and what its paths are relative to. */
export interface NmePlace {
  readonly workspace: Workspace
  /** Absolute. */
  readonly archive: string
  /** Absolute. */
  readonly grouped: string
  readonly profile: Profile
  readonly layout: GroupedLayout
  /** Set where nobody asks what jobs weigh: to look up the size of each file is most of a plan that is only told. */
  readonly unweighed?: boolean
}

/** The path, relative to the root, of what lies in a folder of the data set. */
export const below = (workspace: Workspace, folder: string, file: string): string =>
  workspace.relative(`${folder}/${file}`)

export const sizeOf = (file: string): number => fileSize(file) ?? 0

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
export function groupedFiles(place: NmePlace, attributes: Readonly<Record<string, string>>): GroupedFiles {
  if (last?.place === place && last.attributes === attributes) return last.files
  const { workspace, grouped, layout } = place
  const folder = layout.sampleFolder(attributes)
  const base = below(workspace, grouped, folder)
  const at = (file: Parameters<GroupedLayout['fileName']>[1]): GroupedFile => {
    const name = layout.fileName(attributes, file)
    return { path: `${base}/${name}`, shown: `${folder}/${name}` }
  }
  const mask = at('mask')
  const binaries = new Map<Label, GroupedFile>()
  const files: GroupedFiles = {
    volume: at('volume'),
    mask,
    info: at('info'),
    binary(label) {
      const known = binaries.get(label) ?? at({ index: label.index, shortForm: label.shortForm })
      binaries.set(label, known)
      return known
    },
    maskBytes: place.unweighed ? 0 : sizeOf(workspace.absolute(mask.path)),
  }
  last = { place, attributes, files }
  return files
}

/** Which files of a sample a check looks at: those that a plan makes, or those that are there. */
export interface Present {
  readonly volume: boolean
  readonly mask: boolean
  readonly info: boolean
  readonly labels: readonly Label[]
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

/** How many voxels the images of a sample have that are there now. */
export function voxelsOnDisk(place: NmePlace, sample: GroupedSample): number {
  const { mask, volume } = groupedFiles(place, sample.attributes)
  const image = sample.has.mask ? mask : volume
  return imageVoxels(place.workspace.absolute(image.path))
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
