import { type Point, voxelSizes } from '../../core/affine.ts'
import type { Grid, Mask } from '../../core/volume.ts'
import { type Connectivity, connectedRuns } from './connectedRuns.ts'
import { type VoxelRuns, voxelRuns } from './voxelRuns.ts'

export interface LabelledParts {
  /** Connected parts of all labels but 0 together; those of different labels are told apart. */
  readonly parts: number
  /** The part of most voxels, of several such the first in the order of voxels; undefined where no voxel has a label. */
  readonly largest:
    | {
        readonly label: number
        readonly voxels: number
        /** The voxel of it that is nearest to its centroid, in mm along the voxel axes. */
        readonly centre: Point
      }
    | undefined
  /** Mean of the values at all voxels with a label, NaN and infinite ones left out; undefined where there is none. */
  readonly mean: number | undefined
}

const NO_BACKGROUND = Uint8Array.from({ length: 256 }, (_, label) => (label === 0 ? 0 : 1))

/**
 * How many connected parts a label map has, where the largest lies, and the mean of an image within the labels.
 *
 * @param values an image on the grid of the label map
 * @throws RangeError when the label map has 2^31 voxels or more
 */
export function labelledParts(
  { grid, data }: Mask,
  values?: Int16Array | Float32Array,
  connectivity: Connectivity = 26,
): LabelledParts {
  const runs = voxelRuns(data, grid.shape, NO_BACKGROUND)
  const root = connectedRuns(runs, grid.shape, connectivity)
  const size = new Int32Array(runs.count)
  for (let r = 0; r < runs.count; r++) size[root[r]!]! += runs.end[r]! - runs.start[r]!
  let parts = 0
  let largest = -1
  for (let r = 0; r < runs.count; r++) {
    if (root[r] !== r) continue
    parts++
    if (largest < 0 || size[r]! > size[largest]!) largest = r
  }
  return {
    parts,
    largest:
      largest < 0
        ? undefined
        : {
            label: runs.label[largest]!,
            voxels: size[largest]!,
            centre: centreOf(runs, root, largest, grid),
          },
    mean: values === undefined ? undefined : meanOver(runs, values),
  }
}

/** The voxel of the part with that root which is nearest to its centroid. */
function centreOf(
  { count, start, end }: VoxelRuns,
  root: Int32Array,
  part: number,
  { shape: [ni, nj], affine }: Grid,
): Point {
  let [voxels, x, y, z] = [0, 0, 0, 0]
  for (let r = 0; r < count; r++) {
    if (root[r] !== part) continue
    const row = Math.floor(start[r]! / ni)
    const length = end[r]! - start[r]!
    voxels += length
    x += length * (start[r]! - row * ni + (length - 1) / 2)
    y += length * (row % nj)
    z += length * Math.floor(row / nj)
  }
  const [ci, cj, ck] = [x / voxels, y / voxels, z / voxels]
  const [di, dj, dk] = voxelSizes(affine)
  let nearest = Number.POSITIVE_INFINITY
  let [i, j, k] = [0, 0, 0]
  for (let r = 0; r < count; r++) {
    if (root[r] !== part) continue
    const row = Math.floor(start[r]! / ni)
    const first = start[r]! - row * ni
    const along = Math.min(first + end[r]! - start[r]! - 1, Math.max(first, Math.round(ci)))
    const [u, v, w] = [(along - ci) * di, ((row % nj) - cj) * dj, (Math.floor(row / nj) - ck) * dk]
    const distance = u * u + v * v + w * w
    if (distance >= nearest) continue
    nearest = distance
    ;[i, j, k] = [along, row % nj, Math.floor(row / nj)]
  }
  return [i, j, k]
}

function meanOver({ count, start, end }: VoxelRuns, values: Int16Array | Float32Array): number | undefined {
  let [sum, finite] = [0, 0]
  for (let r = 0; r < count; r++)
    for (let i = start[r]!; i < end[r]!; i++) {
      const v = values[i]!
      if (!Number.isFinite(v)) continue
      sum += v
      finite++
    }
  return finite === 0 ? undefined : sum / finite
}
