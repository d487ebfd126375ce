import type { Volume } from '../core/volume.ts'

/** Side of the cube over which means and variances are taken. */
const WINDOW = 7
const WINDOW_VOXELS = WINDOW ** 3
const K1 = 0.01
const K2 = 0.03
/** Sums over a window: x, y, x², y², x y. */
const FIELDS = 5

/**
 * Mean structural similarity of two images (Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment", IEEE
 * Transactions on Image Processing 13, 2004) in three dimensions: over cubes of 7 voxels a side with equal weights,
 * sample covariances, K1 = 0.01 and K2 = 0.03, at every voxel whose cube lies wholly inside. Those are the defaults of
 * scikit-image's `structural_similarity`; all sums are doubles.
 *
 * Three passes of running sums, slice by slice; memory is 7 slices of 5 doubles a voxel.
 *
 * @param dataRange span of the intensities, which decides below what differences count as none.
 * @returns 1 for equal images; undefined when an axis has fewer than 7 voxels.
 * @throws RangeError when the shapes differ.
 */
export function structuralSimilarity(
  a: Volume<Int16Array | Float32Array>,
  b: Volume<Int16Array | Float32Array>,
  dataRange: number,
): number | undefined {
  const [nx, ny, nz] = a.grid.shape
  if (a.grid.shape.some((size, axis) => size !== b.grid.shape[axis]))
    throw new RangeError(`images of ${a.grid.shape.join(' × ')} and ${b.grid.shape.join(' × ')} voxels`)
  if (Math.min(nx, ny, nz) < WINDOW) return undefined
  const plane = (nx - WINDOW + 1) * (ny - WINDOW + 1) * FIELDS
  const planes = Array.from({ length: WINDOW }, () => new Float64Array(plane))
  const cubes = new Float64Array(plane)
  const rows = new RowSums(nx, ny)
  const c1 = (K1 * dataRange) ** 2
  const c2 = (K2 * dataRange) ** 2
  let sum = 0
  for (let k = 0; k < nz; k++) {
    // The ring holds the plane that leaves the cubes in the place of the one that enters them.
    const entering = planes[k % WINDOW]!
    if (k >= WINDOW) for (let i = 0; i < plane; i++) cubes[i]! -= entering[i]!
    rows.planeSums(a.data, b.data, k * nx * ny, entering)
    for (let i = 0; i < plane; i++) cubes[i]! += entering[i]!
    if (k >= WINDOW - 1) sum += similaritySum(cubes, c1, c2)
  }
  return sum / ((plane / FIELDS) * (nz - WINDOW + 1))
}

/** Sums over squares of 7 × 7 voxels of one slice. */
class RowSums {
  readonly #nx: number
  readonly #ny: number
  /** Of each of the last 7 rows, sums over 7 neighbours. */
  readonly #ring: Float64Array[]
  readonly #squares: Float64Array

  constructor(nx: number, ny: number) {
    const width = (nx - WINDOW + 1) * FIELDS
    this.#nx = nx
    this.#ny = ny
    this.#ring = Array.from({ length: WINDOW }, () => new Float64Array(width))
    this.#squares = new Float64Array(width)
  }

  planeSums(x: ArrayLike<number>, y: ArrayLike<number>, from: number, into: Float64Array): void {
    const squares = this.#squares.fill(0)
    for (let j = 0; j < this.#ny; j++) {
      const row = this.#ring[j % WINDOW]!
      if (j >= WINDOW) for (let i = 0; i < squares.length; i++) squares[i]! -= row[i]!
      lineSums(x, y, from + j * this.#nx, this.#nx, row)
      for (let i = 0; i < squares.length; i++) squares[i]! += row[i]!
      if (j >= WINDOW - 1) into.set(squares, (j - WINDOW + 1) * squares.length)
    }
  }
}

/** Sums over 7 neighbours of one row, five for each place. */
function lineSums(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  from: number,
  length: number,
  into: Float64Array,
) {
  let sx = 0
  let sy = 0
  let sxx = 0
  let syy = 0
  let sxy = 0
  for (let i = 0, at = 0; i < length; i++) {
    const u = x[from + i]!
    const v = y[from + i]!
    sx += u
    sy += v
    sxx += u * u
    syy += v * v
    sxy += u * v
    if (i < WINDOW - 1) continue
    into[at++] = sx
    into[at++] = sy
    into[at++] = sxx
    into[at++] = syy
    into[at++] = sxy
    const p = x[from + i - WINDOW + 1]!
    const q = y[from + i - WINDOW + 1]!
    sx -= p
    sy -= q
    sxx -= p * p
    syy -= q * q
    sxy -= p * q
  }
}

function similaritySum(cubes: Float64Array, c1: number, c2: number): number {
  const share = 1 / WINDOW_VOXELS
  const sample = WINDOW_VOXELS / (WINDOW_VOXELS - 1)
  let sum = 0
  for (let i = 0; i < cubes.length; i += FIELDS) {
    const mx = cubes[i]! * share
    const my = cubes[i + 1]! * share
    const vx = sample * (cubes[i + 2]! * share - mx * mx)
    const vy = sample * (cubes[i + 3]! * share - my * my)
    const vxy = sample * (cubes[i + 4]! * share - mx * my)
    sum += ((2 * mx * my + c1) * (2 * vxy + c2)) / ((mx * mx + my * my + c1) * (vx + vy + c2))
  }
  return sum
}
