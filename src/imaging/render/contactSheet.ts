import type { Picture } from '../../core/picture.ts'
import type { AxialSlices } from './axialSlices.ts'

/** Pixels between two tiles. */
const GAP = 2
/** Dark grey, told apart from the black of empty slices. */
const GAP_LEVEL = 64

export interface ContactSheetOptions {
  /** Slices in each row, at most. */
  readonly tiles: number
  /** The longest side of a tile in pixels, at most. */
  readonly tileSize: number
}

/**
 * One picture of several volumes: a row for each, with slices that are spread evenly from its first to its last. Slices
 * that are larger than a tile are shrunk by the mean of whole squares of pixels.
 */
export function contactSheet(
  volumes: readonly AxialSlices[],
  { tiles, tileSize }: ContactSheetOptions,
): Picture {
  const factors = volumes.map(v => Math.max(1, Math.ceil(Math.max(v.width, v.height) / tileSize)))
  const tileWidth = Math.max(...volumes.map((v, n) => Math.ceil(v.width / factors[n]!)))
  const tileHeight = Math.max(...volumes.map((v, n) => Math.ceil(v.height / factors[n]!)))
  const columns = Math.max(...volumes.map(v => Math.min(tiles, v.count)))
  const width = columns * (tileWidth + GAP) - GAP
  const height = volumes.length * (tileHeight + GAP) - GAP
  const data = new Uint8Array(width * height * 3).fill(GAP_LEVEL)
  volumes.forEach((slices, row) => {
    spreadEvenly(slices.count, columns).forEach((index, column) => {
      const tile = shrunk(slices.slice(index), factors[row]!)
      put(tile, data, width, column * (tileWidth + GAP), row * (tileHeight + GAP))
    })
  })
  return { width, height, channels: 3, data }
}

/** At most `wanted` numbers from 0 to `count` - 1, the middle of each of as many equal parts. */
export function spreadEvenly(count: number, wanted: number): number[] {
  const parts = Math.min(count, wanted)
  return Array.from({ length: parts }, (_, n) => Math.floor(((n + 0.5) * count) / parts))
}

/** The mean of squares of `factor` × `factor` pixels; at the right and the lower edge of those that there are. */
export function shrunk(picture: Picture, factor: number): Picture {
  const { channels, data } = picture
  if (factor === 1) return { width: picture.width, height: picture.height, channels, data }
  const width = Math.ceil(picture.width / factor)
  const height = Math.ceil(picture.height / factor)
  const out = new Uint8Array(width * height * channels)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const right = Math.min((x + 1) * factor, picture.width)
      const bottom = Math.min((y + 1) * factor, picture.height)
      const pixels = (right - x * factor) * (bottom - y * factor)
      for (let c = 0; c < channels; c++) {
        let sum = 0
        for (let v = y * factor; v < bottom; v++)
          for (let u = x * factor; u < right; u++) sum += data[(v * picture.width + u) * channels + c]!
        out[(y * width + x) * channels + c] = Math.round(sum / pixels)
      }
    }
  return { width, height, channels, data: out }
}

/** Lays a tile on a picture of three channels. */
function put(
  { width, height, channels, data }: Picture,
  onto: Uint8Array,
  columns: number,
  x0: number,
  y0: number,
) {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = channels * (y * width + x)
      const to = 3 * ((y0 + y) * columns + x0 + x)
      for (let c = 0; c < 3; c++) onto[to + c] = data[channels === 1 ? from : from + c]!
    }
}
