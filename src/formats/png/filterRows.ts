import type { Picture } from '../../core/picture.ts'

/** Filter types of PNG, third edition, section 9.2. */
const NONE = 0
const SUB = 1
const UP = 2
const AVERAGE = 3
const PAETH = 4

/**
 * The rows of a picture as PNG compresses them: before each row the number of its filter, then the row's bytes less
 * their prediction. Of the five filters each row gets the one whose bytes, taken as signed, have the least sum of
 * magnitudes, the lower number on ties (PNG, third edition, section 12.7).
 */
export function filterRows({ width, height, channels, data }: Picture): Uint8Array {
  const rowBytes = width * channels
  const out = new Uint8Array(height * (rowBytes + 1))
  const trial = new Uint8Array(rowBytes)
  let above: Uint8Array = new Uint8Array(rowBytes)
  for (let y = 0; y < height; y++) {
    const row = data.subarray(y * rowBytes, (y + 1) * rowBytes)
    const at = y * (rowBytes + 1)
    const best = out.subarray(at + 1, at + 1 + rowBytes)
    let least = Number.POSITIVE_INFINITY
    for (let filter = NONE; filter <= PAETH; filter++) {
      const sum = filterRow(filter, row, above, channels, trial)
      if (sum >= least) continue
      least = sum
      out[at] = filter
      best.set(trial)
    }
    above = row
  }
  return out
}

/** @returns the sum of magnitudes of the filtered bytes, taken as signed. */
function filterRow(
  filter: number,
  row: Uint8Array,
  above: Uint8Array,
  pixelBytes: number,
  into: Uint8Array,
): number {
  let sum = 0
  for (let i = 0; i < row.length; i++) {
    const left = i < pixelBytes ? 0 : row[i - pixelBytes]!
    const up = above[i]!
    let predicted = 0
    if (filter === SUB) predicted = left
    else if (filter === UP) predicted = up
    else if (filter === AVERAGE) predicted = (left + up) >> 1
    else if (filter === PAETH) predicted = paeth(left, up, i < pixelBytes ? 0 : above[i - pixelBytes]!)
    const rest = (row[i]! - predicted) & 0xff
    into[i] = rest
    sum += rest < 128 ? rest : 256 - rest
  }
  return sum
}

/** Of left, above and upper left the one nearest to left + above - upper left (PNG, third edition, section 9.4). */
function paeth(left: number, up: number, upLeft: number): number {
  const toLeft = Math.abs(up - upLeft)
  const toUp = Math.abs(left - upLeft)
  const toUpLeft = Math.abs(left + up - 2 * upLeft)
  if (toLeft <= toUp && toLeft <= toUpLeft) return left
  return toUp <= toUpLeft ? up : upLeft
}
