/** Digits that always fit below 2^53, and powers of ten that a double holds exactly (Clinger, 1990). */
const EXACT_DIGITS = 15
const EXACT_POWERS = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`))
const ZERO = 0x30
const DOT = 0x2e
const MINUS = 0x2d

/**
 * The number in a cell's bytes, correctly rounded. Plain digits beyond 2^53 keep their digits as text: spreadsheet
 * programs write such numbers with an exponent, so these are ids from another program and not yet damaged.
 * Undefined if it is no number; null if there is nothing but white space.
 */
export function parseNumber(
  bytes: Uint8Array,
  start: number,
  end: number,
): number | string | null | undefined {
  let at = start
  const negative = bytes[at] === MINUS
  if (negative) at++
  let mantissa = 0
  let count = 0
  let decimals = -1
  for (; at < end; at++) {
    const digit = bytes[at]! - ZERO
    if (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit
      count++
      if (decimals >= 0) decimals++
    } else if (bytes[at] === DOT && decimals < 0) decimals = 0
    else break
  }
  if (at === end && count > 0 && count <= EXACT_DIGITS) {
    const value = decimals > 0 ? mantissa / EXACT_POWERS[decimals]! : mantissa
    return negative && value !== 0 ? -value : value
  }
  return parseLongNumber(bytes, start, end)
}

function parseLongNumber(bytes: Uint8Array, start: number, end: number): number | string | null | undefined {
  const text = String.fromCharCode(...bytes.subarray(start, end)).trim()
  if (text === '') return null
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return undefined
  const value = Number(text)
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(value) ? text : value
}

/** The shortest text that reads back to the same double, by parseNumber too. */
export function formatNumber(value: number): string {
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? value.toExponential() : String(value)
}
