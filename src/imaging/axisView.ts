import { orientationOf } from '../core/orientation.ts'
import type { Grid, Shape } from '../core/volume.ts'
import type { AxisOrder } from './permuteAxes.ts'

/** How to walk through voxels as if their axes lay otherwise: voxel (i, j, k) is at `first` + i·s₀ + j·s₁ + k·s₂. */
export interface AxisView {
  readonly shape: Shape
  readonly strides: Shape
  readonly first: number
}

const OPPOSITE: Readonly<Record<string, string>> = { R: 'L', L: 'R', A: 'P', P: 'A', S: 'I', I: 'S' }

/**
 * The order of axes that makes rising i, j and k go to the three ends named, or as near as the axes of an oblique grid
 * come to it.
 *
 * @param to three letters of R L A P S I, one of each pair
 * @throws RangeError when they name no three axes
 */
export function orderTowards(grid: Grid, to: string): AxisOrder {
  const own = orientationOf(grid.affine).to
  const order = [...to].map(letter => {
    const straight = own.indexOf(letter)
    const axis = straight >= 0 ? straight : own.indexOf(OPPOSITE[letter] ?? '?')
    return { axis: axis as 0 | 1 | 2, reversed: straight < 0 }
  })
  if (order.length !== 3 || new Set(order.map(o => o.axis)).size !== 3 || order.some(o => o.axis < 0))
    throw new RangeError(`${to} names no three axes of the body`)
  return order as unknown as AxisOrder
}

/** The voxels of a grid in another order of axes, without moving any. */
export function axisView({ shape }: Grid, order: AxisOrder): AxisView {
  const own = [1, shape[0], shape[0] * shape[1]]
  let first = 0
  for (const { axis, reversed } of order) if (reversed) first += (shape[axis] - 1) * own[axis]!
  return {
    shape: order.map(({ axis }) => shape[axis]) as unknown as Shape,
    strides: order.map(({ axis, reversed }) => (reversed ? -own[axis]! : own[axis]!)) as unknown as Shape,
    first,
  }
}

/** The view of an array whose voxels lie in order, i fastest. */
export const plainView = (shape: Shape): AxisView => ({
  shape,
  strides: [1, shape[0], shape[0] * shape[1]],
  first: 0,
})
