import { type VoxelArray, voxelCount } from '../../core/volume.ts'
import { rescaleInto } from './int16OrFloat32.ts'
import { isInt16 } from './rescale.ts'
import type { PlannedSlice, VolumePlan } from './volumePlan.ts'

/** Shifts and weights nearer than this to a whole number are taken as it, so that pixels stay as they are. */
const NEGLIGIBLE = 1e-6

/**
 * Slices put on a regular grid by linear interpolation: each is shifted in its plane to where it lies, then,
 * where the plan says so, the two planes around each slice of the grid are mixed by distance. Voxels that no
 * slice covers get the smallest value of the volume.
 */
export class ResampledSlices {
  readonly #plan: VolumePlan
  readonly #out: Float32Array
  readonly #rescaled: Float64Array
  #plane: Float64Array
  #before: Float64Array
  #beforeMm = 0
  #filled = 0
  #isInt16 = true
  #lowest = Infinity

  constructor(plan: VolumePlan) {
    const [ni, nj] = plan.grid.shape
    this.#plan = plan
    this.#out = new Float32Array(voxelCount(plan.grid.shape))
    this.#rescaled = new Float64Array(plan.columns * plan.rows)
    this.#plane = new Float64Array(ni * nj)
    this.#before = new Float64Array(ni * nj)
  }

  add(stored: VoxelArray, slice: PlannedSlice): void {
    const { resampling, grid, slices } = this.#plan
    rescaleInto(this.#rescaled, 0, stored, slice)
    this.#survey()
    ;[this.#before, this.#plane] = [this.#plane, this.#before]
    this.#shift(slice.shift)
    const depth = grid.shape[2]
    if (!resampling?.along) this.#mix(1)
    else {
      const { spacingMm } = resampling
      const isLast = slice === slices.at(-1)
      while (this.#filled < depth) {
        const wanted = this.#filled * spacingMm
        if (wanted > slice.alongMm + NEGLIGIBLE * spacingMm && !isLast) break
        const gap = slice.alongMm - this.#beforeMm
        this.#mix(gap > 0 ? Math.min(1, (wanted - this.#beforeMm) / gap) : 1)
      }
    }
    this.#beforeMm = slice.alongMm
  }

  finish(): Int16Array | Float32Array {
    const out = this.#out
    for (let v = 0; v < out.length; v++) if (Number.isNaN(out[v]!)) out[v] = this.#lowest
    if (!this.#isInt16) return out
    // Element v of the int16 view lies at or before element v of the float32 one, so nothing unread is overwritten.
    const whole = new Int16Array(out.buffer, 0, out.length)
    for (let v = 0; v < out.length; v++) whole[v] = Math.round(out[v]!)
    return whole
  }

  /** Notes the smallest value, and whether int16 holds all. */
  #survey(): void {
    const rescaled = this.#rescaled
    let [lowest, holds] = [this.#lowest, this.#isInt16]
    for (let p = 0; p < rescaled.length; p++) {
      const value = rescaled[p]!
      if (value < lowest) lowest = value
      if (holds) holds = isInt16(value)
    }
    this.#lowest = lowest
    this.#isInt16 = holds
  }

  /** The next slice of the grid: `weight` of the plane at hand, the rest of the one before. */
  #mix(weight: number): void {
    const [plane, before, out] = [this.#plane, this.#before, this.#out]
    const at = this.#filled++ * plane.length
    if (weight > 1 - NEGLIGIBLE) out.set(plane, at)
    else if (weight < NEGLIGIBLE) out.set(before, at)
    else for (let p = 0; p < plane.length; p++) out[at + p] = before[p]! + weight * (plane[p]! - before[p]!)
  }

  /** Lays the rescaled slice into the plane, its first pixel at (`alongI`, `alongJ`); NaN where it is not. */
  #shift([alongI, alongJ]: readonly [number, number]): void {
    const { columns, rows, grid } = this.#plan
    const [width, height] = grid.shape
    const [plane, source] = [this.#plane, this.#rescaled]
    const [offsetI, partI] = split(-alongI)
    const [offsetJ, partJ] = split(-alongJ)
    const [nextI, nextJ] = [partI > 0 ? 1 : 0, partJ > 0 ? columns : 0]
    const fromI = Math.max(0, -offsetI)
    const toI = Math.min(width, columns - offsetI - (partI > 0 ? 1 : 0))
    const fromJ = Math.max(0, -offsetJ)
    const toJ = Math.min(height, rows - offsetJ - (partJ > 0 ? 1 : 0))
    plane.fill(NaN)
    for (let j = fromJ; j < toJ; j++) {
      const row = (j + offsetJ) * columns + offsetI
      if (partI === 0 && partJ === 0) {
        plane.set(source.subarray(row + fromI, row + toI), j * width + fromI)
        continue
      }
      for (let i = fromI; i < toI; i++) {
        const s = row + i
        const upper = source[s]! * (1 - partI) + source[s + nextI]! * partI
        const lower = source[s + nextJ]! * (1 - partI) + source[s + nextJ + nextI]! * partI
        plane[j * width + i] = upper * (1 - partJ) + lower * partJ
      }
    }
  }
}

/** A whole number and what is left of it, from 0 to 1. */
function split(value: number): [number, number] {
  const whole = Math.round(value)
  if (Math.abs(value - whole) < NEGLIGIBLE) return [whole, 0]
  return [Math.floor(value), value - Math.floor(value)]
}
