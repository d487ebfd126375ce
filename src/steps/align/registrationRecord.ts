import type { Point } from '../../core/affine.ts'
import type { RegistrationQuality } from '../../imaging/registrationQuality.ts'

/** Bounds beyond which a registration is marked for review. */
export interface RegistrationGate {
  readonly maxFoldedShare: number
  /** Share of the moving image's field that appears on the fixed grid. */
  readonly minFieldOverlap: number
  readonly maxDisplacementMm: number
  /** Mutual information after, less that before, nats. */
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
  const { foldedShare, farthestMm, overlap } = quality
  const [before, after] = [quality.before.mutualInformation ?? 0, quality.after.mutualInformation ?? 0]
  const gain = after - before
  const reasons: string[] = []
  if (!(gain >= gate.minSimilarityGain))
    reasons.push(
      `mutual information changes by ${round(gain)} (${round(before)} to ${round(after)} nats), less than ${gate.minSimilarityGain}`,
    )
  if (!(foldedShare <= gate.maxFoldedShare))
    reasons.push(
      `${round(100 * foldedShare)} % of the voxels are folded, more than ${round(100 * gate.maxFoldedShare)} %`,
    )
  if (!(farthestMm <= gate.maxDisplacementMm))
    reasons.push(
      `the largest displacement is ${round(farthestMm, 1)} mm, more than ${gate.maxDisplacementMm} mm`,
    )
  if (!(overlap.ofMoving >= gate.minFieldOverlap))
    reasons.push(
      `${round(100 * overlap.ofMoving, 1)} % of the moving image's field lie on the fixed image, less than ${round(100 * gate.minFieldOverlap, 1)} %`,
    )
  return { verdict: reasons.length === 0 ? 'ok' : 'review', reasons }
}
