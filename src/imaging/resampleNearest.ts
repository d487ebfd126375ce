import { compose, invert } from '../core/affine.ts'
import type { Grid, Mask } from '../core/volume.ts'
import { voxelCount } from '../core/volume.ts'

/**
 * A label map on another grid: each voxel of `grid` takes the label of the source voxel whose centre is nearest to its
 * own in RAS mm; outside the source it is 0. Ties go to the higher index.
 */
export function resampleNearest(source: Mask, grid: Grid): Mask {
  const m = compose(invert(source.grid.affine), grid.affine)
  const [nx, ny, nz] = grid.shape
  const [sx, sy, sz] = source.grid.shape
  const data = new Uint8Array(voxelCount(grid.shape))
  let at = 0
  for (let k = 0; k < nz; k++)
    for (let j = 0; j < ny; j++) {
      const x0 = m[1]! * j + m[2]! * k + m[3]!
      const y0 = m[5]! * j + m[6]! * k + m[7]!
      const z0 = m[9]! * j + m[10]! * k + m[11]!
      for (let i = 0; i < nx; i++, at++) {
        const x = Math.floor(m[0]! * i + x0 + 0.5)
        const y = Math.floor(m[4]! * i + y0 + 0.5)
        const z = Math.floor(m[8]! * i + z0 + 0.5)
        if (x >= 0 && x < sx && y >= 0 && y < sy && z >= 0 && z < sz)
          data[at] = source.data[(z * sy + y) * sx + x]!
      }
    }
  return { grid, data }
}
