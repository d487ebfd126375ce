import {
  imageCount,
  metConditions,
  type SeriesRule,
  type UnmetCondition,
  unmetConditions,
} from './seriesRule.ts'
import type { SeriesTraits } from './seriesTraits.ts'

/** A series that may be meant by a modality. */
export interface SeriesCandidate {
  readonly series: SeriesTraits
  /** From 1 up among those that meet the rule; undefined for one that comes near. */
  readonly rank: number | undefined
  /** What meets the rule, or what does not. */
  readonly reason: string
}

/**
 * The series of one patient that meet a rule, the likeliest first, then those that come near: that are of the kind that
 * is wanted, but have too few images, or slices that are too thick. More images go before fewer, thinner slices before
 * thicker ones, a lower SeriesNumber before a higher one: derived series are numbered in the order in which they are
 * made, so that copies come later.
 */
export function seriesCandidates(all: readonly SeriesTraits[], rule: SeriesRule): SeriesCandidate[] {
  const judged = all.map(series => ({ series, unmet: unmetConditions(rule, series) }))
  const meeting = judged.filter(({ unmet }) => unmet.length === 0).sort(byLikelihood)
  const near = judged.filter(({ unmet }) => unmet.length > 0 && !unmet.some(isKind)).sort(byLikelihood)
  return [
    ...meeting.map(({ series }, i) => ({ series, rank: i + 1, reason: metConditions(rule, series) })),
    ...near.map(({ series, unmet }) => ({
      series,
      rank: undefined,
      reason: unmet.map(({ reason }) => reason).join('; '),
    })),
  ]
}

/** Whether a condition tells what a series is, not how good it is. */
const isKind = ({ condition }: UnmetCondition): boolean =>
  condition === 'modality' || condition === 'image_type' || condition === 'not_image_type'

interface Judged {
  readonly series: SeriesTraits
}

function byLikelihood({ series: a }: Judged, { series: b }: Judged): number {
  const last = Number.POSITIVE_INFINITY
  return (
    imageCount(b) - imageCount(a) ||
    compare(a.sliceThicknessMm ?? last, b.sliceThicknessMm ?? last) ||
    compare(a.seriesNumber ?? last, b.seriesNumber ?? last) ||
    compare(a.seriesInstanceUid, b.seriesInstanceUid)
  )
}

const compare = <T extends number | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0)
