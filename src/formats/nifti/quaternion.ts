import {
  add,
  divide,
  type Extended,
  extended,
  multiply,
  squareRoot,
  subtract,
  toNumber,
} from './extendedPrecision.ts'

/** a, b, c, d of nifti1.h: a the real part. */
export type Quaternion = readonly [number, number, number, number]

/** A 3×3 matrix by rows. */
export type Matrix3 = readonly number[]

const ZERO = extended(0)
const ONE = extended(1)
const TWO = extended(2)

/** The same as `rotationOf`, reckoned in doubles: many times as fast, for comparisons that need no last bit. */
export function rotationNear(
  [b, c, d]: readonly [number, number, number],
  [x, y, z]: readonly [number, number, number],
  epsilon: number,
): Matrix3 | undefined {
  const rest = 1 - (b * b + c * c + d * d)
  if (!(rest >= -3 * epsilon)) return undefined
  const a = Math.sqrt(Math.max(0, rest))
  const scale = rest < 0 ? 1 / (1 - rest) : 1
  const s = 2 * scale
  return [
    (1 - s * (c * c + d * d)) * x,
    s * (b * c - a * d) * y,
    s * (b * d + a * c) * z,
    s * (b * c + a * d) * x,
    (1 - s * (b * b + d * d)) * y,
    s * (c * d - a * b) * z,
    s * (b * d - a * c) * x,
    s * (c * d + a * b) * y,
    (1 - s * (b * b + c * c)) * z,
  ]
}

/**
 * Rotation times diagonal of a NIfTI quaternion (nifti1.h, "QUATERNION REPRESENTATION"), a = √(1 − b² − c² − d²).
 * Reckoned in 80-bit precision in the order that nibabel does, rounded to doubles at the end.
 *
 * @param sizes Factors of the three columns.
 * @param epsilon Of the stored precision: b² + c² + d² may exceed 1 by three of it, and a is 0 then.
 * @returns undefined when b² + c² + d² exceeds 1 by more, or is not a number.
 */
export function rotationOf(
  bcd: readonly [number, number, number],
  sizes: readonly [number, number, number],
  epsilon: number,
): Matrix3 | undefined {
  if (!bcd.every(v => Math.abs(v) < 2)) return undefined
  const [x, y, z] = bcd.map(extended) as [Extended, Extended, Extended]
  const ww = subtract(ONE, add(add(multiply(x, x), multiply(y, y)), multiply(z, z)))
  if (toNumber(ww) < -3 * epsilon) return undefined
  const w = ww.significand < 0n ? ZERO : squareRoot(ww)

  const norm = add(add(add(multiply(w, w), multiply(x, x)), multiply(y, y)), multiply(z, z))
  const s = divide(TWO, norm)
  const [xs, ys, zs] = [multiply(x, s), multiply(y, s), multiply(z, s)]
  const [wX, wY, wZ] = [multiply(w, xs), multiply(w, ys), multiply(w, zs)]
  const [xX, xY, xZ] = [multiply(x, xs), multiply(x, ys), multiply(x, zs)]
  const [yY, yZ, zZ] = [multiply(y, ys), multiply(y, zs), multiply(z, zs)]
  const rotation = [
    subtract(ONE, add(yY, zZ)),
    subtract(xY, wZ),
    add(xZ, wY),
    add(xY, wZ),
    subtract(ONE, add(xX, zZ)),
    subtract(yZ, wX),
    subtract(xZ, wY),
    add(yZ, wX),
    subtract(ONE, add(xX, yY)),
  ]
  const columns = sizes.map(extended)
  return rotation.map((v, i) => toNumber(multiply(v, columns[i % 3]!)))
}

/** Inverse transposed times the determinant. */
function cofactors(m: Matrix3): number[] {
  const minor = (r: number, c: number): number => {
    const [r1, r2, c1, c2] = [(r + 1) % 3, (r + 2) % 3, (c + 1) % 3, (c + 2) % 3]
    return m[3 * r1 + c1]! * m[3 * r2 + c2]! - m[3 * r1 + c2]! * m[3 * r2 + c1]!
  }
  return Array.from({ length: 9 }, (_, i) => minor(Math.floor(i / 3), i % 3))
}

export function determinant3(m: Matrix3): number {
  const c = cofactors(m)
  return m[0]! * c[0]! + m[1]! * c[1]! + m[2]! * c[2]!
}

/**
 * The orthogonal factor of the polar decomposition, which is the orthogonal matrix nearest to `m`, by Newton's
 * iteration X ← (X + X⁻ᵀ) / 2 (Higham, SIAM J. Sci. Stat. Comput. 7, 1986). `m` must have an inverse.
 */
export function nearestOrthogonal(m: Matrix3): Matrix3 {
  let x = m
  for (let step = 0; step < 60; step++) {
    const [c, det] = [cofactors(x), determinant3(x)]
    const next = x.map((v, i) => (v + c[i]! / det) / 2)
    const change = Math.max(...next.map((v, i) => Math.abs(v - x[i]!)))
    x = next
    if (change < 1e-15) break
  }
  return x
}

/** The unit quaternion (a, b, c, d) of a rotation, signed so that a ≥ 0 (Shepperd's largest-component method). */
export function quaternionOf(rotation: Matrix3): Quaternion {
  const [xx, xy, xz, yx, yy, yz, zx, zy, zz] = rotation as readonly number[] as [
    ...[number, number, number],
    ...[number, number, number],
    ...[number, number, number],
  ]
  const squares = [1 + xx + yy + zz, 1 + xx - yy - zz, 1 - xx + yy - zz, 1 - xx - yy + zz]
  const largest = squares.indexOf(Math.max(...squares))
  const products = [
    [squares[0]!, zy - yz, xz - zx, yx - xy],
    [zy - yz, squares[1]!, yx + xy, xz + zx],
    [xz - zx, yx + xy, squares[2]!, zy + yz],
    [yx - xy, xz + zx, zy + yz, squares[3]!],
  ][largest]!
  const scale = 1 / Math.hypot(...products)
  const leading = products.find(v => v !== 0)!
  return products.map(v => (v === 0 ? 0 : v * (leading < 0 ? -scale : scale))) as unknown as Quaternion
}

type Imaginary = [number, number, number]

/** Largest component first, each rounded to float32 and those still free scaled to bring the length back to 1. */
function roundedInTurn(quaternion: Quaternion): Imaginary {
  const q = [...quaternion]
  const free = new Set([0, 1, 2, 3])
  let left = 1
  for (const k of [1, 2, 3].sort((i, j) => Math.abs(q[j]!) - Math.abs(q[i]!))) {
    q[k] = Math.fround(q[k]!)
    free.delete(k)
    left -= q[k]! ** 2
    let square = 0
    for (const i of free) square += q[i]! ** 2
    const factor = Math.sqrt(left / square)
    if (factor > 0.5 && factor < 2) for (const i of free) q[i]! *= factor
  }
  return [q[1]!, q[2]!, q[3]!]
}

const lengthSquared = (bcd: readonly number[]): number => bcd.reduce((sum, v) => sum + v * v, 0)

/** Made no shorter than 1, so that a reader finds a = 0: the largest component grows by a few last bits. */
function roundedToHalfTurn(bcd: readonly [number, number, number]): Imaginary {
  const out = bcd.map(Math.fround) as Imaginary
  const largest = out.reduce((best, v, i) => (Math.abs(v) > Math.abs(out[best]!) ? i : best), 0)
  for (let bit = 0; bit < 4 && lengthSquared(out) < 1; bit++)
    out[largest] = Math.fround(out[largest]! * (1 + 1.5 * 2 ** -24))
  return out
}

/**
 * b, c, d in float32. A reader finds a as √(1 − b² − c² − d²), so that near a half turn (LPS is one) the rounding
 * of b, c and d alone may turn the axes by 0.0005 rad. Of two ways to round, the one is taken whose quaternion,
 * as it will be read, is nearer.
 */
export function inSinglePrecision(quaternion: Quaternion): Imaginary {
  const [a, b, c, d] = quaternion
  const distance = (bcd: Imaginary): number => {
    const readA = Math.sqrt(Math.max(0, 1 - lengthSquared(bcd)))
    return Math.hypot(readA - a, bcd[0] - b, bcd[1] - c, bcd[2] - d)
  }
  const [inTurn, halfTurn] = [roundedInTurn(quaternion), roundedToHalfTurn([b, c, d])]
  return distance(halfTurn) < distance(inTurn) ? halfTurn : inTurn
}
