const SIGNIFICANT = 4
/** U+202F, a narrow space that no line breaks at. */
const THIN = '\u202f'

/** A number as a person reads it: at most four significant digits, thousands set apart. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(2)
  const rounded = size >= 10 ** SIGNIFICANT ? Math.round(value) : Number(value.toPrecision(SIGNIFICANT))
  const [whole, fraction] = String(Math.abs(rounded)).split('.')
  const grouped = whole!.length > 4 ? whole!.replaceAll(/\B(?=(\d{3})+$)/g, THIN) : whole!
  return `${rounded < 0 ? '−' : ''}${grouped}${fraction === undefined ? '' : `.${fraction}`}`
}
