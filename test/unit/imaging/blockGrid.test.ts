import { describe, expect, it } from 'vitest'
import { type Point, transformPoint } from '../../../src/core/affine.ts'
import { type Shape, voxelCount } from '../../../src/core/volume.ts'
import { blockGrid, blockMeans, blockMiddles } from '../../../src/imaging/blockGrid.ts'

const AFFINE = [-0.7, 0.1, 0, 30, 0, 0.9, -0.2, -40, 0.02, 0, 2.5, 50, 0, 0, 0, 1]

describe('a grid of blocks', () => {
  it.each([
    [[512, 512, 600], 2 ** 26],
    [[5000, 7, 3], 2 ** 26],
    [[3000, 3000, 3000], 2 ** 26],
    [[40, 30, 20], 1000],
    [[1, 1, 1], 1],
    [[9, 8, 7], 1],
  ] as [Shape, number][])('of %j has at most %i voxels, and no side above the longest', (shape, most) => {
    const { grid, step } = blockGrid({ shape, affine: AFFINE }, most, 2048)
    expect(voxelCount(grid.shape)).toBeLessThanOrEqual(most)
    expect(Math.max(...grid.shape)).toBeLessThanOrEqual(2048)
    expect(grid.shape).toEqual(shape.map((n, axis) => Math.ceil(n / step[axis]!)))
    // The middle of the first block lies where the middle of its voxels lies.
    const middle = step.map(s => (s - 1) / 2) as unknown as Point
    expect(transformPoint(grid.affine, [0, 0, 0])).toEqual(transformPoint(AFFINE, middle))
  })

  it('is the grid itself where nothing is too large', () => {
    const grid = { shape: [4, 5, 6] as Shape, affine: AFFINE }
    expect(blockGrid(grid, 120, 6)).toEqual({ grid, step: [1, 1, 1] })
  })
})

describe('blocks', () => {
  const shape: Shape = [5, 3, 2]
  const blocks = { grid: { shape: [3, 2, 1] as Shape, affine: AFFINE }, step: [2, 2, 2] as Point }
  const at = (i: number, j: number, k: number) => (k * 3 + j) * 5 + i

  it('have the mean of the voxels that they have, also at the edge', () => {
    const data = Float32Array.from({ length: 30 }, (_, i) => i * i)
    const out = new Float32Array(6)
    blockMeans(data, shape, blocks, 0, out)
    const mean = (is: number[], js: number[]) => {
      const all = is.flatMap(i => js.flatMap(j => [0, 1].map(k => at(i, j, k) ** 2)))
      return all.reduce((a, b) => a + b) / all.length
    }
    expect([...out]).toEqual(
      [
        mean([0, 1], [0, 1]),
        mean([2, 3], [0, 1]),
        mean([4], [0, 1]),
        mean([0, 1], [2]),
        mean([2, 3], [2]),
        mean([4], [2]),
      ].map(Math.fround),
    )
  })

  it('pass over what is not finite, and round whole numbers', () => {
    const data = new Float32Array(30).fill(Number.NaN)
    data[at(0, 0, 0)] = 6
    data[at(1, 0, 0)] = Number.POSITIVE_INFINITY
    const out = new Float32Array(6)
    blockMeans(data, shape, blocks, 0, out)
    expect([...out]).toEqual([6, ...new Array(5).fill(Number.NaN)])
    const whole = Int16Array.from({ length: 30 }, (_, i) => (i === 0 ? -3 : 0))
    const rounded = new Int16Array(6)
    blockMeans(whole, shape, blocks, 0, rounded)
    expect(rounded[0] === 0).toBe(true)
    whole[1] = -9
    blockMeans(whole, shape, blocks, 0, rounded)
    expect(rounded[0]).toBe(-1)
  })

  it('of labels have one that is there, never one in between', () => {
    const data = Uint8Array.from({ length: 30 }, (_, i) => i)
    const out = new Uint8Array(6)
    blockMiddles(data, shape, blocks, 0, out)
    expect([...out]).toEqual([at(0, 0, 0), at(2, 0, 0), at(4, 0, 0), at(0, 2, 0), at(2, 2, 0), at(4, 2, 0)])
    const thirds = { grid: { shape: [2, 1, 1] as Shape, affine: AFFINE }, step: [3, 3, 2] as Point }
    const middles = new Uint8Array(2)
    blockMiddles(data, shape, thirds, 0, middles)
    expect([...middles]).toEqual([at(1, 1, 0), at(4, 1, 0)])
  })
})
