import type { Shape } from '../../core/volume.ts'
import type { JobGroup } from './warpJob.ts'

/** Voxels, more than what single precision can be wrong by. */
const MARGIN = 0.01

/**
 * The voxels of row (j, k) that may fall inside an image of that shape: from the first to before the end. All others
 * surely fall outside, so that their displacement need not be known.
 */
export function insideInterval(
  { straight, reach }: Pick<JobGroup, 'straight' | 'reach'>,
  shape: Shape,
  j: number,
  k: number,
  nx: number,
  interval: [number, number],
): void {
  let [least, most] = [0, nx - 1]
  for (let axis = 0; axis < 3; axis++) {
    const r = 4 * axis
    const start = straight[r + 1]! * j + straight[r + 2]! * k + straight[r + 3]!
    const step = straight[r]!
    const low = -0.5 - MARGIN - reach.high[axis]! - start
    const high = shape[axis]! - 0.5 + MARGIN - reach.low[axis]! - start
    if (step > 0) {
      least = Math.max(least, low / step)
      most = Math.min(most, high / step)
    } else if (step < 0) {
      least = Math.max(least, high / step)
      most = Math.min(most, low / step)
    } else if (low > 0 || high < 0) most = -1
  }
  interval[0] = Math.ceil(least)
  interval[1] = Math.floor(most) + 1
  if (!(interval[0] < interval[1])) {
    interval[0] = nx
    interval[1] = nx
  }
}
