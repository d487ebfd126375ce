import type { BSplineTransform, SpatialTransform } from '../../../../src/core/spatialTransform.ts'
import type { Grid, Shape, Volume } from '../../../../src/core/volume.ts'

/** A generator of numbers from 0 to 1, the same for the same seed (Marsaglia's xorshift). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

const between = (random: () => number, low: number, high: number) => low + (high - low) * random()

/** A slightly sheared and turned grid about the origin. */
export function randomGrid(random: () => number, shape: Shape, spacing: readonly number[]): Grid {
  const d = Array.from({ length: 9 }, (_, i) => (i % 4 === 0 ? 1 : between(random, -0.15, 0.15)))
  const rows = [0, 1, 2].flatMap(r => {
    const columns = [0, 1, 2].map(c => d[3 * r + c]! * spacing[c]!)
    const origin = -columns.reduce((sum, v, c) => sum + (v * (shape[c]! - 1)) / 2, 0)
    return [...columns, origin + between(random, -1, 1)]
  })
  return { shape, affine: [...rows, 0, 0, 0, 1] }
}

export function randomFloats(random: () => number, grid: Grid): Volume<Float32Array> {
  const count = grid.shape[0] * grid.shape[1] * grid.shape[2]
  return { grid, data: Float32Array.from({ length: count }, () => between(random, -1000, 1000)) }
}

export const randomAffine = (random: () => number): SpatialTransform => ({
  kind: 'affine',
  matrix: Array.from({ length: 9 }, (_, i) => (i % 4 === 0 ? 1 : 0) + between(random, -0.1, 0.1)),
  translation: [between(random, -2, 2), between(random, -2, 2), between(random, -2, 2)],
  centre: [between(random, -9, 9), between(random, -9, 9), between(random, -9, 9)],
})

/** Control points 4 mm apart, about the origin; displacements of up to `mm`. */
export function randomBSpline(random: () => number, size: Shape, mm: number): BSplineTransform {
  const direction = Array.from({ length: 9 }, (_, i) => (i % 4 === 0 ? 1 : between(random, -0.1, 0.1)))
  const count = size[0] * size[1] * size[2]
  return {
    kind: 'bspline',
    order: 3,
    grid: {
      size,
      spacing: [4, 4.5, 5],
      origin: [-2 * (size[0] - 1), -2.25 * (size[1] - 1), -2.5 * (size[2] - 1)],
      direction,
    },
    coefficients: Float64Array.from({ length: 3 * count }, () => between(random, -mm, mm)),
  }
}
