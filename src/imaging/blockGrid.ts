import { type Point, transformPoint } from '../core/affine.ts'
import { type Grid, type Shape, voxelCount } from '../core/volume.ts'

/** A grid whose voxels are blocks of another grid's voxels. */
export interface BlockGrid {
  readonly grid: Grid
  /** Voxels of a block along i, j and k; the last block of an axis may have fewer. */
  readonly step: Point
}

/**
 * The finest grid of blocks with at most so many voxels, and no more along an axis than `longestSide`. It is found by
 * the shape alone, the longest side being coarsened first, so that images of one shape get one grid.
 */
export function blockGrid(grid: Grid, mostVoxels: number, longestSide: number): BlockGrid {
  const step = grid.shape.map(n => Math.ceil(n / longestSide)) as [number, number, number]
  const shape = () => grid.shape.map((n, axis) => Math.ceil(n / step[axis]!)) as unknown as Shape
  while (voxelCount(shape()) > mostVoxels) step[shape().indexOf(Math.max(...shape()))]!++
  const origin = transformPoint(grid.affine, step.map(s => (s - 1) / 2) as unknown as Point)
  const affine = grid.affine.map((v, i) => (i >= 12 ? v : i % 4 === 3 ? origin[i >> 2]! : v * step[i % 4]!))
  return { grid: { shape: shape(), affine }, step }
}

/**
 * Slice k of the means of blocks, over the finite values of each; a block without any is NaN. Whole numbers are rounded.
 *
 * @param data voxels of a volume of `shape`, i fastest
 * @param out takes the slice, as large as the first two sides of the grid of blocks
 */
export function blockMeans<T extends Int16Array | Float32Array>(
  data: T,
  shape: Shape,
  { grid, step }: BlockGrid,
  k: number,
  out: T,
): void {
  const [nx, ny, nz] = shape
  const [width, height] = grid.shape
  const whole = out instanceof Int16Array
  const lastK = Math.min(nz, (k + 1) * step[2])
  for (let j = 0, at = 0; j < height; j++) {
    const lastJ = Math.min(ny, (j + 1) * step[1])
    for (let i = 0; i < width; i++, at++) {
      const [firstI, lastI] = [i * step[0], Math.min(nx, (i + 1) * step[0])]
      let [sum, count] = [0, 0]
      for (let z = k * step[2]; z < lastK; z++)
        for (let y = j * step[1]; y < lastJ; y++) {
          const row = (z * ny + y) * nx
          for (let x = firstI; x < lastI; x++) {
            const v = data[row + x]!
            if (v - v !== 0) continue
            sum += v
            count++
          }
        }
      out[at] = whole ? Math.round(sum / count) : sum / count
    }
  }
}

/** Slice k of the values nearest to the middle of each block, the lower one of two; for labels. */
export function blockMiddles(
  data: Uint8Array,
  shape: Shape,
  { grid, step }: BlockGrid,
  k: number,
  out: Uint8Array,
): void {
  const middle = (block: number, axis: 0 | 1 | 2) =>
    Math.min(shape[axis] - 1, block * step[axis] + ((step[axis] - 1) >> 1))
  const [width, height] = grid.shape
  for (let j = 0, at = 0; j < height; j++) {
    const row = (middle(k, 2) * shape[1] + middle(j, 1)) * shape[0]
    for (let i = 0; i < width; i++, at++) out[at] = data[row + middle(i, 0)]!
  }
}
