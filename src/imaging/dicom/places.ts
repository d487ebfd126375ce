import type { Point } from '../../core/affine.ts'
import { byInstance, type LocatedSlice } from './locatedSlice.ts'

/** Slices whose origins differ by less than this along the normal, mm, are at one place. */
const SAME_PLACE_MM = 0.005

/** All slices at one distance along the normal. */
export interface Place {
  /** Of the slice's plane from the world's origin, mm. */
  readonly along: number
  readonly slices: readonly LocatedSlice[]
}

/** Unit vectors of a slice in LPS: along a row, along a column, and the normal (row × column). */
export interface SliceAxes {
  readonly row: Point
  readonly column: Point
  readonly normal: Point
}

export const dot = (a: Point, b: Point): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

export function sliceAxes([a, b, c, d, e, f]: LocatedSlice['orientation']): SliceAxes {
  const row = unit([a, b, c])
  const column = unit([d, e, f])
  const normal = unit([
    row[1] * column[2] - row[2] * column[1],
    row[2] * column[0] - row[0] * column[2],
    row[0] * column[1] - row[1] * column[0],
  ])
  return { row, column, normal }
}

function unit(v: Point): Point {
  const length = Math.hypot(...v)
  return [v[0] / length, v[1] / length, v[2] / length]
}

/** Slices of one orientation by their place along its normal, lowest first; at one place by instance. */
export function placesOf(slices: readonly LocatedSlice[]): Place[] {
  if (slices.length === 0) return []
  const { normal } = sliceAxes(slices[0]!.orientation)
  const sorted = slices
    .map(slice => ({ slice, along: dot(slice.position, normal) }))
    .sort((a, b) => a.along - b.along)
  const places: { along: number; slices: LocatedSlice[] }[] = []
  for (const { slice, along } of sorted) {
    const place = places.at(-1)
    if (place && along - place.along < SAME_PLACE_MM) place.slices.push(slice)
    else places.push({ along, slices: [slice] })
  }
  for (const place of places) place.slices.sort(byInstance)
  return places
}
