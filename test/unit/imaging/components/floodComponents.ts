import type { Shape } from '../../../../src/core/volume.ts'

/** Components of a label by flood fill, as lists of voxels, in the order of their first voxels. */
export function floodComponents(
  data: Uint8Array,
  [ni, nj, nk]: Shape,
  label: number,
  connectivity: 6 | 18 | 26,
): number[][] {
  const mostAxes = { 6: 1, 18: 2, 26: 3 }[connectivity]
  const steps: [number, number, number][] = []
  for (const di of [-1, 0, 1])
    for (const dj of [-1, 0, 1])
      for (const dk of [-1, 0, 1]) {
        const axes = Math.abs(di) + Math.abs(dj) + Math.abs(dk)
        if (axes > 0 && axes <= mostAxes) steps.push([di, dj, dk])
      }
  const seen = new Set<number>()
  const found: number[][] = []
  for (let first = 0; first < data.length; first++) {
    if (data[first] !== label || seen.has(first)) continue
    seen.add(first)
    const component = [first]
    for (const voxel of component)
      for (const [di, dj, dk] of steps) {
        const i = (voxel % ni) + di
        const j = (Math.floor(voxel / ni) % nj) + dj
        const k = Math.floor(voxel / (ni * nj)) + dk
        if (i < 0 || j < 0 || k < 0 || i >= ni || j >= nj || k >= nk) continue
        const next = (k * nj + j) * ni + i
        if (data[next] !== label || seen.has(next)) continue
        seen.add(next)
        component.push(next)
      }
    found.push(component)
  }
  return found
}
