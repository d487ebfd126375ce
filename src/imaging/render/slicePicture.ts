import type { Picture } from '../../core/picture.ts'
import type { ColourMap } from './colourMaps.ts'

/** Values that are drawn black and white. */
export type Levels = readonly [black: number, white: number]

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number]

interface Size {
  readonly width: number
  readonly height: number
}

/** Values as grey, on a picture that colours can be laid on. What is not a number is black. */
export function greyPicture({ width, height }: Size, values: Float32Array, [black, white]: Levels): Picture {
  const data = new Uint8Array(3 * width * height)
  const scale = 255 / (white - black)
  for (let p = 0, at = 0; p < values.length; p++, at += 3) {
    const level = levelOf(values[p]!, black, scale)
    data[at] = level
    data[at + 1] = level
    data[at + 2] = level
  }
  return { width, height, channels: 3, data }
}

/** 0 to 255. Written so that NaN, which compares with nothing, is 0. */
function levelOf(value: number, black: number, scale: number): number {
  const level = (value - black) * scale
  return level >= 255 ? 255 : level > 0 ? Math.round(level) : 0
}

/** Lays values above 0 on a picture of three channels, in place. */
export function layColours(
  { data }: Picture,
  values: Float32Array,
  [black, white]: Levels,
  { table }: ColourMap,
  opacity: number,
): void {
  const scale = 255 / (white - black)
  for (let p = 0; p < values.length; p++) {
    if (!(values[p]! > 0)) continue
    const level = 3 * levelOf(values[p]!, black, scale)
    for (let c = 0; c < 3; c++)
      data[3 * p + c] = Math.round((1 - opacity) * data[3 * p + c]! + opacity * table[level + c]!)
  }
}

/** Squares of one and another image in turn; that at the upper left is of the first. */
export function inSquares({ width, height }: Size, one: Float32Array, other: Float32Array, side: number) {
  const out = new Float32Array(width * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const p = y * width + x
      const isFirst = (Math.floor(x / side) + Math.floor(y / side)) % 2 === 0
      out[p] = (isFirst ? one : other)[p]!
    }
  return out
}

/**
 * Draws the outlines of labels on a picture of three channels, in place: one pixel wide, on the background beside them,
 * so that what they enclose stays to be seen however small it is; between two labels within the lower of them.
 *
 * @param labels one a pixel, 0 is background
 * @param colourOf of a label
 */
export function drawOutlines(
  { width, height, data }: Picture,
  labels: Uint8Array,
  colourOf: (label: number) => Colour,
): void {
  for (let y = 0, p = 0; y < height; y++)
    for (let x = 0; x < width; x++, p++) {
      const here = labels[p]!
      const left = x > 0 ? labels[p - 1]! : here
      const right = x + 1 < width ? labels[p + 1]! : here
      const upper = y > 0 ? labels[p - width]! : here
      const lower = y + 1 < height ? labels[p + width]! : here
      let label = 0
      if (here === 0) label = left || right || upper || lower
      else if (left > here || right > here || upper > here || lower > here) label = here
      if (label !== 0) data.set(colourOf(label), 3 * p)
    }
}
