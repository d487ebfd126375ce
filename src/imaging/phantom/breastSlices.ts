import type { Point } from '../../core/affine.ts'
import type { Shape } from '../../core/volume.ts'
import {
  type BreastAnatomy,
  type Column,
  type EnhancingSegment,
  FIELD,
  measureColumn,
  newColumn,
} from './breastAnatomy.ts'
import { LatticeNoise } from './latticeNoise.ts'
import type { SeededRandom } from './seededRandom.ts'
import { paintThorax } from './thorax.ts'
import { clamp01, type Paint, TISSUE } from './tissue.ts'

/** Thickness in mm, and signal. */
const SKIN = { depth: 2.2, signal: 0.4 }

/** Where in its segment enhancement counts as lesion, on the scale of `#spread`. */
const LESION = 0.12

interface Texture {
  readonly noise: LatticeNoise
  readonly row: Float64Array
}

/** Paints the phantom row by row: signal before coils and noise, tissue, lesion. Units and frame: breastAnatomy.ts. */
export class BreastSlices {
  readonly #anatomy: BreastAnatomy
  readonly #spacing: Point
  readonly #columns: Column[]
  readonly #slopes: Float64Array
  readonly #paint: Paint = { signal: 0, tissue: 0 }
  /** Voxels whose centres are nearest to that of the segment. */
  readonly #nearest: Point
  /** Edges are as soft as a voxel is wide, so that coarse grids show no stairs. */
  readonly #soft: number
  #z = 0
  #k = 0
  #firstSkin = 0

  /** Lobes of gland, strands in them, the two fields whose common zeros are vessels, and spots of enhancement. */
  readonly #lobe: Texture
  readonly #strand: Texture
  readonly #course: Texture
  readonly #bend: Texture
  readonly #spot: Texture

  constructor(anatomy: BreastAnatomy, shape: Shape, spacing: Point, random: SeededRandom) {
    const texture = (cell: Point): Texture => ({
      noise: new LatticeNoise(random, shape, spacing, cell),
      row: new Float64Array(shape[0]),
    })
    this.#anatomy = anatomy
    this.#spacing = spacing
    this.#soft = Math.max(1.2, spacing[0])
    this.#columns = Array.from({ length: shape[0] }, newColumn)
    this.#slopes = new Float64Array(shape[0]).fill(1)
    const { x, y, z } = anatomy.segment ?? { x: 0, y: 0, z: 0 }
    this.#nearest = [
      Math.floor((x + FIELD[0] / 2) / spacing[0]),
      Math.floor(y / spacing[1]),
      Math.floor((z + FIELD[2] / 2) / spacing[2]),
    ]
    this.#lobe = texture([15, 24, 15])
    this.#strand = texture([6, 9, 6])
    this.#course = texture([26, 30, 26])
    this.#bend = texture([26, 30, 26])
    this.#spot = texture([4, 5, 4])
  }

  enterSlice(k: number): void {
    const { breasts, segment } = this.#anatomy
    const z = (k + 0.5) * this.#spacing[2] - FIELD[2] / 2
    this.#k = k
    this.#z = z
    this.#lobe.noise.enterSlice(k)
    this.#strand.noise.enterSlice(k)
    this.#course.noise.enterSlice(k)
    this.#bend.noise.enterSlice(k)
    if (segment) this.#spot.noise.enterSlice(k)
    const beside = newColumn()
    this.#firstSkin = Number.POSITIVE_INFINITY
    for (let i = 0; i < this.#columns.length; i++) {
      const x = (i + 0.5) * this.#spacing[0] - FIELD[0] / 2
      const column = this.#columns[i]!
      measureColumn(breasts, x, z, column)
      this.#firstSkin = Math.min(this.#firstSkin, column.front)
      if (column.front === Number.POSITIVE_INFINITY) continue
      measureColumn(breasts, x + (x < 0 ? 1 : -1), z, beside)
      const acrossX = beside.front - column.front
      measureColumn(breasts, x, z + (z < 0 ? 1 : -1), beside)
      const acrossZ = beside.front - column.front
      this.#slopes[i] = 1 / Math.sqrt(1 + acrossX * acrossX + acrossZ * acrossZ)
    }
  }

  /** Writes row j of the entered slice; `mask` and `tissue` are left alone where nothing is to be written. */
  paintRow(j: number, signal: Float64Array, tissue: Uint8Array, mask: Uint8Array): void {
    signal.fill(0)
    const y = (j + 0.5) * this.#spacing[1]
    if (y < this.#firstSkin - this.#soft) return
    this.#lobe.noise.fillRow(j, this.#lobe.row)
    this.#strand.noise.fillRow(j, this.#strand.row)
    this.#course.noise.fillRow(j, this.#course.row)
    this.#bend.noise.fillRow(j, this.#bend.row)
    const columns = this.#columns
    const slopes = this.#slopes
    const soft = this.#soft
    const paint = this.#paint
    for (let i = 0; i < signal.length; i++) {
      const column = columns[i]!
      const depth = (y - column.front) * slopes[i]!
      const body = clamp01(depth / soft + 0.5)
      if (body === 0) continue
      if (y < column.wall) this.#paintBreast(i, y, depth)
      else this.#paintThorax(i, y)
      const under = clamp01((depth - SKIN.depth) / soft + 0.5)
      signal[i] = body * (SKIN.signal + under * (paint.signal - SKIN.signal))
      if (depth >= 0) tissue[i] = depth < SKIN.depth ? TISSUE.skin : paint.tissue
    }
    const { segment } = this.#anatomy
    if (segment) this.#enhanceRow(segment, j, y, signal, tissue, mask)
  }

  #paintThorax(i: number, y: number): void {
    const x = (i + 0.5) * this.#spacing[0] - FIELD[0] / 2
    const column = this.#columns[i]!
    const depth = (y - column.wall) * column.wallSlope
    paintThorax(this.#paint, x, y, this.#z, depth, this.#lobe.row[i]!, this.#strand.row[i]!)
  }

  /** Gland that thins out towards the rim of the breast, fat around it, vessels through both. */
  #paintBreast(i: number, y: number, depth: number): void {
    const paint = this.#paint
    const column = this.#columns[i]!
    const strand = this.#strand.row[i]!
    paint.signal = 0.17 + 0.012 * strand
    paint.tissue = TISSUE.fat
    if (column.reach > 4) {
      const { density } = this.#anatomy.breasts[2 * i < this.#columns.length ? 0 : 1]
      const back = (y - column.front) / (column.wall - column.front)
      const cover = clamp01((depth - 4) / 14)
      const lean = density + 0.75 * cover - 0.9 * column.rim - 1.6 * clamp01((back - 0.72) / 0.28)
      const gland = clamp01(0.5 + 1.1 * (lean - 0.1 + 0.34 * this.#lobe.row[i]! + 0.3 * strand))
      paint.signal += gland * (0.22 + 0.035 * strand)
      paint.tissue = gland > 0.5 ? TISSUE.gland : TISSUE.breastFat
    }
    const course = this.#course.row[i]!
    const bend = this.#bend.row[i]!
    const vessel = clamp01(1.3 - 90 * (course * course + bend * bend))
    if (vessel > 0 && depth > 3) paint.signal += vessel * (0.62 - paint.signal)
  }

  /** Lifts the signal of spots within the segment, and marks them, in tissue of the breast alone. */
  #enhanceRow(
    segment: EnhancingSegment,
    j: number,
    y: number,
    signal: Float64Array,
    tissue: Uint8Array,
    mask: Uint8Array,
  ): void {
    const v = (y - segment.y) / segment.halfLength
    const w = (this.#z - segment.z) / segment.halfHeight
    const crossed = 1 - v * v - w * w
    const holdsCentre = j === this.#nearest[1] && this.#k === this.#nearest[2]
    if (crossed <= 0 && !holdsCentre) return
    this.#spot.noise.fillRow(j, this.#spot.row)
    for (let i = 0; i < signal.length; i++) {
      if (tissue[i] !== TISSUE.breastFat && tissue[i] !== TISSUE.gland) continue
      const x = (i + 0.5) * this.#spacing[0] - FIELD[0] / 2
      const u = (x - segment.x - segment.lean * (y - segment.y)) / segment.halfWidth
      const within = crossed - u * u
      // Even on a grid too coarse for any spot, the middle of the segment enhances.
      const middle = holdsCentre && i === this.#nearest[0]
      if (within <= 0 && !middle) continue
      const spread = middle ? 1 : 0.45 * within + 0.48 * this.#spot.row[i]! - 0.4
      if (spread <= 0) continue
      signal[i] = signal[i]! + clamp01(2.2 * spread) * (0.86 + 0.06 * this.#strand.row[i]! - signal[i]!)
      if (spread > LESION) mask[i] = 1
    }
  }
}
