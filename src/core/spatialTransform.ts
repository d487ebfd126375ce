import type { Point } from './affine.ts'

/** x + offset. */
export interface TranslationTransform {
  readonly kind: 'translation'
  /** mm, LPS. */
  readonly offset: Point
}

/** matrix · (x − centre) + centre + translation, as ITK's MatrixOffsetTransformBase has it. */
export interface AffineTransform {
  readonly kind: 'affine'
  /** 9 numbers by rows. */
  readonly matrix: readonly number[]
  /** mm, LPS. */
  readonly translation: Point
  /** mm, LPS. */
  readonly centre: Point
}

/** x + a displacement given by cubic B-splines on a grid of control points (ITK's BSplineTransform of order 3). */
export interface BSplineTransform {
  readonly kind: 'bspline'
  readonly order: 3
  readonly grid: {
    /** Control points along each axis of the grid. */
    readonly size: Point
    /** mm, LPS, of the control point of index 0. */
    readonly origin: Point
    /** mm. */
    readonly spacing: Point
    /** 9 numbers by rows; column c is the direction of axis c, LPS. */
    readonly direction: readonly number[]
  }
  /** mm, LPS: x of all control points (first axis fastest), then y of all, then z of all. */
  readonly coefficients: Float64Array
}

/**
 * A map from points of the fixed image to points of the moving image, LPS mm. A point where a B-spline has no full
 * support of control points is left where it is by that part, as ITK does.
 */
export type SpatialTransform = TranslationTransform | AffineTransform | BSplineTransform

/** Transforms that are applied one after the other, the first of the list first (elastix: Compose). */
export type TransformChain = readonly SpatialTransform[]
