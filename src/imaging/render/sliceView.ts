import { type Point, voxelSizes } from '../../core/affine.ts'
import type { Grid } from '../../core/volume.ts'
import { axisView, orderTowards } from '../axisView.ts'

export const PLANES = ['axial', 'coronal', 'sagittal'] as const
export type Plane = (typeof PLANES)[number]

/** Which of the ways to the patient's left, back and feet go right and down in the picture, and which across it. */
const WAYS: Readonly<Record<Plane, readonly [right: number, down: number, across: number]>> = {
  axial: [0, 1, 2],
  coronal: [0, 2, 1],
  sagittal: [1, 2, 0],
}

/** A line of pixels over a line of voxels, both from the same edge to the same edge. */
interface PixelLine {
  readonly pixels: number
  readonly voxels: number
  /** Voxels in the array from one to the next. */
  readonly stride: number
}

/** A plane of voxels as a picture of square pixels. */
export interface SliceView {
  readonly width: number
  readonly height: number
  /** Side of a pixel, mm. */
  readonly pixelMm: number
  /** Index of the voxel at the upper left corner. */
  readonly first: number
  readonly columns: PixelLine
  readonly rows: PixelLine
}

/**
 * The plane through a voxel as radiologists look at it, whatever the order of the voxels: the patient's right is on the
 * left of the picture; the front at the top of an axial, the head at the top of a coronal or sagittal one, which has the
 * front on its left. Of an oblique grid it is the plane of voxels that is nearest to that of the body.
 *
 * @param at i, j, k of the voxel; cut to the grid
 * @param longestSide pixels along the longest extent of the whole grid, so that the three planes have one scale
 */
export function sliceView(grid: Grid, plane: Plane, at: Point, longestSide: number): SliceView {
  const order = orderTowards(grid, 'LPI')
  const { shape, strides, first } = axisView(grid, order)
  const sizes = voxelSizes(grid.affine)
  const extents = order.map(({ axis }, n) => shape[n]! * sizes[axis]!)
  const pixelMm = Math.max(...extents) / longestSide
  const line = (way: number): PixelLine => ({
    pixels: Math.max(1, Math.round(extents[way]! / pixelMm)),
    voxels: shape[way]!,
    stride: strides[way]!,
  })
  const [right, down, across] = WAYS[plane]
  const { axis, reversed } = order[across]!
  const inside = Math.min(shape[across]! - 1, Math.max(0, Math.round(at[axis])))
  const columns = line(right)
  const rows = line(down)
  return {
    width: columns.pixels,
    height: rows.pixels,
    pixelMm,
    first: first + (reversed ? shape[across]! - 1 - inside : inside) * strides[across]!,
    columns,
    rows,
  }
}

/** What each pixel of a line takes of the voxels: their places and shares, from `from[p]` to `from[p + 1]`. */
interface Shares {
  readonly from: Int32Array
  readonly voxel: Int32Array
  readonly share: Float64Array
}

/** Where pixels are larger than voxels, the mean of what they cover; else linear between the nearest two. */
function sharesOf({ pixels, voxels }: PixelLine): Shares {
  const ratio = voxels / pixels
  const from = new Int32Array(pixels + 1)
  const voxel: number[] = []
  const share: number[] = []
  for (let p = 0; p < pixels; p++) {
    if (ratio <= 1) {
      const along = Math.min(voxels - 1, Math.max(0, (p + 0.5) * ratio - 0.5))
      const lower = Math.floor(along)
      voxel.push(lower, Math.min(voxels - 1, lower + 1))
      share.push(1 - (along - lower), along - lower)
    } else {
      const [begin, end] = [p * ratio, Math.min(voxels, (p + 1) * ratio)]
      for (let v = Math.floor(begin); v < end && v < voxels; v++) {
        voxel.push(v)
        share.push((Math.min(end, v + 1) - Math.max(begin, v)) / (end - begin))
      }
    }
    from[p + 1] = voxel.length
  }
  return { from, voxel: Int32Array.from(voxel), share: Float64Array.from(share) }
}

/** The values of an image in the plane, `width` × `height`, smoothed to the pixels. */
export function viewedValues(view: SliceView, data: ArrayLike<number>): Float32Array {
  const { width, height, first, columns, rows } = view
  const [x, y] = [sharesOf(columns), sharesOf(rows)]
  const line = new Float64Array(columns.voxels)
  const out = new Float32Array(width * height)
  for (let row = 0; row < height; row++) {
    line.fill(0)
    for (let n = y.from[row]!; n < y.from[row + 1]!; n++) {
      const share = y.share[n]!
      if (share === 0) continue
      let at = first + y.voxel[n]! * rows.stride
      for (let v = 0; v < line.length; v++, at += columns.stride) line[v]! += share * data[at]!
    }
    for (let column = 0; column < width; column++) {
      let sum = 0
      for (let n = x.from[column]!; n < x.from[column + 1]!; n++) {
        const share = x.share[n]!
        if (share !== 0) sum += share * line[x.voxel[n]!]!
      }
      out[row * width + column] = sum
    }
  }
  return out
}

/** The value of the voxel in the middle of each pixel. */
export function nearestValues(view: SliceView, data: ArrayLike<number>): Float32Array {
  const { width, height, first, columns, rows } = view
  const middle = ({ pixels, voxels, stride }: PixelLine) =>
    Int32Array.from({ length: pixels }, (_, p) => Math.floor(((p + 0.5) * voxels) / pixels) * stride)
  const [x, y] = [middle(columns), middle(rows)]
  const out = new Float32Array(width * height)
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      out[row * width + column] = data[first + y[row]! + x[column]!]!
  return out
}

/** For each pixel the first voxel whose centre it covers and the one after the last; at least the one in its middle. */
function covered({ pixels, voxels }: PixelLine): { begin: Int32Array; end: Int32Array } {
  const ratio = voxels / pixels
  const begin = new Int32Array(pixels)
  const end = new Int32Array(pixels)
  for (let p = 0; p < pixels; p++) {
    begin[p] = Math.ceil(p * ratio - 0.5)
    end[p] = Math.min(voxels, Math.ceil((p + 1) * ratio - 0.5))
    if (begin[p]! < end[p]!) continue
    begin[p] = Math.min(voxels - 1, Math.floor((p + 0.5) * ratio))
    end[p] = begin[p]! + 1
  }
  return { begin, end }
}

/**
 * The label of each pixel: that which most of the labelled voxels under it have, the lowest of several such. A pixel with
 * any labelled voxel has a label, so that nothing is too small to be seen.
 */
export function viewedLabels(view: SliceView, data: Uint8Array): Uint8Array {
  const { width, height, first, columns, rows } = view
  const [x, y] = [covered(columns), covered(rows)]
  const [across, down] = [columns.stride, rows.stride]
  const out = new Uint8Array(width * height)
  for (let row = 0, p = 0; row < height; row++) {
    const top = first + y.begin[row]! * down
    const bottom = first + y.end[row]! * down
    for (let column = 0; column < width; column++, p++) {
      const begin = x.begin[column]! * across
      const end = x.end[column]! * across
      let seen = 0
      for (let line = top; line !== bottom; line += down)
        for (let at = begin; at !== end; at += across) {
          const label = data[line + at]!
          if (label === 0 || label === seen) continue
          // -1: several, to be counted.
          seen = seen === 0 ? label : -1
        }
      out[p] = seen >= 0 ? seen : mostOf(data, [top, bottom, down], [begin, end, across])
    }
  }
  return out
}

type Steps = readonly [begin: number, end: number, step: number]

/** The label that most of the labelled voxels of a rectangle have, the lowest of several such. */
function mostOf(data: Uint8Array, [top, bottom, down]: Steps, [begin, end, across]: Steps): number {
  const tally = new Uint32Array(256)
  for (let line = top; line !== bottom; line += down)
    for (let at = begin; at !== end; at += across) tally[data[line + at]!]!++
  tally[0] = 0
  return tally.indexOf(Math.max(...tally))
}
