import type { BSplineTransform, SpatialTransform } from '../../core/spatialTransform.ts'
import type { ImageGeometry } from './imageGeometry.ts'

/** A translation or an affine map of the plane. */
export type PlaneTransform =
  | { readonly kind: 'translation'; readonly offset: readonly number[] }
  | {
      readonly kind: 'affine'
      /** 4 numbers by rows. */
      readonly matrix: readonly number[]
      readonly translation: readonly number[]
      readonly centre: readonly number[]
    }

const matrix3 = ([a, b, c, d]: readonly number[]): number[] => [a!, b!, 0, c!, d!, 0, 0, 0, 1]

/** The same map of space: z stays as it is. */
export function lifted(plane: PlaneTransform): SpatialTransform {
  const [x, y] = plane.kind === 'translation' ? plane.offset : plane.translation
  if (plane.kind === 'translation') return { kind: 'translation', offset: [x!, y!, 0] }
  const [cx, cy] = plane.centre
  return { kind: 'affine', matrix: matrix3(plane.matrix), translation: [x!, y!, 0], centre: [cx!, cy!, 0] }
}

/** A grid of one layer at z = 0, 1 mm thick. */
export const liftedGeometry = ({ size, spacing, origin, direction }: ImageGeometry): ImageGeometry => ({
  size: [...size, 1],
  spacing: [...spacing, 1],
  origin: [...origin, 0],
  direction: matrix3(direction),
})

/** Far beyond any image, so that a B-spline of the plane holds for every z. */
const FAR = 1e6

/**
 * A B-spline of the plane as one of space: four equal layers of control points, whose weights add up to 1 whatever z
 * is, so that the displacement does not depend on it.
 *
 * @param plane `coefficients`: x of all control points, then y of all.
 */
export function liftedBSpline(plane: ImageGeometry & { coefficients: Float64Array }): BSplineTransform {
  const { size, spacing, origin, direction, coefficients } = plane
  const points = size[0]! * size[1]!
  const layers = new Float64Array(12 * points)
  for (let component = 0; component < 2; component++)
    for (let layer = 0; layer < 4; layer++)
      layers.set(
        coefficients.subarray(component * points, (component + 1) * points),
        (4 * component + layer) * points,
      )
  return {
    kind: 'bspline',
    order: 3,
    grid: {
      size: [size[0]!, size[1]!, 4],
      spacing: [spacing[0]!, spacing[1]!, FAR],
      origin: [origin[0]!, origin[1]!, -1.5 * FAR],
      direction: matrix3(direction),
    },
    coefficients: layers,
  }
}
