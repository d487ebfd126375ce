import { describe, expect, test } from 'vitest'
import { type Affine, affine } from '../../../src/core/affine.ts'
import { orientationOf, orientationText, transformText } from '../../../src/core/orientation.ts'

type Ras = Affine<'voxel', 'ras'>
const matrix = (rows: number[]): Ras => affine([0, 3, 6].flatMap(r => [...rows.slice(r, r + 3), 0]))
const permutations = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
]

describe('48 axis orders', () => {
  const cases = permutations.flatMap(axes =>
    [0, 1, 2, 3, 4, 5, 6, 7].map(flips => {
      const signs = axes.map((_, i) => ((flips >> i) & 1 ? -1 : 1))
      const rows = new Array<number>(9).fill(0)
      axes.forEach((world, voxel) => {
        rows[3 * world + voxel] = signs[voxel]! * (voxel + 1)
      })
      const to = axes.map((world, i) => ['LR', 'PA', 'IS'][world]![signs[i]! > 0 ? 1 : 0]).join('')
      const from = axes.map((world, i) => ['RL', 'AP', 'SI'][world]![signs[i]! > 0 ? 1 : 0]).join('')
      return { to, from, rows, straight: axes.every((world, voxel) => world === voxel) }
    }),
  )
  test('name every order differently', () => {
    expect(new Set(cases.map(c => c.to)).size).toBe(48)
  })
  test.each(cases)('$to', ({ to, from, rows, straight }) => {
    expect(orientationOf(matrix(rows))).toEqual({ to, from, oblique: !straight })
  })
})

test('the text says oblique of a permuted matrix too', () => {
  expect(orientationText(matrix([0, -2, 0, 3, 0, 0, 0, 0, 1]))).toEqual({
    to: 'Oblique(closest to ALS)',
    from: 'Oblique(closest to PRI)',
  })
  expect(orientationText(matrix([-2, 0, 0, 0, -3, 0, 0, 0, 1]))).toEqual({ to: 'LPS', from: 'RAI' })
})

test('an off-diagonal −0 is not oblique, the smallest number is', () => {
  expect(orientationOf(matrix([1, -0, 0, 0, 1, 0, 0, 0, 1])).oblique).toBe(false)
  expect(orientationOf(matrix([1, 5e-324, 0, 0, 1, 0, 0, 0, 1])).oblique).toBe(true)
})

describe('every world axis is named once', () => {
  test('of two columns that lean to one axis the earlier has it', () => {
    expect(orientationOf(matrix([0.8, 0.9, 0, 0.1, 0.4, 0.2, 0.2, 0, -1])).to).toBe('RAI')
  })
  test('columns of zeros take what is left, in order, and rise', () => {
    expect(orientationOf(matrix([0, -1, 0, 0, 0, 0, 0, 0, 0])).to).toBe('ALS')
    expect(orientationOf(matrix([0, 0, 0, 0, 0, 0, 0, 0, 0])).to).toBe('RAS')
  })
  test('parallel columns and exact ties are decided x before y before z', () => {
    expect(orientationOf(matrix([1, 1, 1, 0, 0, 0, 0, 0, 0])).to).toBe('RAS')
    expect(orientationOf(matrix([1, -1, 1, 1, -1, 1, 1, -1, 1])).to).toBe('RPS')
  })
})

describe('transformText', () => {
  test('has four rows, numbers in their shortest form, no negative zero', () => {
    const a = affine([0.1, -0, 1e-7, -170.25, 0, 1 / 3, 0, 1e21, 0, 0, 2, Math.fround(0.7)])
    expect(transformText(a)).toBe(
      '0.1, 0, 1e-7, -170.25; 0, 0.3333333333333333, 0, 1e+21; 0, 0, 2, 0.699999988079071; 0, 0, 0, 1',
    )
  })
})
