import { farthestCornerShift } from '../../core/affine.ts'
import type { TransformChain } from '../../core/spatialTransform.ts'
import type { Grid } from '../../core/volume.ts'
import { ElastixFileError } from '../../formats/elastix/fault.ts'
import { readTransformChain } from '../../formats/elastix/transformChain.ts'
import { transformFileName } from '../../registration/registerImages.ts'

/** What a set of transform files asks for. */
export interface CarryOver {
  readonly chain: TransformChain
  /** The fixed grid as the last file gives it. */
  readonly grid: Grid | undefined
  readonly defaultValue: number
}

/** Reads the transform files of a case; `texts` by stage, or by file name. */
export function carryOver(texts: Readonly<Record<string, string>>): CarryOver {
  const files = Object.entries(texts).map(
    ([key, text]) => [/^\d+$/.test(key) ? transformFileName(key) : key, text] as const,
  )
  const { chain, last } = readTransformChain(new Map(files))
  return { chain, grid: last.fixedGrid, defaultValue: last.defaultPixelValue }
}

/** Rounding of a direction in a file and back is far below this, a difference of two grids far above. */
const SAME_MM = 1e-3

/**
 * The grid to compute on: that of the transform files, where the one that is asked for is the same but for the rounding of its
 * numbers. So registering and carrying over later compute on the same bits.
 *
 * @throws ElastixFileError when neither is given.
 */
export function gridToComputeOn(asked: Grid | undefined, stored: Grid | undefined): Grid {
  if (asked === undefined && stored === undefined)
    throw new ElastixFileError('the transform files do not say where the fixed image lies', {
      remedy: 'Give the fixed image, whose grid is then used.',
    })
  if (asked === undefined || stored === undefined) return (asked ?? stored)!
  const same =
    asked.shape.every((n, axis) => n === stored.shape[axis]) &&
    farthestCornerShift(asked.affine, stored.affine, asked.shape) < SAME_MM
  return same ? stored : asked
}
