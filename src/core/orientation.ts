import type { Affine } from './affine.ts'

export interface Orientation {
  /** For voxel axes i, j, k the end of the body that a rising index goes to: R or L, A or P, S or I. */
  readonly to: string
  /** The opposite ends. */
  readonly from: string
  /** Any element of the 3×3 part off its diagonal is not exactly 0; so is a permuted axis-aligned matrix. */
  readonly oblique: boolean
}

const POSITIVE = ['R', 'A', 'S'] as const
const NEGATIVE = ['L', 'P', 'I'] as const
type Axis = 0 | 1 | 2

const component = (a: Affine, world: number, voxel: number): number => a[world * 4 + voxel]!

/**
 * The world axis of each voxel axis: the largest |component| of its column among the axes not yet given, in
 * the order i, j, k (nibabel's `io_orientation` on orthogonal columns); columns of zeros take what is left.
 */
function worldAxes(a: Affine): Axis[] {
  const axes: Axis[] = [0, 1, 2]
  const free = new Set<Axis>(axes)
  const given = new Array<Axis>(3)
  const isZero = (voxel: number) => axes.every(world => component(a, world, voxel) === 0)
  for (const voxel of [...axes.filter(v => !isZero(v)), ...axes.filter(isZero)]) {
    const [first, ...others] = free
    const size = (world: Axis) => Math.abs(component(a, world, voxel))
    given[voxel] = others.reduce((best, world) => (size(world) > size(best) ? world : best), first!)
    free.delete(given[voxel]!)
  }
  return given
}

/** Names where the voxel axes point. Every world axis is named once, whatever the affine. */
export function orientationOf(a: Affine<'voxel', 'ras'>): Orientation {
  const axes = worldAxes(a)
  const name = (toPositive: boolean) => (world: Axis, voxel: number) =>
    component(a, world, voxel) >= 0 === toPositive ? POSITIVE[world] : NEGATIVE[world]
  return {
    to: axes.map(name(true)).join(''),
    from: axes.map(name(false)).join(''),
    oblique: [1, 2, 4, 6, 8, 9].some(i => a[i] !== 0),
  }
}

/** The texts of the manifest's columns orientation_from and orientation_to. */
export function orientationText(a: Affine<'voxel', 'ras'>): { to: string; from: string } {
  const { to, from, oblique } = orientationOf(a)
  return oblique ? { to: `Oblique(closest to ${to})`, from: `Oblique(closest to ${from})` } : { to, from }
}

/** All four rows joined by `; `, numbers by `, `, each the shortest text that reads back to an equal double. */
export function transformText(a: Affine): string {
  return [0, 4, 8, 12].map(row => a.slice(row, row + 4).join(', ')).join('; ')
}
