import type { Point } from '../../core/affine.ts'
import type { Shape } from '../../core/volume.ts'
import type { SeededRandom } from './seededRandom.ts'

/** The four uniform cubic B-spline weights of each of `count` positions, and the first node of each. */
interface Taps {
  readonly first: Int32Array
  readonly weights: Float64Array
  readonly nodes: number
}

function taps(count: number, step: number, cell: number): Taps {
  const first = new Int32Array(count)
  const weights = new Float64Array(4 * count)
  for (let i = 0; i < count; i++) {
    const at = (i * step) / cell
    const node = Math.floor(at)
    const t = at - node
    const s = 1 - t
    first[i] = node
    weights[4 * i] = (s * s * s) / 6
    weights[4 * i + 1] = (3 * t * t * t - 6 * t * t + 4) / 6
    weights[4 * i + 2] = (3 * s * s * s - 6 * s * s + 4) / 6
    weights[4 * i + 3] = (t * t * t) / 6
  }
  return { first, weights, nodes: Math.floor(((count - 1) * step) / cell) + 4 }
}

/**
 * Smooth random texture over a grid: independent values on a coarse lattice, joined by uniform cubic B-splines,
 * mean 0 and variance near 1. Made row by row, since all voxels of a row share their weights in y and z.
 */
export class LatticeNoise {
  readonly #x: Taps
  readonly #y: Taps
  readonly #z: Taps
  readonly #values: Float64Array
  readonly #slice: Float64Array
  readonly #row: Float64Array

  /**
   * @param shape voxels of the grid
   * @param spacing mm from voxel to voxel
   * @param cell mm from node to node of the lattice: the size of the texture's grain
   */
  constructor(random: SeededRandom, shape: Shape, spacing: Point, cell: Point) {
    this.#x = taps(shape[0], spacing[0], cell[0])
    this.#y = taps(shape[1], spacing[1], cell[1])
    this.#z = taps(shape[2], spacing[2], cell[2])
    this.#values = new Float64Array(this.#x.nodes * this.#y.nodes * this.#z.nodes)
    // A B-spline averages its nodes: along an axis their variance falls to 151/315, taken over all positions.
    const gain = Math.sqrt((315 / 151) * (315 / 151) * (315 / 151))
    for (let n = 0; n < this.#values.length; n++) this.#values[n] = gain * random.normal()
    this.#slice = new Float64Array(this.#x.nodes * this.#y.nodes)
    this.#row = new Float64Array(this.#x.nodes)
  }

  /** Goes to slice k, whose rows `fillRow` then gives. */
  enterSlice(k: number): void {
    blend(this.#values, this.#slice, this.#z, k)
  }

  /** Writes the values of row j of the entered slice to `out`, one a voxel along i. */
  fillRow(j: number, out: Float64Array): void {
    blend(this.#slice, this.#row, this.#y, j)
    const { first, weights } = this.#x
    const row = this.#row
    for (let i = 0, w = 0; i < first.length; i++, w += 4) {
      const node = first[i]!
      out[i] =
        weights[w]! * row[node]! +
        weights[w + 1]! * row[node + 1]! +
        weights[w + 2]! * row[node + 2]! +
        weights[w + 3]! * row[node + 3]!
    }
  }
}

/** Joins four neighbouring planes (or rows) of nodes to the one at `position` along their slowest axis. */
function blend(from: Float64Array, to: Float64Array, { first, weights }: Taps, position: number): void {
  const size = to.length
  const start = first[position]! * size
  const w = 4 * position
  for (let n = 0; n < size; n++) {
    const at = start + n
    to[n] =
      weights[w]! * from[at]! +
      weights[w + 1]! * from[at + size]! +
      weights[w + 2]! * from[at + 2 * size]! +
      weights[w + 3]! * from[at + 3 * size]!
  }
}
