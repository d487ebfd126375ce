import { type Shape, voxelCount } from '../core/volume.ts'
import { type AxisView, plainView } from './axisView.ts'
import { type Alignment, axisPositions, LinearSlices, nearestIndices } from './resizeLinear.ts'

const BLOCK = 8192

/**
 * The channel of the largest value at each voxel; of equal ones the lowest.
 *
 * @param logits channel by channel, `voxels` values each
 */
export function argMax(logits: Float32Array, channels: number, voxels: number): Uint8Array {
  const labels = new Uint8Array(voxels)
  const best = new Float32Array(BLOCK)
  // In blocks, so that what is compared stays in the cache.
  for (let start = 0; start < voxels; start += BLOCK) {
    const length = Math.min(BLOCK, voxels - start)
    for (let n = 0; n < length; n++) best[n] = logits[start + n]!
    for (let c = 1; c < channels; c++) {
      const channel = c * voxels + start
      for (let n = 0; n < length; n++) {
        const v = logits[channel + n]!
        if (v > best[n]!) {
          best[n] = v
          labels[start + n] = c
        }
      }
    }
  }
  return labels
}

/**
 * Labels of a network's grid carried to the voxels of an image by the nearest voxel.
 *
 * @param labels on a grid of `size` voxels that covers the image, i fastest
 * @param view the axes of the image in the network's order
 * @returns labels in the image's own order
 */
export function restoreNearest(
  labels: Uint8Array,
  size: Shape,
  view: AxisView,
  alignment: Alignment,
): Uint8Array {
  const [nx, ny, nz] = view.shape
  const out = new Uint8Array(nx * ny * nz)
  const index = (axis: 0 | 1 | 2) => nearestIndices(axisPositions(size[axis], view.shape[axis], alignment))
  const [xs, ys, zs] = [index(0), index(1), index(2)]
  const [si, sj, sk] = view.strides
  for (let k = 0; k < nz; k++)
    for (let j = 0; j < ny; j++) {
      const row = (zs[k]! * size[1] + ys[j]!) * size[0]
      let at = view.first + k * sk + j * sj
      for (let i = 0; i < nx; i++, at += si) out[at] = labels[row + xs[i]!]!
    }
  return out
}

/**
 * Logits interpolated linearly at each voxel of an image, and the largest taken there.
 *
 * @param logits channel by channel on a grid of `size` voxels, i fastest
 * @param view the axes of the image in the network's order
 * @returns labels in the image's own order
 */
export function restoreLogits(
  logits: Float32Array,
  channels: number,
  size: Shape,
  view: AxisView,
  alignment: Alignment,
): Uint8Array {
  const [nx, ny, nz] = view.shape
  const out = new Uint8Array(nx * ny * nz)
  const voxels = voxelCount(size)
  const sources = Array.from(
    { length: channels },
    (_, c) =>
      new LinearSlices(logits.subarray(c * voxels, (c + 1) * voxels), plainView(size), view.shape, alignment),
  )
  const area = nx * ny
  const slice = new Float32Array(area * channels)
  const [si, sj, sk] = view.strides
  for (let k = 0; k < nz; k++) {
    for (let c = 0; c < channels; c++) sources[c]!.write(k, slice, c * area)
    const labels = argMax(slice, channels, area)
    let n = 0
    for (let j = 0; j < ny; j++) {
      let at = view.first + k * sk + j * sj
      for (let i = 0; i < nx; i++, at += si) out[at] = labels[n++]!
    }
  }
  return out
}
