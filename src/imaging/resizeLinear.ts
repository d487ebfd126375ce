import { type Shape, voxelCount } from '../core/volume.ts'
import type { AxisView } from './axisView.ts'

/**
 * How two samplings of one extent are matched. `first centres`: index_in = index_out · size_in / size_out (ITK with the
 * origin kept and the spacing scaled). `edges`: (index_out + ½) · size_in / size_out − ½ (half-pixel centres).
 * `outer centres`: index_out · (size_in − 1) / (size_out − 1) (align corners).
 */
export type Alignment = 'first centres' | 'outer centres' | 'edges'

/** Position along an axis of `sizeIn` samples of each of `sizeOut` samples, clamped to the first and the last. */
export function axisPositions(sizeIn: number, sizeOut: number, alignment: Alignment): Float64Array {
  const positions = new Float64Array(sizeOut)
  for (let i = 0; i < sizeOut; i++) {
    const p =
      alignment === 'edges'
        ? ((i + 0.5) * sizeIn) / sizeOut - 0.5
        : alignment === 'first centres'
          ? (i * sizeIn) / sizeOut
          : sizeOut === 1
            ? 0
            : (i * (sizeIn - 1)) / (sizeOut - 1)
    positions[i] = Math.min(sizeIn - 1, Math.max(0, p))
  }
  return positions
}

/** The nearest sample to each position; halves go up. */
export const nearestIndices = (positions: Float64Array): Int32Array =>
  Int32Array.from(positions, p => Math.floor(p + 0.5))

/** Linear interpolation along one axis: the lower neighbour and the weight of the upper one. */
function neighbours(sizeIn: number, sizeOut: number, alignment: Alignment) {
  const positions = axisPositions(sizeIn, sizeOut, alignment)
  const lower = Int32Array.from(positions, p => Math.min(Math.floor(p), Math.max(0, sizeIn - 2)))
  const weight = Float64Array.from(positions, (p, i) => p - lower[i]!)
  return { lower, weight }
}

type Voxels = Int16Array | Float32Array | Uint8Array

/**
 * Trilinear resizing slice by slice along the third axis. A slice of the source is resized once, when the first slice
 * that lies beside it is asked for; so ask in rising order.
 */
export class LinearSlices {
  readonly #data: Voxels
  readonly #view: AxisView
  readonly #shape: Shape
  readonly #x: ReturnType<typeof neighbours>
  readonly #y: ReturnType<typeof neighbours>
  readonly #z: ReturnType<typeof neighbours>
  /** Which slices of the source the two buffers hold. */
  readonly #held: [number, number] = [-1, -1]
  readonly #buffers: [Float32Array, Float32Array]
  /** One row of the source, blended from two. */
  readonly #row: Float64Array

  /** @param view order in which the source is read; its shape is that before resizing */
  constructor(data: Voxels, view: AxisView, shape: Shape, alignment: Alignment) {
    this.#data = data
    this.#view = view
    this.#shape = shape
    this.#x = neighbours(view.shape[0], shape[0], alignment)
    this.#y = neighbours(view.shape[1], shape[1], alignment)
    this.#z = neighbours(view.shape[2], shape[2], alignment)
    const area = shape[0] * shape[1]
    this.#buffers = [new Float32Array(area), new Float32Array(area)]
    this.#row = new Float64Array(view.shape[0])
  }

  /** Writes slice k of the result to `out` from `at` on. */
  write(k: number, out: Float32Array, at: number): void {
    const lower = this.#z.lower[k]!
    const weight = this.#z.weight[k]!
    const a = this.#slice(lower)
    const area = this.#shape[0] * this.#shape[1]
    if (weight === 0) {
      out.set(a, at)
      return
    }
    const b = this.#slice(lower + 1)
    for (let n = 0; n < area; n++) {
      const from = a[n]!
      out[at + n] = from + weight * (b[n]! - from)
    }
  }

  #slice(k: number): Float32Array {
    const side = (k & 1) as 0 | 1
    const buffer = this.#buffers[side]
    if (this.#held[side] !== k) {
      this.#resizeSlice(k, buffer)
      this.#held[side] = k
    }
    return buffer
  }

  #resizeSlice(k: number, out: Float32Array): void {
    const { shape, strides, first } = this.#view
    const [data, row] = [this.#data, this.#row]
    const [width, height] = this.#shape
    const widthIn = shape[0]
    const [si, sj, sk] = strides
    const base = first + k * sk
    const { lower: xs, weight: xw } = this.#x
    const { lower: ys, weight: yw } = this.#y
    const last = widthIn - 1
    let at = 0
    for (let j = 0; j < height; j++) {
      const weight = yw[j]!
      let from = base + ys[j]! * sj
      if (weight === 0) for (let i = 0; i < widthIn; i++, from += si) row[i] = data[from]!
      else
        for (let i = 0; i < widthIn; i++, from += si) {
          const v = data[from]!
          row[i] = v + weight * (data[from + sj]! - v)
        }
      for (let i = 0; i < width; i++) {
        const x = xs[i]!
        const v = row[x]!
        out[at++] = v + xw[i]! * (row[x < last ? x + 1 : x]! - v)
      }
    }
  }
}

/** A whole image resized, i fastest, as float32. */
export function resizeLinear(data: Voxels, view: AxisView, shape: Shape, alignment: Alignment): Float32Array {
  const slices = new LinearSlices(data, view, shape, alignment)
  const out = new Float32Array(voxelCount(shape))
  const area = shape[0] * shape[1]
  for (let k = 0; k < shape[2]; k++) slices.write(k, out, k * area)
  return out
}
