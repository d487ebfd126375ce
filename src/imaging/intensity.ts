/** Limits values to an interval, in place. */
export function clipValues(data: Float32Array | Int16Array, low: number, high: number): void {
  for (let i = 0; i < data.length; i++) {
    const v = data[i]!
    if (v < low) data[i] = low
    else if (v > high) data[i] = high
  }
}

/** v · scale + offset, in place. */
export function scaleValues(data: Float32Array, scale: number, offset: number): void {
  for (let i = 0; i < data.length; i++) data[i] = data[i]! * scale + offset
}

/** Mean and standard deviation (of the population), in double precision; the deviation from the mean in a second pass. */
export function meanAndDeviation(data: Float32Array): { mean: number; sd: number } {
  let sum = 0
  for (let i = 0; i < data.length; i++) sum += data[i]!
  const mean = sum / data.length
  let squares = 0
  for (let i = 0; i < data.length; i++) {
    const d = data[i]! - mean
    squares += d * d
  }
  return { mean, sd: Math.sqrt(squares / data.length) }
}

/** The first voxel that is NaN or infinite, or −1. */
export function firstNonFinite(data: Float32Array): number {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return i
  return -1
}
