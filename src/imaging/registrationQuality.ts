import { determinant, type Point } from '../core/affine.ts'
import type { TransformChain } from '../core/spatialTransform.ts'
import type { Volume } from '../core/volume.ts'
import { voxelCount } from '../core/volume.ts'
import { coarseGrid, valuesAt } from './coarseGrid.ts'
import { type Similarity, similarity, valueRange } from './similarity.ts'
import { ALONE, type Staff } from './warp/crew.ts'
import { spatialFields } from './warp/spatialFields.ts'
import { warpImages } from './warp/warpImages.ts'

/**
 * Figures of a registration, taken at points of the fixed grid (all of its voxels, or a coarser grid of them). A point
 * is covered when the chain puts it inside the moving image, half a voxel round its outermost centres included.
 */
export interface RegistrationQuality {
  /** Moving image as it lies, without the chain, beside the fixed image. */
  readonly before: Similarity
  /** Moving image carried over, beside the fixed image. */
  readonly after: Similarity
  /** Share of all points where the determinant of the spatial Jacobian is not above 0: space is folded. */
  readonly foldedShare: number
  readonly leastDeterminant: number
  readonly mostDeterminant: number
  /** Length of the longest displacement of a covered point, mm; 0 where none is covered. */
  readonly farthestMm: number
  readonly overlap: {
    /** Share of the fixed grid's points that are covered: how much of the result has values. */
    readonly ofFixed: number
    /**
     * Share of the moving image's field that appears on the fixed grid: the volume that covered points stand for in the
     * moving image (voxel volume × |determinant|, summed) over the volume of that image, at most 1.
     */
    readonly ofMoving: number
  }
  /** Voxel of the fixed grid in the middle of the covered ones (their mean, rounded); of the grid where none is. */
  readonly commonCentre: Point
  /** Points at which the figures were taken. */
  readonly points: number
}

export interface QualityRequest {
  readonly chain: TransformChain
  readonly fixed: Volume<Int16Array | Float32Array>
  readonly moving: Volume<Int16Array | Float32Array>
  /** Default 2,000,000: about 1.4 mm apart on a CTA of 512 × 512 × 160 voxels, where elastix's control points are 10. */
  readonly mostPoints?: number
}

const MOST_POINTS = 2_000_000

const volumeOf = ({ grid }: Volume): number => Math.abs(determinant(grid.affine)) * voxelCount(grid.shape)

/**
 * Memory: the moving image as float32 and about 40 bytes a point, whatever the size of the fixed image.
 * @throws RangeError for a grid without an inverse.
 */
export async function registrationQuality(
  { chain, fixed, moving, mostPoints = MOST_POINTS }: QualityRequest,
  staff: Staff = ALONE,
): Promise<RegistrationQuality> {
  const coarse = coarseGrid(fixed.grid, mostPoints)
  const { grid } = coarse
  const float = moving.data instanceof Float32Array ? moving.data : Float32Array.from(moving.data)
  const images = [{ volume: { grid: moving.grid, data: float }, order: 1, defaultValue: Number.NaN }] as const
  const reference = valuesAt(fixed, coarse)
  const [before] = await warpImages({ chain: [], grid, images }, staff)
  const [after] = await warpImages({ chain, grid, images }, staff)
  const fields = await spatialFields({ chain, grid, jacobian: true, displacement: true }, staff)
  const rangeFixed = valueRange(reference)
  const rangeMoving = valueRange(valuesAt(moving, coarseGrid(moving.grid, mostPoints)))
  const covered = coveredPoints(after, fields.jacobian!, fields.displacement!, grid.shape)
  const { summary } = fields
  return {
    before: similarity(reference, before, rangeFixed, rangeMoving),
    after: similarity(reference, after, rangeFixed, rangeMoving),
    foldedShare: summary.foldedShare,
    leastDeterminant: summary.least,
    mostDeterminant: summary.most,
    farthestMm: covered.farthestMm,
    overlap: {
      ofFixed: covered.count / after.length,
      ofMoving: Math.min(1, (covered.determinants * Math.abs(determinant(grid.affine))) / volumeOf(moving)),
    },
    commonCentre: covered.centre.map((v, axis) =>
      Math.round(coarse.first[axis]! + v * coarse.step[axis]!),
    ) as unknown as Point,
    points: after.length,
  }
}

function coveredPoints(
  values: Float32Array,
  jacobian: Float32Array,
  displacement: Float32Array,
  [nx, ny, nz]: Point,
): { count: number; determinants: number; farthestMm: number; centre: Point } {
  let [count, determinants, farthest, x, y, z] = [0, 0, 0, 0, 0, 0]
  const all = values.length
  let at = 0
  for (let k = 0; k < nz; k++)
    for (let j = 0; j < ny; j++)
      for (let i = 0; i < nx; i++, at++) {
        if (Number.isNaN(values[at])) continue
        count++
        x += i
        y += j
        z += k
        determinants += Math.abs(jacobian[at]!)
        const [dx, dy, dz] = [displacement[at]!, displacement[all + at]!, displacement[2 * all + at]!]
        farthest = Math.max(farthest, dx * dx + dy * dy + dz * dz)
      }
  const centre: Point =
    count > 0 ? [x / count, y / count, z / count] : [(nx - 1) / 2, (ny - 1) / 2, (nz - 1) / 2]
  return { count, determinants, farthestMm: Math.sqrt(farthest), centre }
}
