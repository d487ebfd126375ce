import { affine, lpsToRas, rasToLps, voxelSizes } from '../../core/affine.ts'
import type { Grid } from '../../core/volume.ts'

/** Where an image lies, as ITK has it: mm, LPS; `direction` by rows, column c is the direction of axis c. */
export interface ImageGeometry {
  readonly size: readonly number[]
  readonly spacing: readonly number[]
  /** Of the voxel of index 0. */
  readonly origin: readonly number[]
  readonly direction: readonly number[]
}

const AXES = [0, 1, 2] as const

export function geometryOf({ shape, affine }: Grid): ImageGeometry {
  const lps = rasToLps(affine)
  const spacing = voxelSizes(lps)
  return {
    size: shape,
    spacing,
    origin: AXES.map(r => lps[4 * r + 3]! + 0),
    direction: AXES.flatMap(r => AXES.map(c => lps[4 * r + c]! / spacing[c]! + 0)),
  }
}

/** @throws RangeError unless it has three axes. */
export function gridOf({ size, spacing, origin, direction }: ImageGeometry): Grid {
  if (size.length !== 3) throw new RangeError(`a grid has 3 axes, not ${size.length}`)
  const rows = AXES.flatMap(r => [...AXES.map(c => direction[3 * r + c]! * spacing[c]!), origin[r]!])
  return { shape: [size[0]!, size[1]!, size[2]!], affine: lpsToRas(affine<'voxel', 'lps'>(rows)) }
}
