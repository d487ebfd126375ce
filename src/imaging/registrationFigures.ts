import type { TransformChain } from '../core/spatialTransform.ts'
import { type Grid, type Shape, type Volume, voxelCount } from '../core/volume.ts'
import { warpImages } from './warp/warpImages.ts'

/** How alike two images are on the voxels that both cover. */
export interface Likeness {
  /** (H(fixed) + H(moving)) / H(both), from 1 (unrelated) to 2 (one tells the other); Studholme et al. 1999. */
  readonly mutualInformation: number
  /** Pearson's correlation of the values; 0 where one of them is constant. */
  readonly correlation: number
  /** Share of the fixed image's voxels that have a counterpart within the moving image. */
  readonly overlap: number
}

/** About as many voxels are looked at, on a lattice through the whole fixed image. */
const SAMPLES = 400_000
const BINS = 48

/** Every so-manieth voxel of a grid along each axis, first one half a step in. */
function lattice(grid: Grid): { grid: Grid; step: Point3; first: Point3 } {
  const wanted = Math.cbrt(voxelCount(grid.shape) / SAMPLES)
  const sizes = [0, 1, 2].map(c => Math.hypot(grid.affine[c]!, grid.affine[4 + c]!, grid.affine[8 + c]!))
  const mean = Math.cbrt(sizes[0]! * sizes[1]! * sizes[2]!)
  // Steps of about the same length in mm, so that thin slices are not looked at more often than others.
  const step = sizes.map((size, axis) =>
    Math.min(grid.shape[axis]!, Math.max(1, Math.round((wanted * mean) / size))),
  ) as Point3
  const first = step.map(s => s >> 1) as Point3
  const shape = grid.shape.map((n, axis) => Math.ceil((n - first[axis]!) / step[axis]!)) as unknown as Shape
  const affine = [...grid.affine]
  for (let r = 0; r < 3; r++) {
    for (let c = 0; c < 3; c++) {
      affine[4 * r + 3]! += grid.affine[4 * r + c]! * first[c]!
      affine[4 * r + c] = grid.affine[4 * r + c]! * step[c]!
    }
  }
  return { grid: { shape, affine }, step, first }
}

type Point3 = [number, number, number]

/** The voxels of a volume that lie on a lattice of it. */
function taken({ grid, data }: Volume, { grid: to, step, first }: ReturnType<typeof lattice>): Float32Array {
  const [nx, ny] = grid.shape
  const [lx, ly, lz] = to.shape
  const out = new Float32Array(lx * ly * lz)
  for (let k = 0, at = 0; k < lz; k++)
    for (let j = 0; j < ly; j++) {
      const row = ((first[2] + k * step[2]) * ny + first[1] + j * step[1]) * nx + first[0]
      for (let i = 0; i < lx; i++) out[at++] = data[row + i * step[0]]!
    }
  return out
}

/**
 * How alike the fixed image is to the moving image, for each of several chains (an empty one: as both lie in scanner
 * space). The moving image is sampled linearly.
 */
export async function likeness(
  fixed: Volume<Int16Array | Float32Array>,
  moving: Volume<Int16Array | Float32Array>,
  chains: readonly TransformChain[],
): Promise<Likeness[]> {
  const places = lattice(fixed.grid)
  const values = taken(fixed, places)
  // Outside the moving image there is no number, so that the field of view is told from values.
  const image = {
    volume: { grid: moving.grid, data: Float32Array.from(moving.data) },
    order: 1 as const,
    defaultValue: Number.NaN,
  }
  const out: Likeness[] = []
  for (const chain of chains) {
    const [carried] = await warpImages({ chain, grid: places.grid, images: [image] })
    out.push(likenessOf(values, carried as Float32Array))
  }
  return out
}

/** Of values at the same places; those of which `b` is no number are left out. */
export function likenessOf(a: Float32Array, b: Float32Array): Likeness {
  let count = 0
  let [sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0]
  let [lowA, highA, lowB, highB] = [Infinity, -Infinity, Infinity, -Infinity]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!]
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue
    count++
    sa += x
    sb += y
    saa += x * x
    sbb += y * y
    sab += x * y
    if (x < lowA) lowA = x
    if (x > highA) highA = x
    if (y < lowB) lowB = y
    if (y > highB) highB = y
  }
  if (count === 0) return { mutualInformation: 1, correlation: 0, overlap: 0 }
  const spread = Math.sqrt((count * saa - sa * sa) * (count * sbb - sb * sb))
  const joint = new Float64Array(BINS * BINS)
  const binA = BINS / (highA - lowA || 1)
  const binB = BINS / (highB - lowB || 1)
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!]
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue
    const p = Math.min(BINS - 1, Math.floor((x - lowA) * binA))
    const q = Math.min(BINS - 1, Math.floor((y - lowB) * binB))
    joint[p * BINS + q]!++
  }
  return {
    mutualInformation: normalisedInformation(joint, count),
    correlation: spread > 0 ? (count * sab - sa * sb) / spread : 0,
    overlap: count / a.length,
  }
}

function normalisedInformation(joint: Float64Array, count: number): number {
  const [rows, columns] = [new Float64Array(BINS), new Float64Array(BINS)]
  joint.forEach((n, at) => {
    rows[Math.floor(at / BINS)]! += n
    columns[at % BINS]! += n
  })
  const entropy = (counts: Float64Array): number => {
    let sum = 0
    for (const n of counts) if (n > 0) sum -= (n / count) * Math.log(n / count)
    return sum
  }
  const both = entropy(joint)
  // Both are constant: nothing is told of one by the other.
  return both > 0 ? (entropy(rows) + entropy(columns)) / both : 1
}
