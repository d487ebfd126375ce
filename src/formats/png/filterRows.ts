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
  const sums = new Float64Array(PAETH + 1)
  let above: Uint8Array = new Uint8Array(rowBytes)
  for (let y = 0; y < height; y++) {
    const row = data.subarray(y * rowBytes, (y + 1) * rowBytes)
    sumMagnitudes(row, above, channels, sums)
    let best = NONE
    for (let filter = SUB; filter <= PAETH; filter++) if (sums[filter]! < sums[best]!) best = filter
    const at = y * (rowBytes + 1)
    out[at] = best
    filterRow(best, row, above, channels, out.subarray(at + 1, at + 1 + rowBytes))
    above = row
  }
  return out
}

/** Of each filter, the sum of magnitudes of the bytes that it would give. */
function sumMagnitudes(row: Uint8Array, above: Uint8Array, pixelBytes: number, sums: Float64Array): void {
  let none = 0
  let sub = 0
  let up = 0
  let average = 0
  let paeth = 0
  for (let i = 0; i < row.length; i++) {
    const first = i < pixelBytes
    const x = row[i]!
    const a = first ? 0 : row[i - pixelBytes]!
    const b = above[i]!
    none += magnitude(x)
    sub += magnitude(x - a)
    up += magnitude(x - b)
    average += magnitude(x - ((a + b) >> 1))
    paeth += magnitude(x - paethPredictor(a, b, first ? 0 : above[i - pixelBytes]!))
  }
  sums[NONE] = none
  sums[SUB] = sub
  sums[UP] = up
  sums[AVERAGE] = average
  sums[PAETH] = paeth
}

/** Of a difference modulo 256, taken as signed. */
const magnitude = (difference: number): number => Math.abs((difference << 24) >> 24)

function filterRow(
  filter: number,
  row: Uint8Array,
  above: Uint8Array,
  pixelBytes: number,
  into: Uint8Array,
): void {
  for (let i = 0; i < row.length; i++) {
    const first = i < pixelBytes
    const a = first ? 0 : row[i - pixelBytes]!
    const b = above[i]!
    let predicted = 0
    if (filter === SUB) predicted = a
    else if (filter === UP) predicted = b
    else if (filter === AVERAGE) predicted = (a + b) >> 1
    else if (filter === PAETH) predicted = paethPredictor(a, b, first ? 0 : above[i - pixelBytes]!)
    into[i] = row[i]! - predicted
  }
}

/** Of left, above and upper left the one nearest to left + above - upper left (PNG, third edition, section 9.4). */
function paethPredictor(left: number, up: number, upLeft: number): number {
  const toLeft = Math.abs(up - upLeft)
  const toUp = Math.abs(left - upLeft)
  const toUpLeft = Math.abs(left + up - 2 * upLeft)
  if (toLeft <= toUp && toLeft <= toUpLeft) return left
  return toUp <= toUpLeft ? up : upLeft
}
