import { affine, lpsToRas } from '../../../src/core/affine.ts'
import type { Grid, Volume } from '../../../src/core/volume.ts'

/** Where the fixed point p of the known warp lies in the moving image, LPS mm. */
export type Warp = (p: readonly [number, number, number]) => readonly [number, number, number]

/** x, y, z, sigma (mm) and height (HU) of 80 blobs, the same in each run. */
const BLOBS = (() => {
  let state = 12345
  const next = () => {
    state = (1103515245 * state + 12345) % 2147483648
    return state / 2147483648
  }
  return Array.from({ length: 80 }, () => [
    40 * next() - 20,
    40 * next() - 20,
    36 * next() - 18,
    3 + 2.5 * next(),
    1600 * next() - 600,
  ])
})()

/** A picture made of Gaussian blobs, HU above air; smooth, so that it can be sampled anywhere. */
function tissue(x: number, y: number, z: number): number {
  let sum = 0
  for (const [cx, cy, cz, sigma, height] of BLOBS as [number, number, number, number, number][])
    sum += height * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2 + (z - cz) ** 2) / (2 * sigma * sigma))
  return sum
}

export const blobGrid = (
  shape: Grid['shape'],
  spacing: readonly [number, number, number],
  origin: readonly [number, number, number],
): Grid => ({
  shape,
  affine: lpsToRas(
    affine<'voxel', 'lps'>([
      ...[spacing[0], 0, 0, origin[0]],
      ...[0, spacing[1], 0, origin[1]],
      ...[0, 0, spacing[2], origin[2]],
    ]),
  ),
})

/** The blobs on a grid; each voxel shows the tissue of the point that `from` gives for it. */
export function blobs(grid: Grid, from: Warp = p => p): Volume<Int16Array> {
  const [nx, ny, nz] = grid.shape
  const a = grid.affine
  const data = new Int16Array(nx * ny * nz)
  for (let k = 0, at = 0; k < nz; k++)
    for (let j = 0; j < ny; j++)
      for (let i = 0; i < nx; i++, at++) {
        const lps = [-(a[0]! * i + a[3]!), -(a[5]! * j + a[7]!), a[10]! * k + a[11]!] as const
        data[at] = Math.round(tissue(...from(lps)))
      }
  return { grid, data }
}
