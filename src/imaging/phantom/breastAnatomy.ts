import type { Point } from '../../core/affine.ts'
import type { SeededRandom } from './seededRandom.ts'

// The shapes of the phantom, in mm. Frame: x to the patient's left with the midline at 0, y posterior from the
// anterior edge of the field of view, z superior with the nipples near 0. The patient lies prone, so that the
// breasts hang towards y = 0.

/** The field of view in mm: right to left, anterior to posterior, inferior to superior. */
export const FIELD: Point = [340, 340, 180]

export interface Breast {
  readonly x: number
  readonly z: number
  readonly halfWidth: number
  readonly halfHeight: number
  /** How far it hangs from the chest wall. */
  readonly reach: number
  /** How much of it is gland: about −0.25 (fatty) to 0.35 (dense). */
  readonly density: number
}

/** A segment of non-mass enhancement: an ellipsoid, drawn out towards the nipple, that holds scattered spots. */
export interface EnhancingSegment {
  readonly x: number
  readonly y: number
  readonly z: number
  readonly halfWidth: number
  readonly halfLength: number
  readonly halfHeight: number
  /** How far it leans to the left for each mm that it goes back. */
  readonly lean: number
}

export interface BreastAnatomy {
  /** Of the patient's right and left side. */
  readonly breasts: readonly [Breast, Breast]
  readonly segment: EnhancingSegment | undefined
}

export type Side = 'right' | 'left'

/** Surfaces along one line in y, at (x, z). */
export interface Column {
  /** y of the skin; infinite beside the body. */
  front: number
  /** y of the chest wall behind breast and subcutaneous fat. */
  wall: number
  /** mm at right angles to the chest wall for each mm in y. */
  wallSlope: number
  /** How far the breast stands out from the chest; 0 beside it. */
  reach: number
  /** (distance to the axis of the breast / its radius)², 1 at its rim and beyond. */
  rim: number
}

export const newColumn = (): Column => ({ front: 0, wall: 0, wallSlope: 1, reach: 0, rim: 1 })

const THORAX = { halfWidth: 158, depth: 105, centre: 250 }

/** @param side which breast holds non-mass enhancement, or none */
export function drawAnatomy(random: SeededRandom, side: Side | 'none'): BreastAnatomy {
  const halfWidth = random.between(60, 68)
  const halfHeight = random.between(68, 78)
  const reach = random.between(78, 104)
  const density = random.between(-0.2, 0.3)
  const breast = (x: number): Breast => ({
    x: x + random.between(-3, 3),
    z: random.between(-6, 6),
    halfWidth: halfWidth * random.between(0.95, 1.05),
    halfHeight: halfHeight * random.between(0.95, 1.05),
    reach: reach * random.between(0.93, 1.07),
    density: density + random.between(-0.04, 0.04),
  })
  const breasts = [breast(-79), breast(79)] as const
  const [u, v, depth] = [random.between(-0.28, 0.28), random.between(-0.28, 0.28), random.between(0.36, 0.52)]
  const size = random.between(0.8, 1.2)
  const lean = random.between(-0.3, 0.3)
  if (side === 'none') return { breasts, segment: undefined }
  const home = breasts[side === 'right' ? 0 : 1]
  const x = home.x + u * home.halfWidth
  const z = home.z + v * home.halfHeight
  const column: Column = newColumn()
  measureColumn(breasts, x, z, column)
  const segment = {
    x,
    y: column.front + depth * (column.wall - column.front),
    z,
    halfWidth: 17 * size,
    halfLength: 30 * size,
    halfHeight: 18 * size,
    lean,
  }
  return { breasts, segment }
}

/** Writes the surfaces at (x, z) to `column`. */
export function measureColumn(
  breasts: readonly [Breast, Breast],
  x: number,
  z: number,
  column: Column,
): void {
  const across = x / THORAX.halfWidth
  const chord = 1 - across * across
  if (chord <= 0) {
    column.front = column.wall = Number.POSITIVE_INFINITY
    column.wallSlope = 1
    column.reach = 0
    column.rim = 1
    return
  }
  const wall = THORAX.centre - THORAX.depth * Math.sqrt(chord)
  const steepness = ((THORAX.depth / THORAX.halfWidth) * across) / Math.sqrt(chord)
  const breast = breasts[x < 0 ? 0 : 1]
  const dx = (x - breast.x) / breast.halfWidth
  const dz = (z - breast.z) / breast.halfHeight
  const rim = dx * dx + dz * dz
  let reach = 0
  if (rim < 1) {
    const dome = 1 - rim
    const nx = (x - breast.x) / 7
    const nz = (z - breast.z) / 7
    const nipple = Math.max(0, 1 - nx * nx - nz * nz)
    reach = breast.reach * (0.5 * dome + 0.5 * Math.sqrt(dome)) + 6 * nipple
  }
  column.wall = wall
  column.wallSlope = 1 / Math.sqrt(1 + steepness * steepness)
  column.front = wall - 9 - 9 * across * across - reach
  column.reach = reach
  column.rim = Math.min(1, rim)
}
