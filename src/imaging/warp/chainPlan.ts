import { type Affine, compose, invert, type Point, rasToLps } from '../../core/affine.ts'
import type { AffineTransform, BSplineTransform, TransformChain } from '../../core/spatialTransform.ts'
import type { Grid } from '../../core/volume.ts'

/** A B-spline part, from positions in its own grid of control points to positions in the frame that follows. */
export interface Stage {
  /** Where a position goes that is not displaced. */
  readonly matrix: Affine
  readonly size: Point
  /** Displacement in the frame that follows: x of all control points, then y, then z. */
  readonly coefficients: Float32Array
}

/** How far positions may be from where the chain without its displacements puts them, along each axis. */
export interface Reach {
  readonly low: Point
  readonly high: Point
}

/**
 * A transform chain on a grid, made ready: linear parts are composed, with each other and with the maps between frames,
 * so that each B-spline costs one evaluation and nothing else does.
 */
export interface ChainPlan {
  /** From voxels of the grid to the first frame: the control points of the first stage, else the last frame. */
  readonly line: Affine
  readonly stages: readonly Stage[]
  /** From voxels to the last frame, displacements left out. */
  readonly straight: Affine
  readonly reach: Reach
}

const IDENTITY: Affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]

function linearOf({ matrix: m, centre: c, translation: t }: AffineTransform): Affine {
  const rows = [0, 1, 2].flatMap(r => {
    const [a, b, d] = [m[3 * r]!, m[3 * r + 1]!, m[3 * r + 2]!]
    return [a, b, d, c[r]! + t[r]! - (a * c[0] + b * c[1] + d * c[2])]
  })
  return [...rows, 0, 0, 0, 1]
}

/** From LPS mm to the continuous index of the control points. */
export function controlIndexOf({ origin, spacing, direction: d }: BSplineTransform['grid']): Affine {
  const rows = [0, 1, 2].flatMap(r => [
    ...[0, 1, 2].map(c => d[3 * r + c]! * spacing[c]!),
    origin[r as 0 | 1 | 2],
  ])
  return invert([...rows, 0, 0, 0, 1])
}

/** The range of a linear map's outputs over a box of inputs; its translation is left out. */
export function reachThrough(a: Affine, { low, high }: Reach): Reach {
  const bounds = [0, 1, 2].map(r => {
    const ends = [0, 1, 2].map(c => [a[4 * r + c]! * low[c]!, a[4 * r + c]! * high[c]!] as const)
    return {
      low: ends.reduce((sum, [p, q]) => sum + Math.min(p, q), 0),
      high: ends.reduce((sum, [p, q]) => sum + Math.max(p, q), 0),
    }
  })
  return {
    low: bounds.map(b => b.low) as unknown as Point,
    high: bounds.map(b => b.high) as unknown as Point,
  }
}

/** The coefficients as displacements of the frame that `next` maps to, and their range; B-splines stay within it. */
function displacementsIn(next: Affine, mm: Float64Array): { coefficients: Float32Array; range: Reach } {
  const count = mm.length / 3
  const coefficients = new Float32Array(mm.length)
  const low = [0, 0, 0]
  const high = [0, 0, 0]
  for (let r = 0; r < 3; r++) {
    const [a, b, c] = [next[4 * r]!, next[4 * r + 1]!, next[4 * r + 2]!]
    let [least, most] = [0, 0]
    for (let i = 0; i < count; i++) {
      const value = a * mm[i]! + b * mm[count + i]! + c * mm[2 * count + i]!
      coefficients[r * count + i] = value
      if (value < least) least = value
      if (value > most) most = value
    }
    low[r] = least
    high[r] = most
  }
  return { coefficients, range: { low: low as unknown as Point, high: high as unknown as Point } }
}

/**
 * @param toLast From LPS mm of the moving image to the last frame.
 * @throws RangeError when the grid, or a grid of control points, is singular.
 */
export function planChain(chain: TransformChain, grid: Grid, toLast: Affine): ChainPlan {
  const linear: Affine[] = [rasToLps(grid.affine)]
  const splines: BSplineTransform[] = []
  for (const part of chain) {
    if (part.kind === 'bspline') {
      splines.push(part)
      linear.push(IDENTITY)
      continue
    }
    const map: Affine =
      part.kind === 'affine'
        ? linearOf(part)
        : [1, 0, 0, part.offset[0], 0, 1, 0, part.offset[1], 0, 0, 1, part.offset[2], 0, 0, 0, 1]
    linear[splines.length] = compose(map, linear[splines.length]!)
  }
  const controlIndices = splines.map(spline => controlIndexOf(spline.grid))
  const frames = [...controlIndices, toLast]
  const line = compose(frames[0]!, linear[0]!)
  let straight = line
  let reach: Reach = { low: [0, 0, 0], high: [0, 0, 0] }
  const stages = splines.map((spline, s): Stage => {
    const next = compose(frames[s + 1]!, linear[s + 1]!)
    const matrix = compose(next, invert(controlIndices[s]!))
    const { coefficients, range } = displacementsIn(next, spline.coefficients)
    straight = compose(matrix, straight)
    const carried = reachThrough(matrix, reach)
    reach = {
      low: carried.low.map((v, i) => v + range.low[i]!) as unknown as Point,
      high: carried.high.map((v, i) => v + range.high[i]!) as unknown as Point,
    }
    return { matrix, size: spline.grid.size, coefficients }
  })
  return { line, stages, straight, reach }
}
