import { voxelSizes } from '../core/affine.ts'
import type { Picture } from '../core/picture.ts'
import type { Volume } from '../core/volume.ts'

type Image = Volume<Int16Array | Float32Array>

const GAP = 4
/** Shares of the voxels that are drawn black and white. */
const [DARK, BRIGHT] = [0.02, 0.995]

/**
 * Three middle slices of two images on one grid, side by side (across the third, the second and the first axis), in
 * squares taken from the one and the other by turns: edges run on from square to square where the images fit. One pixel
 * is the smallest voxel size, each image has a grey scale of its own.
 */
export function checkerboard(first: Image, second: Image, squareMm: number): Picture {
  const { shape, affine } = first.grid
  const sizes = voxelSizes(affine)
  const pixel = Math.min(...sizes)
  const pixels = shape.map((n, axis) => Math.max(1, Math.round((n * sizes[axis]!) / pixel)))
  const square = Math.max(2, Math.round(squareMm / pixel))
  // Across, down, through; rows from top to bottom are the far end of the axis first, which is superior or anterior mostly.
  const views = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 2, 0],
  ] as const
  const width = views.reduce((sum, [across]) => sum + pixels[across]! + GAP, -GAP)
  const height = Math.max(...views.map(([, down]) => pixels[down]!))
  const data = new Uint8Array(width * height)
  const greys = [greyScale(first.data), greyScale(second.data)]
  const strides = [1, shape[0], shape[0] * shape[1]]
  let left = 0
  for (const [across, down, through] of views) {
    const middle = (shape[through] >> 1) * strides[through]!
    for (let y = 0; y < pixels[down]!; y++) {
      const row = shape[down] - 1 - Math.min(shape[down] - 1, Math.floor((y * shape[down]) / pixels[down]!))
      for (let x = 0; x < pixels[across]!; x++) {
        const column = Math.min(shape[across] - 1, Math.floor((x * shape[across]) / pixels[across]!))
        const turn = (Math.floor(x / square) + Math.floor(y / square)) % 2
        const value = (turn === 0 ? first : second).data[
          middle + row * strides[down]! + column * strides[across]!
        ]!
        const { low, scale } = greys[turn]!
        data[y * width + left + x] = Math.max(0, Math.min(255, Math.round((value - low) * scale)))
      }
    }
    left += pixels[across]! + GAP
  }
  return { width, height, channels: 1, data }
}

function greyScale(data: Int16Array | Float32Array): { low: number; scale: number } {
  const step = Math.max(1, Math.floor(data.length / 50_000))
  const sample: number[] = []
  for (let i = 0; i < data.length; i += step) if (Number.isFinite(data[i]!)) sample.push(data[i]!)
  sample.sort((a, b) => a - b)
  const at = (share: number): number => sample[Math.floor(share * (sample.length - 1))] ?? 0
  return { low: at(DARK), scale: 255 / (at(BRIGHT) - at(DARK) || 1) }
}
