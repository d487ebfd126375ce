import { describe, expect, it } from 'vitest'
import type { Shape } from '../../../src/core/volume.ts'
import { plainView } from '../../../src/imaging/axisView.ts'
import {
  type Alignment,
  axisPositions,
  nearestIndices,
  resizeLinear,
} from '../../../src/imaging/resizeLinear.ts'

/** The textbook formula, voxel by voxel. */
function trilinear(data: Float32Array, [nx, ny, nz]: Shape, x: number, y: number, z: number): number {
  const [i, j, k] = [Math.floor(x), Math.floor(y), Math.floor(z)]
  let sum = 0
  for (let corner = 0; corner < 8; corner++) {
    const [a, b, c] = [corner & 1, (corner >> 1) & 1, corner >> 2]
    const w = (a ? x - i : 1 - x + i) * (b ? y - j : 1 - y + j) * (c ? z - k : 1 - z + k)
    if (w === 0) continue
    sum += w * data[(Math.min(nz - 1, k + c) * ny + Math.min(ny - 1, j + b)) * nx + Math.min(nx - 1, i + a)]!
  }
  return sum
}

describe('positions along an axis', () => {
  it('follow the three rules, clamped to the first and last sample', () => {
    expect([...axisPositions(4, 8, 'first centres')]).toEqual([0, 0.5, 1, 1.5, 2, 2.5, 3, 3])
    expect([...axisPositions(8, 4, 'first centres')]).toEqual([0, 2, 4, 6])
    expect([...axisPositions(4, 8, 'edges')]).toEqual([0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3])
    expect([...axisPositions(8, 4, 'edges')]).toEqual([0.5, 2.5, 4.5, 6.5])
    expect([...axisPositions(5, 3, 'outer centres')]).toEqual([0, 2, 4])
    expect([...axisPositions(5, 1, 'outer centres')]).toEqual([0])
  })

  it('round halves up to the nearest sample', () => {
    expect([...nearestIndices(Float64Array.of(0, 0.49, 0.5, 1.5, 2.5))]).toEqual([0, 0, 1, 2, 3])
  })
})

describe('linear resizing', () => {
  const shape: Shape = [7, 5, 6]
  const data = Float32Array.from({ length: 210 }, (_, n) => Math.sin(n * n) * 1000)

  it.each<[Alignment, Shape]>([
    ['first centres', [11, 4, 13]],
    ['edges', [4, 9, 3]],
    ['outer centres', [10, 10, 1]],
    ['edges', [7, 5, 6]],
    ['first centres', [1, 1, 1]],
  ])('by %s to %j equals the formula at each voxel', (alignment, size) => {
    const out = resizeLinear(data, plainView(shape), size, alignment)
    const at = [0, 1, 2].map(axis => axisPositions(shape[axis]!, size[axis]!, alignment))
    let n = 0
    for (let k = 0; k < size[2]; k++)
      for (let j = 0; j < size[1]; j++)
        for (let i = 0; i < size[0]; i++)
          expect(out[n++]).toBeCloseTo(trilinear(data, shape, at[0]![i]!, at[1]![j]!, at[2]![k]!), 3)
  })

  it('of an axis of one voxel repeats it', () => {
    const flat = resizeLinear(Int16Array.of(3, 5), plainView([2, 1, 1]), [3, 2, 2], 'outer centres')
    expect([...flat]).toEqual([3, 4, 5, 3, 4, 5, 3, 4, 5, 3, 4, 5])
  })
})
