import { describe, expect, it } from 'vitest'
import { type Affine, affine, invert, transformPoint } from '../../../src/core/affine.ts'
import { type AxisOrder, permuteAxes, permuteGrid } from '../../../src/imaging/permuteAxes.ts'

const shape = [2, 3, 4] as const
const source = {
  grid: { shape, affine: affine([-2, 0, 0.25, 7, 0.5, -3, 0, 8, 0, 0, 4, -9]) as Affine<'voxel', 'ras'> },
  data: Int16Array.from({ length: 24 }, (_, n) => n),
}

const AXES = [0, 1, 2] as const
const ORDERS: AxisOrder[] = AXES.flatMap(a =>
  AXES.filter(b => b !== a).flatMap(b =>
    Array.from(
      { length: 8 },
      (_, flips): AxisOrder => [
        { axis: a, reversed: (flips & 1) > 0 },
        { axis: b, reversed: (flips & 2) > 0 },
        { axis: (3 - a - b) as 0 | 1 | 2, reversed: (flips & 4) > 0 },
      ],
    ),
  ),
)

describe('permuteAxes', () => {
  it('keeps every voxel where it is in the world, in all 48 orders', () => {
    expect(ORDERS).toHaveLength(48)
    for (const order of ORDERS) {
      const { grid, data } = permuteAxes(source, order)
      expect(grid.shape).toEqual(order.map(({ axis }) => shape[axis]))
      expect([...data].sort((a, b) => a - b)).toEqual([...source.data])
      const back = invert(source.grid.affine)
      data.forEach((value, n) => {
        const at = [n % grid.shape[0], Math.floor(n / grid.shape[0]) % grid.shape[1]] as const
        const world = transformPoint(grid.affine, [...at, Math.floor(n / (grid.shape[0] * grid.shape[1]))])
        const [i, j, k] = transformPoint(back, world).map(Math.round) as [number, number, number]
        expect(i + 2 * (j + 3 * k)).toBe(value)
      })
    }
  })

  it('leaves the source alone', () => {
    const { data } = permuteAxes(source, ORDERS[0]!)
    data.fill(-1)
    expect(source.data[5]).toBe(5)
  })

  it('refuses an order that names an axis twice', () => {
    const twice = [0, 0, 1].map(axis => ({ axis, reversed: false })) as unknown as AxisOrder
    expect(() => permuteGrid(source.grid, twice)).toThrow(RangeError)
  })
})
