/**
 * Arithmetic of the x87 80-bit format: 64 significant bits, round to nearest even after every operation; the
 * exponent has no limits here. nibabel reckons the qform in C's `long double`, which is this format on x86-64,
 * so the last bit of its affines cannot be had from doubles.
 */
export interface Extended {
  /** value = significand · 2^exponent, |significand| < 2^64 */
  readonly significand: bigint
  readonly exponent: number
}

const BITS = 64
const magnitude = (v: bigint): bigint => (v < 0n ? -v : v)

function bitLength(v: bigint): number {
  const hex = magnitude(v).toString(16)
  return 4 * hex.length - (Math.clz32(Number.parseInt(hex[0]!, 16)) - 28)
}

function rounded(significand: bigint, exponent: number): Extended {
  const excess = bitLength(significand) - BITS
  if (excess <= 0) return { significand, exponent }
  const shift = BigInt(excess)
  const size = magnitude(significand)
  let kept = size >> shift
  const rest = size - (kept << shift)
  const half = 1n << (shift - 1n)
  if (rest > half || (rest === half && (kept & 1n) === 1n)) kept += 1n
  return { significand: significand < 0n ? -kept : kept, exponent: exponent + excess }
}

const FRACTION = (1n << 52n) - 1n

/** Exact. `v` must be finite. */
export function extended(v: number): Extended {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, Math.abs(v))
  const bits = view.getBigUint64(0)
  const biased = Number(bits >> 52n)
  const size = biased === 0 ? bits : (bits & FRACTION) | (1n << 52n)
  return { significand: v < 0 ? -size : size, exponent: Math.max(biased, 1) - 1075 }
}

export function toNumber({ significand, exponent }: Extended): number {
  // Number() of a bigint rounds to nearest even, as storing a long double into a double does.
  return Number(significand) * 2 ** exponent
}

export function add(a: Extended, b: Extended): Extended {
  const exponent = Math.min(a.exponent, b.exponent)
  const aligned = ({ significand, exponent: own }: Extended) => significand << BigInt(own - exponent)
  return rounded(aligned(a) + aligned(b), exponent)
}

export const negate = ({ significand, exponent }: Extended): Extended => ({
  significand: -significand,
  exponent,
})

export const subtract = (a: Extended, b: Extended): Extended => add(a, negate(b))

export const multiply = (a: Extended, b: Extended): Extended =>
  rounded(a.significand * b.significand, a.exponent + b.exponent)

/** `b` must not be 0. */
export function divide(a: Extended, b: Extended): Extended {
  const shift = 2 * BITS + 2
  const dividend = a.significand << BigInt(shift)
  const quotient = dividend / b.significand
  // A sticky bit below the quotient stands for the remainder, so that a tie is only a tie when exact.
  const sticky = quotient * b.significand === dividend ? 0n : quotient < 0n ? -1n : 1n
  return rounded((quotient << 1n) + sticky, a.exponent - b.exponent - shift - 1)
}

/** Of a value that is not negative. */
export function squareRoot({ significand, exponent }: Extended): Extended {
  if (significand === 0n) return { significand, exponent: 0 }
  const shift = 2 * BITS + 2 + (exponent & 1)
  const radicand = significand << BigInt(shift)
  let root = 1n << BigInt((bitLength(radicand) >> 1) + 1)
  for (;;) {
    const next = (root + radicand / root) >> 1n
    if (next >= root) break
    root = next
  }
  const sticky = root * root === radicand ? 0n : 1n
  return rounded((root << 1n) + sticky, (exponent - shift) / 2 - 1)
}
