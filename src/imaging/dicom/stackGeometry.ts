import type { Point } from '../../core/affine.ts'
import type { LocatedSlice } from './locatedSlice.ts'
import { dot, type Place, type SliceAxes, sliceAxes } from './places.ts'

/** Distances between slices may differ by this part. */
const GAP_TOLERANCE = 0.01
/** A slice may lie this part of the distance beside its place between the first and the last slice. */
const DRIFT_TOLERANCE = 0.1
/** Origins that stay within this part of a pixel of the normal through the first, or this angle, are untilted. */
const SHIFT_TOLERANCE = 0.1
const TILT_TOLERANCE_DEGREES = 0.1

/** One slice a place, from the lowest to the highest, and how regularly they lie. */
export interface StackGeometry extends SliceAxes {
  readonly slices: readonly LocatedSlice[]
  /** Distance of each slice from the first along the normal, mm. */
  readonly alongMm: readonly number[]
  /** Each slice's origin beside that of the first, in pixels along a row and along a column. */
  readonly shifts: readonly (readonly [number, number])[]
  /** Mean distance between neighbours: from the first slice to the last over their number less one. */
  readonly meanGapMm: number
  /** The usual distance: unlike the mean, a missing slice does not move it. */
  readonly medianGapMm: number
  readonly isEven: boolean
  /** Slice k and k + 1 have another distance than usual. */
  readonly oddGaps: readonly number[]
  /** How far the slice farthest from its place on the mean spacing lies from it, mm. */
  readonly largestDriftMm: number
  /** Angle between the line of origins and the normal. */
  readonly tiltDegrees: number
  readonly isTilted: boolean
  /** Origins beside the straight line from the first to the last by more than a tenth of a pixel. */
  readonly strayed: readonly LocatedSlice[]
}

/** Measures a stack of two slices or more, of one size, orientation and pixel spacing, one at each place. */
export function stackGeometry(places: readonly Place[]): StackGeometry {
  const slices = places.map(place => place.slices[0]!)
  const first = slices[0]!
  const axes = sliceAxes(first.orientation)
  const offsets = slices.map(({ position: p }): Point => {
    const o = first.position
    return [p[0] - o[0], p[1] - o[1], p[2] - o[2]]
  })
  const alongMm = offsets.map(offset => dot(offset, axes.normal))
  const shifts = offsets.map(
    offset =>
      [
        dot(offset, axes.row) / first.pixelSpacing[1],
        dot(offset, axes.column) / first.pixelSpacing[0],
      ] as const,
  )
  return { ...axes, slices, alongMm, shifts, ...regularity(alongMm), ...tilt(first, slices, alongMm, shifts) }
}

function regularity(alongMm: readonly number[]) {
  const gaps = alongMm.slice(1).map((along, k) => along - alongMm[k]!)
  const meanGapMm = alongMm.at(-1)! / gaps.length
  const medianGapMm = [...gaps].sort((a, b) => a - b)[gaps.length >> 1]!
  const differs = (from: number) => (gap: number) => Math.abs(gap - from) > (GAP_TOLERANCE + 1e-9) * from
  const drifts = alongMm.map((along, k) => Math.abs(along - k * meanGapMm))
  const largestDriftMm = drifts.reduce((a, b) => Math.max(a, b))
  const oddGaps = [...gaps.keys()].filter(k => differs(medianGapMm)(gaps[k]!))
  // Positions rounded to a few decimals make the median of even gaps less exact than their mean.
  const isEven =
    (oddGaps.length === 0 || !gaps.some(differs(meanGapMm))) && largestDriftMm <= DRIFT_TOLERANCE * meanGapMm
  return { meanGapMm, medianGapMm, oddGaps, largestDriftMm, isEven }
}

function tilt(
  first: LocatedSlice,
  slices: readonly LocatedSlice[],
  alongMm: readonly number[],
  shifts: StackGeometry['shifts'],
) {
  const total = alongMm.at(-1)!
  const last = shifts.at(-1)!
  const driftMm = Math.hypot(last[0] * first.pixelSpacing[1], last[1] * first.pixelSpacing[0])
  const tiltDegrees = (Math.atan2(driftMm, total) * 180) / Math.PI
  return {
    tiltDegrees,
    isTilted: tiltDegrees > TILT_TOLERANCE_DEGREES && Math.hypot(...last) > SHIFT_TOLERANCE,
    strayed: slices.filter((_, s) => {
      const part = alongMm[s]! / total
      const [i, j] = shifts[s]!
      return Math.hypot(i - part * last[0], j - part * last[1]) > SHIFT_TOLERANCE
    }),
  }
}
