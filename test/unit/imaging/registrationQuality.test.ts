import { describe, expect, test } from 'vitest'
import type { TransformChain } from '../../../src/core/spatialTransform.ts'
import type { Grid, Shape } from '../../../src/core/volume.ts'
import { coarseGrid, valuesAt } from '../../../src/imaging/coarseGrid.ts'
import { registrationQuality } from '../../../src/imaging/registrationQuality.ts'
import { similarity, valueRange } from '../../../src/imaging/similarity.ts'
import { randomBSpline, randomNumbers } from './warp/randomCases.ts'

/** Voxels of 1 mm; a rising i goes to the left, a rising j to the back, as in LPS. */
const gridAt = (shape: Shape, left = 0): Grid => ({
  shape,
  affine: [-1, 0, 0, -left, 0, -1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
})

function waves(grid: Grid, shift: number): { grid: Grid; data: Float32Array } {
  const [nx, ny, nz] = grid.shape
  const data = new Float32Array(nx * ny * nz)
  for (let at = 0; at < data.length; at++) {
    const [i, j, k] = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))]
    data[at] = 500 * Math.sin((i - grid.affine[3]! + shift) / 3) + 100 * Math.cos(j / 4) + 10 * k
  }
  return { grid, data }
}

describe('registrationQuality', () => {
  const fixed = waves(gridAt([40, 20, 10]), 0)
  const moving = waves(gridAt([20, 20, 10], 15), -6)
  const chain: TransformChain = [{ kind: 'translation', offset: [6, 0, 0] }]

  test('gives the figures of a translation that is known', async () => {
    const quality = await registrationQuality({ chain, fixed, moving })
    expect(quality.points).toBe(8000)
    // The moving image lies at 15 to 34 mm and is read 6 mm further on: at 9 to 28 mm of the fixed one.
    expect(quality.before.voxels).toBe(20 * 200)
    expect(quality.after.voxels).toBe(20 * 200)
    expect(quality.overlap.ofFixed).toBeCloseTo(0.5, 10)
    expect(quality.overlap.ofMoving).toBeCloseTo(1, 6)
    expect(quality.commonCentre).toEqual([19, 10, 5])
    expect(quality.farthestMm).toBeCloseTo(6, 5)
    expect(quality.foldedShare).toBe(0)
    expect(quality.leastDeterminant).toBeCloseTo(1, 10)
    expect(quality.mostDeterminant).toBeCloseTo(1, 10)
    expect(quality.after.correlation).toBeCloseTo(1, 6)
    expect(quality.before.correlation).toBeLessThan(0.5)
    expect(quality.after.mutualInformation!).toBeGreaterThan(quality.before.mutualInformation! + 0.3)
  })

  test('counts the part of the moving image that the fixed grid does not show', async () => {
    const away: TransformChain = [{ kind: 'translation', offset: [-15, 0, 0] }]
    const { overlap } = await registrationQuality({ chain: away, fixed, moving })
    // Read 15 mm back, the moving image begins at 30 mm: 10 of its 20 columns are on the grid.
    expect(overlap.ofFixed).toBeCloseTo(0.25, 10)
    expect(overlap.ofMoving).toBeCloseTo(0.5, 6)
  })

  test('has no similarity and no displacement where nothing is covered', async () => {
    const lost: TransformChain = [{ kind: 'translation', offset: [500, 0, 0] }]
    const quality = await registrationQuality({ chain: lost, fixed, moving })
    expect(quality.after).toEqual({ correlation: null, mutualInformation: null, voxels: 0 })
    expect(quality.overlap).toEqual({ ofFixed: 0, ofMoving: 0 })
    expect(quality.farthestMm).toBe(0)
    expect(quality.commonCentre).toEqual([20, 10, 5])
  })

  test('sees folds', async () => {
    const folding = { ...randomBSpline(randomNumbers(4), [14, 9, 7], 9) }
    const quality = await registrationQuality({ chain: [folding], fixed, moving })
    expect(quality.foldedShare).toBeGreaterThan(0.01)
    expect(quality.foldedShare).toBeLessThan(0.7)
    expect(quality.leastDeterminant).toBeLessThan(0)
  })

  test('takes about the same figures at fewer points', async () => {
    const all = await registrationQuality({ chain, fixed, moving })
    const few = await registrationQuality({ chain, fixed, moving, mostPoints: 1000 })
    expect(few.points).toBeLessThanOrEqual(1000)
    expect(few.points).toBeGreaterThan(500)
    expect(Math.abs(few.overlap.ofFixed - all.overlap.ofFixed)).toBeLessThan(0.06)
    expect(Math.abs(few.before.correlation! - all.before.correlation!)).toBeLessThan(0.1)
  })
})

test('a coarse grid has the voxels that it says, in the middle of the grid', () => {
  const grid: Grid = { shape: [12, 11, 4], affine: [0.5, 0, 0, 7, 0, 0.5, 0, 8, 0, 0, 2, 9, 0, 0, 0, 1] }
  const coarse = coarseGrid(grid, 40)
  expect(coarse.grid.shape).toEqual([3, 3, 4])
  expect(coarse.step).toEqual([4, 4, 1])
  expect(coarse.first).toEqual([1, 1, 0])
  expect(coarse.grid.affine).toEqual([2, 0, 0, 7.5, 0, 2, 0, 8.5, 0, 0, 2, 9, 0, 0, 0, 1])
  const data = Float32Array.from({ length: 12 * 11 * 4 }, (_, i) => i)
  const values = valuesAt({ grid, data }, coarse)
  expect([...values.slice(0, 6)]).toEqual([13, 17, 21, 61, 65, 69])
  expect(values[35]).toBe((3 * 11 + 9) * 12 + 9)
  expect(coarseGrid(grid, 528).grid.shape).toEqual(grid.shape)
})

describe('similarity', () => {
  const a = Float32Array.from({ length: 1000 }, (_, i) => i % 10)

  test('of an image with itself is 1, and the entropy of its classes', () => {
    const same = similarity(a, a, [0, 10], [0, 10])
    expect(same.correlation).toBeCloseTo(1, 12)
    expect(same.mutualInformation).toBeCloseTo(Math.log(10), 10)
  })

  test('of independent images is 0', () => {
    const b = Float32Array.from({ length: 1000 }, (_, i) => Math.floor(i / 10) % 10)
    const { correlation, mutualInformation } = similarity(a, b, [0, 10], [0, 10])
    expect(correlation).toBeCloseTo(0, 12)
    expect(mutualInformation).toBeCloseTo(0, 12)
  })

  test('leaves out what an image lacks, and knows no correlation with a constant', () => {
    const holes = a.map((v, i) => (i % 2 === 0 ? Number.NaN : -v))
    expect(similarity(a, holes, [0, 10], [-10, 1]).voxels).toBe(500)
    expect(similarity(a, holes, [0, 10], [-10, 1]).correlation).toBeCloseTo(-1, 12)
    expect(similarity(a, new Float32Array(1000), [0, 10], [0, 0]).correlation).toBeNull()
  })

  test('has classes that outliers do not stretch', () => {
    const values = Float32Array.from({ length: 1001 }, (_, i) => (i === 1000 ? 1e9 : i))
    expect(valueRange(values)).toEqual([5, 995])
  })
})
