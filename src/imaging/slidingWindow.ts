import { type Shape, voxelCount } from '../core/volume.ts'

/** The windows along one axis: where they begin, and the part that each has in the blend at each of its places. */
export interface AxisWindows {
  readonly starts: readonly number[]
  /** One a window, each as long as the window; over all windows they add up to 1 at every place. */
  readonly weights: readonly Float32Array[]
}

/**
 * Windows of equal length that cover an axis, evenly spread, neighbours sharing at least `overlap` of a window
 * (nnU-Net's `compute_steps_for_sliding_window`). Weights are a Gaussian round the middle of the window whose standard
 * deviation is an eighth of its length, as nnU-Net and MONAI have it (Isensee et al. 2021, Nat Methods 18:203).
 *
 * @param size voxels along the axis, at least `window`
 */
export function axisWindows(size: number, window: number, overlap: number): AxisWindows {
  const intervals = Math.ceil((size - window) / Math.max(1, window * (1 - overlap)))
  const starts = Array.from({ length: intervals + 1 }, (_, n) =>
    intervals === 0 ? 0 : Math.round(((size - window) * n) / intervals),
  )
  const middle = (window - 1) / 2
  const sigma = window / 8
  const bell = Float64Array.from({ length: window }, (_, i) => Math.exp(-0.5 * ((i - middle) / sigma) ** 2))
  const sum = new Float64Array(size)
  for (const start of starts) for (let i = 0; i < window; i++) sum[start + i]! += bell[i]!
  return {
    starts,
    weights: starts.map(start => Float32Array.from(bell, (weight, i) => weight / sum[start + i]!)),
  }
}

/** Copies a box of voxels out of an image, i fastest. */
export function copyWindow<T extends Float32Array | Uint8Array>(
  image: T,
  shape: Shape,
  start: Shape,
  window: Shape,
  out: T,
): void {
  const [nx, ny] = shape
  const [wx, wy, wz] = window
  let at = 0
  for (let k = 0; k < wz; k++)
    for (let j = 0; j < wy; j++, at += wx) {
      const from = ((start[2] + k) * ny + start[1] + j) * nx + start[0]
      out.set(image.subarray(from, from + wx), at)
    }
}

/**
 * Adds a window's values, channel by channel and weighted, to those of the image.
 *
 * @param weights along i, j and k, as long as the window
 */
export function addWindow(
  values: Float32Array,
  window: Shape,
  weights: readonly [Float32Array, Float32Array, Float32Array],
  start: Shape,
  sums: Float32Array,
  shape: Shape,
): void {
  const [nx, ny] = shape
  const [wx, wy, wz] = window
  const channels = values.length / voxelCount(window)
  const [alongI, alongJ, alongK] = weights
  let from = 0
  for (let c = 0; c < channels; c++) {
    const channel = c * voxelCount(shape)
    for (let k = 0; k < wz; k++)
      for (let j = 0; j < wy; j++) {
        const w = alongK[k]! * alongJ[j]!
        let at = channel + ((start[2] + k) * ny + start[1] + j) * nx + start[0]
        for (let i = 0; i < wx; i++) sums[at++]! += w * alongI[i]! * values[from++]!
      }
  }
}
