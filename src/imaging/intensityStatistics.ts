import type { Histogram } from '../core/caseDescription.ts'
import { type Moments, momentsOf } from './moments/moments.ts'

/**
 * How the values of an image are spread. NaN and infinite voxels are left out. Least, largest, mean and deviation are of
 * all voxels; all else of a part of them where there are more than 4 million: blocks of 1024, evenly spread.
 */
export interface IntensityStatistics {
  readonly min: number
  readonly max: number
  readonly mean: number
  /** Of the population. */
  readonly sd: number
  /** Percentiles by nearest rank: exact for whole numbers within a range of 16383, else the lower end of a narrow bin. */
  readonly p01: number
  readonly median: number
  readonly p99: number
  /** 1st and 99th percentile of the voxels above the background, which is what has the least value. */
  readonly window: readonly [low: number, high: number]
  /** The voxels above the background, between the ends of `window`; undefined where all voxels are alike. */
  readonly histogram: Histogram | undefined
}

const BINS = 64
const FINE_BINS = 1 << 14
/** Percentiles that are told apart by fewer bins than this are counted again between their bins. */
const ENOUGH_BINS = 256
const MOST_COUNTS = 3
const MOST_VOXELS = 4 << 20
const BLOCK = 1024

type Voxels = Int16Array | Float32Array

/** Voxels by their value in bins of `width` from `low`. */
interface FineCounts {
  readonly low: number
  readonly width: number
  readonly counts: Uint32Array
  /** Voxels below `low`. */
  readonly below: number
  /** All finite voxels that were looked at. */
  readonly voxels: number
}

/** @returns undefined where no voxel is finite */
export function intensityStatistics(data: Voxels): IntensityStatistics | undefined {
  const moments = momentsOf(data)
  if (moments.voxels === 0) return undefined
  const { min, max, mean, sd } = moments
  const fine = fineCounts(data, moments)
  const { voxels } = fine
  if (voxels === 0) return undefined
  // Only while the bins begin at the least value do those of the first one have it.
  const background = fine.low === min && fine.counts[0]! < voxels ? fine.counts[0]! : 0
  const rank = (share: number, among: number, before: number) => before + Math.round(share * (among - 1))
  const all = (share: number) => Math.min(max, valueAt(fine, rank(share, voxels, 0)))
  const above = (share: number) => Math.min(max, valueAt(fine, rank(share, voxels - background, background)))
  const [low, high] = [above(0.01), above(0.99)]
  const window = [low < high ? low : min, high] as const
  return {
    ...{ min, max, mean, sd },
    ...{ p01: all(0.01), median: all(0.5), p99: all(0.99) },
    window,
    histogram: window[0] < window[1] ? coarse(fine, background, window) : undefined,
  }
}

/**
 * Counts values in bins narrow enough to tell percentiles: between the least and the largest value, and, where a few
 * far-off values make these bins wide, once more between the 1st and the 99th percentile.
 */
function fineCounts(data: Voxels, { min, max }: Moments): FineCounts {
  const countFrom =
    data instanceof Int16Array
      ? wholeNumberCounter(data)
      : (low: number, high: number) => countReals(data, low, high)
  let fine = countFrom(min, max)
  for (let n = 1; n < MOST_COUNTS; n++) {
    const first = binAt(fine, Math.round(0.01 * (fine.voxels - 1)))
    const last = binAt(fine, Math.round(0.99 * (fine.voxels - 1)))
    if (last - first >= ENOUGH_BINS || (data instanceof Int16Array && fine.width <= 1)) break
    const narrower = countFrom(fine.low + first * fine.width, fine.low + (last + 1) * fine.width)
    if (!(narrower.width < fine.width)) break
    fine = narrower
  }
  return fine
}

/** A power of two: whole numbers within the range then begin bins of their own. */
const binWidth = (range: number): number =>
  range > 0 ? 2 ** Math.ceil(Math.log2(range / (FINE_BINS - 1))) : 1

const blockStride = (data: Voxels): number => BLOCK * Math.max(1, Math.ceil(data.length / MOST_VOXELS))

function countReals(data: Float32Array, low: number, high: number): FineCounts {
  const counts = new Uint32Array(FINE_BINS)
  const width = binWidth(high - low)
  const scale = 1 / width
  let below = 0
  let above = 0
  const stride = blockStride(data)
  for (let block = 0; block < data.length; block += stride) {
    const end = Math.min(data.length, block + BLOCK)
    for (let i = block; i < end; i++) {
      const at = (data[i]! - low) * scale
      if (at >= 0) {
        if (at < FINE_BINS) counts[at | 0]!++
        else if (at < Number.POSITIVE_INFINITY) above++
      } else if (at < 0 && at > Number.NEGATIVE_INFINITY) below++
    }
  }
  const voxels = counts.reduce((sum, count) => sum + count, below + above)
  return { low, width, counts, below, voxels }
}

const INT16_VALUES = 1 << 16
const LEAST_INT16 = -32768

/** Looks at the voxels once, and counts each value; the counts of any range come of these. */
function wholeNumberCounter(data: Int16Array): (low: number, high: number) => FineCounts {
  // Two tables by turns: voxels that are alike, as background is, then do not wait for each other's count.
  const even = new Uint32Array(INT16_VALUES)
  const odd = new Uint32Array(INT16_VALUES)
  const stride = blockStride(data)
  for (let block = 0; block < data.length; block += stride) {
    const end = Math.min(data.length, block + BLOCK)
    let i = block
    for (; i + 1 < end; i += 2) {
      even[data[i]! - LEAST_INT16]!++
      odd[data[i + 1]! - LEAST_INT16]!++
    }
    if (i < end) even[data[i]! - LEAST_INT16]!++
  }
  return (low, high) => {
    const counts = new Uint32Array(FINE_BINS)
    const width = binWidth(high - low)
    let below = 0
    let voxels = 0
    for (let value = 0; value < INT16_VALUES; value++) {
      const count = even[value]! + odd[value]!
      if (count === 0) continue
      voxels += count
      const at = (value + LEAST_INT16 - low) / width
      if (at < 0) below += count
      else if (at < FINE_BINS) counts[at | 0]! += count
    }
    return { low, width, counts, below, voxels }
  }
}

/** The bin of the voxel of that rank, from 0. */
function binAt({ counts, below }: FineCounts, rank: number): number {
  let seen = below
  for (let bin = 0; bin < counts.length; bin++) {
    seen += counts[bin]!
    if (seen > rank) return bin
  }
  return counts.length - 1
}

const valueAt = (fine: FineCounts, rank: number): number => fine.low + binAt(fine, rank) * fine.width

function coarse(
  { low, width, counts, below, voxels }: FineCounts,
  background: number,
  [from, to]: readonly [number, number],
): Histogram {
  const bins = new Array<number>(BINS).fill(0)
  bins[0] = below
  let counted = below
  const scale = BINS / (to - from)
  for (let bin = 0; bin < counts.length; bin++) {
    const count = counts[bin]!
    if (count === 0) continue
    counted += count
    const at = Math.floor((low + bin * width - from) * scale)
    bins[Math.min(BINS - 1, Math.max(0, at))]! += bin === 0 ? count - background : count
  }
  bins[BINS - 1]! += voxels - counted
  return { from, to, counts: bins }
}
