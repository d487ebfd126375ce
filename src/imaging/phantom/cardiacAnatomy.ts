import type { Point } from '../../core/affine.ts'
import type { SeededRandom } from './seededRandom.ts'
import { WaveTexture } from './waveTexture.ts'

// Frame of the anatomy: LPS mm, x to the patient's left with the midline at 0, y posterior, z superior, the centre of
// the chest at the height of the heart at 0. The patient lies supine.

/** Labels of the heart's structures. */
export const HEART_LABEL = {
  background: 0,
  leftVentricle: 1,
  rightVentricle: 2,
  leftAtrium: 3,
  rightAtrium: 4,
  aorta: 5,
  myocardium: 6,
  pulmonaryArtery: 7,
} as const

/** mm along the axis of the left ventricle, from its centre towards the apex: where the valves close it. */
export const BASE = -26

/** Half axes of the left ventricle in mm, across and along its axis: its cavity, and its muscle's outer surface. */
export const CAVITY = { across: 22, along: 43 }
export const EPICARDIUM = { across: 32, along: 53 }

export interface CardiacAnatomy {
  /** Of the left ventricle. */
  readonly centre: Point
  /** Unit vectors of its frame: two across, the third from base to apex. */
  readonly frame: readonly [Point, Point, Point]
  /** The patient's size over that of the table of shapes. */
  readonly size: number
  /** Unit vector across the ventricle towards the middle of the sector that is short of blood. */
  readonly defect: readonly [number, number]
  /** Blood flow of healthy myocardium and in the defect, ml/100 ml/min. */
  readonly flow: { readonly healthy: number; readonly defect: number }
  /** Outlines of organs; strands and mottle; the two fields whose common zeros are the vessels of the lungs. */
  readonly lobe: WaveTexture
  readonly strand: WaveTexture
  readonly course: WaveTexture
  readonly bend: WaveTexture
}

export const dot = (a: Point, b: Point): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

export function unit([x, y, z]: Point): Point {
  const length = Math.sqrt(x * x + y * y + z * z)
  return [x / length, y / length, z / length]
}

export const cross = (a: Point, b: Point): Point => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
]

export function drawCardiacAnatomy(random: SeededRandom): CardiacAnatomy {
  const near = (at: Point, by: number): Point => [
    at[0] + random.between(-by, by),
    at[1] + random.between(-by, by),
    at[2] + random.between(-by, by),
  ]
  const centre = near([36, -24, -6], 2.5)
  const axis = unit(near([0.66, -0.6, -0.46], 0.04))
  const across = unit(cross(axis, [0, 0, 1]))
  const direction = unit([random.normal(), random.normal(), 0.001])
  const length = Math.sqrt(direction[0] * direction[0] + direction[1] * direction[1])
  return {
    centre,
    frame: [across, cross(axis, across), axis],
    size: random.between(0.95, 1.05),
    defect: [direction[0] / length, direction[1] / length],
    flow: { healthy: random.between(130, 170), defect: random.between(35, 60) },
    lobe: new WaveTexture(random, 6, 26, 60),
    strand: new WaveTexture(random, 7, 5, 14),
    course: new WaveTexture(random, 4, 34, 60),
    bend: new WaveTexture(random, 4, 34, 60),
  }
}

/** A push that fades out at `reach` mm: (1 − (r / reach)²)³, twice differentiable. */
interface Push {
  readonly centre: Point
  readonly reach: number
  readonly by: Point
}

/**
 * How the tissue lies otherwise in the perfusion scan than in the angiogram, by another breath and another phase of
 * the heart: a shift, and pushes around the heart that fade out smoothly. Everywhere invertible, since the pushes
 * change by less than one mm a mm.
 */
export class PerfusionDisplacement {
  readonly #shift: Point
  readonly #pushes: readonly Push[]

  constructor(random: SeededRandom, { centre }: CardiacAnatomy) {
    const any = (): Point => unit([random.normal() + 0.01, random.normal(), random.normal()])
    const scaled = ([x, y, z]: Point, by: number): Point => [by * x, by * y, by * z]
    const plus = (a: Point, b: Point): Point => [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
    const course = any()
    this.#shift = scaled(course, random.between(2, 4))
    // The heart goes further the way of the shift.
    this.#pushes = Array.from({ length: 4 }, () => ({
      centre: plus(centre, scaled(any(), random.between(5, 30))),
      reach: random.between(60, 80),
      by: scaled(unit(plus(course, scaled(any(), 1.2))), random.between(1.5, 3)),
    }))
  }

  /** Writes to `out` where in the angiogram the tissue is that lies at (x, y, z) in the perfusion scan; LPS mm. */
  toAngiogram(x: number, y: number, z: number, out: Float64Array): void {
    let [dx, dy, dz] = this.#shift
    for (const { centre, reach, by } of this.#pushes) {
      const [ex, ey, ez] = [x - centre[0], y - centre[1], z - centre[2]]
      const left = 1 - (ex * ex + ey * ey + ez * ez) / (reach * reach)
      if (left <= 0) continue
      const weight = left * left * left
      dx += weight * by[0]
      dy += weight * by[1]
      dz += weight * by[2]
    }
    out[0] = x + dx
    out[1] = y + dy
    out[2] = z + dz
  }
}
