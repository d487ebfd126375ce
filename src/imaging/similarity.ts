/** How alike two images are on the voxels that both have. */
export interface Similarity {
  /** Pearson's coefficient of the values, −1 to 1 (normalised correlation); null where an image is constant. */
  readonly correlation: number | null
  /** Of the values in `BINS` classes each, in nats (Viola 1997, Mattes 2003 without smoothing); null without a voxel. */
  readonly mutualInformation: number | null
  /** Voxels that were compared. */
  readonly voxels: number
}

export const BINS = 64
/** Values beyond these shares go to the first and last class, so that a few outliers do not empty the others. */
const TAILS = [0.005, 0.995] as const

/** Bounds of the classes of an image: its values at the two shares, NaN left out. */
export function valueRange(values: Float32Array): readonly [number, number] {
  const sorted = values.filter(v => !Number.isNaN(v)).sort()
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0
  return [at(TAILS[0]), at(TAILS[1])]
}

function correlation(a: Float32Array, b: Float32Array): number | null {
  let [n, meanA, meanB, squaresA, squaresB, products] = [0, 0, 0, 0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!]
    if (Number.isNaN(x) || Number.isNaN(y)) continue
    n++
    const [dx, dy] = [x - meanA, y - meanB]
    meanA += dx / n
    meanB += dy / n
    squaresA += dx * (x - meanA)
    squaresB += dy * (y - meanB)
    products += dx * (y - meanB)
  }
  const scale = Math.sqrt(squaresA * squaresB)
  return scale > 0 ? products / scale : null
}

function mutualInformation(
  a: Float32Array,
  b: Float32Array,
  [lowA, highA]: readonly [number, number],
  [lowB, highB]: readonly [number, number],
): { nats: number | null; voxels: number } {
  const joint = new Float64Array(BINS * BINS)
  const scaleA = BINS / Math.max(highA - lowA, Number.MIN_VALUE)
  const scaleB = BINS / Math.max(highB - lowB, Number.MIN_VALUE)
  const bin = (v: number): number => Math.min(BINS - 1, Math.max(0, Math.floor(v)))
  let voxels = 0
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!]
    if (Number.isNaN(x) || Number.isNaN(y)) continue
    joint[bin((x - lowA) * scaleA) * BINS + bin((y - lowB) * scaleB)]!++
    voxels++
  }
  if (voxels === 0) return { nats: null, voxels }
  const rows = new Float64Array(BINS)
  const columns = new Float64Array(BINS)
  joint.forEach((count, at) => {
    rows[Math.floor(at / BINS)]! += count
    columns[at % BINS]! += count
  })
  let sum = 0
  joint.forEach((count, at) => {
    if (count > 0)
      sum += count * Math.log((count * voxels) / (rows[Math.floor(at / BINS)]! * columns[at % BINS]!))
  })
  return { nats: sum / voxels, voxels }
}

/** NaN marks voxels that an image lacks. */
export function similarity(
  a: Float32Array,
  b: Float32Array,
  rangeA: readonly [number, number],
  rangeB: readonly [number, number],
): Similarity {
  const { nats, voxels } = mutualInformation(a, b, rangeA, rangeB)
  return { correlation: correlation(a, b), mutualInformation: nats, voxels }
}
