import type { Finding, FindingCode } from '../../core/finding.ts'
import type { Grid } from '../../core/volume.ts'

export interface PlanOptions {
  /** Slices whose origins run aslant of their normal: refused, or resampled along the shifted rows. */
  readonly onTilt: 'reject' | 'resample'
  /**
   * Slices at uneven distances: refused, resampled linearly to the median distance, or accepted as if they were
   * even between the first and the last.
   */
  readonly onUneven: 'reject' | 'resample' | 'accept'
  /**
   * Several volumes in one series: `split` gives the one of most slices no suffix and numbers the others,
   * `suffix` numbers all, `reject` refuses the series.
   */
  readonly onMultiple: 'split' | 'suffix' | 'reject'
  /**
   * A series of fewer images is refused. At 1, a lone slice becomes a volume if SpacingBetweenSlices gives its
   * extent; above, each volume needs two places at least.
   */
  readonly minSlices: number
  /** Path or case that findings are about. */
  readonly where: string
  /** The file of a frame, for messages. */
  readonly nameOf: (index: number) => string
  /**
   * A digest of the pixels of a frame (its encoded bytes are enough), asked only for frames at a place that others
   * share and that no attribute tells apart. Without it, frames of the same SOP instance alone count as equal.
   */
  readonly digestOf?: ((index: number) => string) | undefined
}

export const PLAN_DEFAULTS: PlanOptions = {
  onTilt: 'reject',
  onUneven: 'reject',
  onMultiple: 'split',
  minSlices: 3,
  where: 'series',
  nameOf: index => `slice ${index}`,
}

/** One frame of a volume. */
export interface PlannedSlice {
  readonly index: number
  readonly slope: number
  readonly intercept: number
  /** Distance along the normal from the first slice, mm. */
  readonly alongMm: number
  /** Where its first pixel lies on the volume's grid, in voxels along i and j; 0, 0 unless tilt is resampled. */
  readonly shift: readonly [number, number]
}

/** How one volume is put together. */
export interface VolumePlan {
  /** '' or '_1', '_2', … for the name of its file. */
  readonly suffix: string
  /** What sets it apart from the other volumes of its series, by DICOM keyword; empty when it is the only one. */
  readonly distinction: Readonly<Record<string, string | number>>
  readonly where: string
  /** Pixels of a frame. */
  readonly columns: number
  readonly rows: number
  /** In the order of the normal of ImageOrientationPatient. */
  readonly slices: readonly PlannedSlice[]
  /** Voxel (i, j, k): i along columns' index, j along rows' index, k along the normal. */
  readonly grid: Grid
  /** Slices are sheared back, `along` the normal also interpolated to `spacingMm`; undefined: voxels as stored. */
  readonly resampling: { readonly along: boolean; readonly spacingMm: number } | undefined
}

/** A frame that is in no volume, and the code of the finding that says why. */
export interface LeftOut {
  readonly index: number
  readonly code: FindingCode
}

/** Each frame is in exactly one volume or left out. */
export interface SeriesPlan {
  readonly volumes: readonly VolumePlan[]
  readonly leftOut: readonly LeftOut[]
  readonly findings: readonly Finding[]
}
