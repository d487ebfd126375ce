import type { TransformChain } from '../../core/spatialTransform.ts'
import type { Grid, Volume } from '../../core/volume.ts'

/** An image to carry over, and how. */
export interface WarpImage {
  readonly volume: Volume<Int16Array | Float32Array | Uint8Array>
  /** 3: cubic B-spline, 1: linear, 0: nearest. */
  readonly order: 3 | 1 | 0
  /** Value of voxels that fall outside the image. */
  readonly defaultValue: number
}

export interface WarpRequest<Images extends readonly WarpImage[] = readonly WarpImage[]> {
  /** From points of the fixed image to points of the moving images. */
  readonly chain: TransformChain
  /** Grid of the fixed image, on which the results lie. */
  readonly grid: Grid
  readonly images: Images
  /** Planes that a thread does at a time, which changes no bit of the result; chosen by size if not given. */
  readonly slabPlanes?: number
}

/** Voxels of each image on the fixed grid, of the type that the image has. */
export type WarpedData<Images extends readonly WarpImage[]> = {
  -readonly [I in keyof Images]: Images[I]['volume']['data']
}

/** What a chain does to space, on each voxel of the fixed grid. */
export interface FieldRequest {
  readonly chain: TransformChain
  readonly grid: Grid
  /** Keep the determinants of the spatial Jacobian as a volume; they are counted in any case. */
  readonly jacobian?: boolean
  /** Keep the displacements as a volume of vectors; the largest is measured in any case. */
  readonly displacement?: boolean
  readonly slabPlanes?: number
}
