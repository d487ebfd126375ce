/** Samples of one component: its own size within a buffer whose rows are `stride` long. */
export interface Plane {
  readonly samples: Uint16Array
  readonly stride: number
  readonly rows: number
  readonly columns: number
}

/**
 * Brings a subsampled component to the size of the image. Factors of 2 across, or across and down, are interpolated
 * with weights 3:1 as the Independent JPEG Group's library does by default; others repeat samples.
 *
 * @param across, down how many samples of the image one sample stands for
 */
export function upsampled(plane: Plane, across: number, down: number, rows: number, columns: number): Plane {
  if (across === 1 && down === 1) return plane
  if (across === 2 && down <= 2 && plane.columns > 2) return interpolated(plane, down, rows)
  const samples = new Uint16Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    const from = Math.trunc(row / down) * plane.stride
    for (let column = 0; column < columns; column++)
      samples[row * columns + column] = plane.samples[from + Math.trunc(column / across)]!
  }
  return { samples, stride: columns, rows, columns }
}

function interpolated(plane: Plane, down: number, rows: number): Plane {
  const stride = 2 * plane.columns
  const samples = new Uint16Array(rows * stride)
  const line = new Int32Array(plane.columns)
  const last = plane.columns - 1
  // Sums of two rows have weight 4 already. What is added before the shift rounds halves up and down in turn.
  const [low, high] = down === 2 ? [8, 7] : [1, 2]
  const shift = down === 2 ? 4 : 2
  for (let row = 0; row < rows; row++) {
    blendRows(plane, row, down, line)
    const to = row * stride
    for (let i = 0; i <= last; i++) {
      const own = 3 * line[i]!
      samples[to + 2 * i] = (own + line[i - 1 < 0 ? 0 : i - 1]! + low) >> shift
      samples[to + 2 * i + 1] = (own + line[i + 1 > last ? last : i + 1]! + high) >> shift
    }
    samples[to] = (4 * line[0]! + (down === 2 ? low : 0)) >> shift
    samples[to + 2 * last + 1] = (4 * line[last]! + (down === 2 ? high : 0)) >> shift
  }
  return { samples, stride, rows, columns: stride }
}

/** The row of the component that a row of the image lies in, blended with the nearer neighbour where there are two. */
function blendRows(plane: Plane, row: number, down: number, line: Int32Array): void {
  const { samples, stride, rows, columns } = plane
  if (down === 1) {
    line.set(samples.subarray(row * stride, row * stride + columns))
    return
  }
  const own = row >> 1
  const other = Math.min(Math.max((row & 1) === 0 ? own - 1 : own + 1, 0), rows - 1)
  for (let i = 0; i < columns; i++) line[i] = 3 * samples[own * stride + i]! + samples[other * stride + i]!
}
