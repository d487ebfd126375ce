/** Values that are black and white. */
export interface Window {
  readonly min: number
  readonly max: number
}

export interface WindowPreset {
  readonly key: string
  readonly title: string
  /** Not set: it depends on the image. */
  readonly window?: Window
}

const at = (level: number, width: number): Window => ({ min: level - width / 2, max: level + width / 2 })

/** Levels and widths in HU that CT workstations commonly offer. */
const CT: readonly WindowPreset[] = [
  { key: 'soft-tissue', title: 'Soft tissue', window: at(40, 400) },
  { key: 'lung', title: 'Lung', window: at(-600, 1500) },
  { key: 'bone', title: 'Bone', window: at(400, 1800) },
  { key: 'coronary', title: 'Heart', window: at(250, 800) },
]

const BY_VALUES: readonly WindowPreset[] = [
  { key: 'percentiles', title: '1–99 %' },
  { key: 'full', title: 'Full range' },
]

/** Where the unit is not known, the values may be HU: a person sees whether they are. */
export function presetsFor(unit: string): readonly WindowPreset[] {
  if (unit === 'HU') return [...CT, ...BY_VALUES]
  return unit === '' ? [...BY_VALUES, ...CT.map(p => ({ ...p, title: `${p.title} (HU)` }))] : BY_VALUES
}

export const firstPreset = (unit: string): string => (unit === 'HU' ? 'coronary' : 'percentiles')

export interface ValueRange {
  readonly min: number
  readonly max: number
  readonly p01: number
  readonly p99: number
}

/** Least, largest and the percentiles 1 and 99 of the finite values; percentiles from about `MOST` of them. */
const MOST = 400_000

export function valueRange(values: ArrayLike<number>, slope: number, intercept: number): ValueRange {
  const step = Math.max(1, Math.floor(values.length / MOST))
  const sample = new Float64Array(Math.ceil(values.length / step))
  let count = 0
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < values.length; i++) {
    const value = values[i]! * slope + intercept
    if (!Number.isFinite(value)) continue
    if (value < min) min = value
    if (value > max) max = value
    if (i % step === 0) sample[count++] = value
  }
  if (count === 0) return { min: 0, max: 1, p01: 0, p99: 1 }
  const sorted = sample.subarray(0, count).sort()
  const rank = (share: number) => sorted[Math.round(share * (count - 1))]!
  return { min, max, p01: rank(0.01), p99: rank(0.99) }
}

/** The window of a preset on an image; never of width 0. */
export function windowOf(preset: WindowPreset, range: ValueRange): Window {
  const { min, max } =
    preset.window ??
    (preset.key === 'percentiles' ? { min: range.p01, max: range.p99 } : { min: range.min, max: range.max })
  return max > min ? { min, max } : { min, max: min + 1 }
}
