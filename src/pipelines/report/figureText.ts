import { FIGURES, type FigureKey } from '../../core/caseDescription.ts'
import { numberText } from '../../core/numberText.ts'

/** With its unit: `3.54 mm`. */
export function figureText(key: FigureKey, value: number): string {
  const { unit } = FIGURES[key]
  return unit === '' ? numberText(value) : `${numberText(value)} ${unit}`
}

/** `1 sample`, `2 samples`. */
export const counted = (n: number, one: string, many = `${one}s`): string =>
  `${numberText(n)} ${n === 1 ? one : many}`

const WORDS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']

/** As `counted`, in the words of running text: `four sites`, `12 sites`. */
export const spelled = (n: number, one: string, many = `${one}s`): string =>
  `${WORDS[n] ?? numberText(n)} ${n === 1 ? one : many}`

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[], last = 'and'): string {
  if (words.length < 2) return words[0] ?? ''
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`
}

/** Middle value and the range that holds the middle half; undefined without values. */
export function quartiles(
  values: readonly number[],
): { q1: number; median: number; q3: number; min: number; max: number } | undefined {
  if (values.length === 0) return undefined
  const sorted = values.toSorted((a, b) => a - b)
  // Linear interpolation between order statistics, as numpy.percentile does.
  const at = (share: number) => {
    const place = share * (sorted.length - 1)
    const [low, high] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!]
    return low + (high - low) * (place - Math.floor(place))
  }
  return { q1: at(0.25), median: at(0.5), q3: at(0.75), min: sorted[0]!, max: sorted.at(-1)! }
}

/** Mean and standard deviation of a sample (n − 1). */
export function meanAndSd(values: readonly number[]): { mean: number; sd: number | undefined } {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length
  const sd =
    values.length < 2
      ? undefined
      : Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1))
  return { mean, sd }
}
