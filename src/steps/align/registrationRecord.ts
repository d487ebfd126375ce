import type { Point } from '../../core/affine.ts'
import type { Likeness } from '../../imaging/registrationFigures.ts'

/** Figures by which a registration is judged. */
export interface RegistrationQuality {
  readonly before: Likeness
  readonly after: Likeness
  /** Share of the fixed voxels where the determinant of the spatial Jacobian is not above 0. */
  readonly foldedShare: number
  readonly smallestJacobian: number
  readonly largestDisplacementMm: number
}

/** Bounds beyond which a registration is marked for review. */
export interface RegistrationGate {
  readonly maxFoldedShare: number
  readonly minFieldOverlap: number
  readonly maxDisplacementMm: number
  /** Normalised mutual information after, less that before. */
  readonly minSimilarityGain: number
}

export interface RegistrationVerdict {
  readonly verdict: 'ok' | 'review'
  readonly reasons: readonly string[]
}

/** What is kept of a registration beside its outputs; no times, no folders. */
export interface RegistrationRecord {
  readonly case: string
  readonly engine: 'native' | 'wasm'
  readonly version: string
  readonly threads: number
  /** The part of the fixed image that was registered; null: all of it. */
  readonly restriction: {
    readonly start: Point
    readonly size: Point
    readonly of: Point
    readonly marginMm: number
  } | null
  readonly stages: readonly { readonly transform: string; readonly finalMetric: number | null }[]
  readonly quality: RegistrationQuality
  readonly gate: RegistrationVerdict
}

const round = (v: number, digits = 4): number => Number(v.toFixed(digits))

/** Holds the figures to the gate. */
export function verdictOf(quality: RegistrationQuality, gate: RegistrationGate): RegistrationVerdict {
  const { before, after, foldedShare, largestDisplacementMm } = quality
  const gain = after.mutualInformation - before.mutualInformation
  const reasons: string[] = []
  if (!(gain >= gate.minSimilarityGain))
    reasons.push(
      `mutual information changes by ${round(gain)} (${round(before.mutualInformation)} to ${round(after.mutualInformation)}), less than ${gate.minSimilarityGain}`,
    )
  if (!(foldedShare <= gate.maxFoldedShare))
    reasons.push(
      `${round(100 * foldedShare)} % of the voxels are folded, more than ${round(100 * gate.maxFoldedShare)} %`,
    )
  if (!(largestDisplacementMm <= gate.maxDisplacementMm))
    reasons.push(
      `the largest displacement is ${round(largestDisplacementMm, 1)} mm, more than ${gate.maxDisplacementMm} mm`,
    )
  if (!(after.overlap >= gate.minFieldOverlap))
    reasons.push(
      `${round(100 * after.overlap, 1)} % of the fixed image lie within the moving image, less than ${round(100 * gate.minFieldOverlap, 1)} %`,
    )
  return { verdict: reasons.length === 0 ? 'ok' : 'review', reasons }
}
