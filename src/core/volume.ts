import type { Affine } from './affine.ts'

/** Voxel types by NumPy's names. */
export type VoxelType =
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'float32'
  | 'float64'

/** Number of voxels along i, j, k; i is fastest in memory and on disk. */
export type Shape = readonly [number, number, number]

/** Where voxels lie: RAS+ mm of the centre of voxel (i, j, k). */
export interface Grid {
  readonly shape: Shape
  readonly affine: Affine<'voxel', 'ras'>
}

export type VoxelArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array

/** Voxels on a grid. `data.length` is the product of `grid.shape`. */
export interface Volume<T extends VoxelArray = VoxelArray> {
  readonly grid: Grid
  readonly data: T
}

/** A label map: one label (0..255) a voxel; 0 is background by convention. */
export type Mask = Volume<Uint8Array>

export const voxelCount = (shape: Shape): number => shape[0] * shape[1] * shape[2]
