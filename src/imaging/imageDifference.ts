import type { Mask, Volume } from '../core/volume.ts'

type Image = Volume<Int16Array | Float32Array>

/** How far two images of one grid are apart, voxel by voxel. */
export interface ImageDifference {
  /** Mean absolute difference over all voxels, in the images' unit. */
  readonly mae: number
  /** Mean squared difference over all voxels. */
  readonly mse: number
  /** Mean absolute difference over the mask's voxels; undefined without a mask, or where it is empty. */
  readonly maskMae: number | undefined
  /** Voxels of the mask that are not 0. */
  readonly maskVoxels: number
  /** Voxels at which either image is no finite number; the means are then none either. */
  readonly notFinite: number
}

/**
 * @throws RangeError when the arrays differ in length.
 */
export function imageDifference(a: Image, b: Image, mask?: Mask): ImageDifference {
  const x = a.data
  const y = b.data
  const inside = mask?.data
  if (x.length !== y.length || (inside !== undefined && inside.length !== x.length))
    throw new RangeError(`images of ${x.length} and ${y.length} voxels are not compared`)
  let absolute = 0
  let squared = 0
  let masked = 0
  let maskVoxels = 0
  let notFinite = 0
  for (let i = 0; i < x.length; i++) {
    const difference = x[i]! - y[i]!
    const size = difference < 0 ? -difference : difference
    absolute += size
    squared += difference * difference
    if (inside !== undefined && inside[i] !== 0) {
      masked += size
      maskVoxels++
    }
  }
  // A single NaN or infinity shows in the sum, so that finite images need no test of each voxel.
  if (!Number.isFinite(absolute)) notFinite = countNotFinite(x, y)
  return {
    mae: absolute / x.length,
    mse: squared / x.length,
    maskMae: maskVoxels === 0 ? undefined : masked / maskVoxels,
    maskVoxels,
    notFinite,
  }
}

function countNotFinite(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let count = 0
  for (let i = 0; i < x.length; i++) if (!Number.isFinite(x[i]!) || !Number.isFinite(y[i]!)) count++
  return count
}

/**
 * Peak signal-to-noise ratio in dB: 10 log10(dataRange² / mse); infinite for equal images.
 *
 * @param dataRange what the largest possible difference counts as, in the images' unit.
 */
export function peakSignalToNoise(mse: number, dataRange: number): number {
  return mse === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10((dataRange * dataRange) / mse)
}
