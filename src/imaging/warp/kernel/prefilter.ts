/**
 * Samples to coefficients of cubic B-splines (Unser 1999; ITK's BSplineDecompositionImageFilter): a recursive filter
 * down each line and back, mirrored at its ends. Computed in double precision, kept in single.
 */

const POLE: f64 = -0.26794919243112270647
/** Terms of the first value's series until POLE to their power is under ITK's tolerance of 1e-10. */
const HORIZON: i32 = 18
const GAIN: f64 = 6

/** The weight of sample i of a line of n in the first value of the way down. */
@inline
function firstWeight(power: f64, mirroredPower: f64, scale: f64): v128 {
  return f64x2.splat((power + mirroredPower) * scale)
}

/** Filters two columns of n values of f64 that lie side by side, `step` bytes from pair to pair, in place. */
@inline
function filterPair(at: usize, n: i32, step: usize): void {
  const z = f64x2.splat(POLE)
  let first = f64x2.splat(0)
  if (HORIZON < n) {
    let power: f64 = 1
    for (let i = 0; i < HORIZON; i++) {
      first = f64x2.add(first, f64x2.mul(f64x2.splat(power), v128.load(at + usize(i) * step)))
      power *= POLE
    }
  } else {
    let last: f64 = 1
    for (let i = 1; i < n; i++) last *= POLE
    const scale: f64 = 1 / (1 - last * last)
    let power: f64 = 1
    let mirrored: f64 = last * last
    for (let i = 0; i < n; i++) {
      const inner = i > 0 && i < n - 1
      first = f64x2.add(
        first,
        f64x2.mul(firstWeight(power, inner ? mirrored : 0, scale), v128.load(at + usize(i) * step)),
      )
      power *= POLE
      mirrored /= POLE
    }
  }
  v128.store(at, first)
  let before = first
  let to = at
  for (let i = 1; i < n; i++) {
    to += step
    before = f64x2.add(v128.load(to), f64x2.mul(z, before))
    v128.store(to, before)
  }
  const beforeLast = v128.load(to - step)
  before = f64x2.mul(f64x2.splat(POLE / (POLE * POLE - 1)), f64x2.add(f64x2.mul(z, beforeLast), before))
  v128.store(to, before)
  for (let i = n - 2; i >= 0; i--) {
    to -= step
    before = f64x2.mul(z, f64x2.sub(before, v128.load(to)))
    v128.store(to, before)
  }
}

/** Filters `rows` rows of n values, two at a time: an odd one takes the row behind the last with it. */
export function filterRows(image: usize, n: i32, rows: i32, rowBytes: usize, scratch: usize): void {
  if (n < 2) return
  for (let r = 0; r < rows; r += 2) {
    const a = image + usize(r) * rowBytes
    const b = a + rowBytes
    for (let i: usize = 0; i < usize(n); i++)
      v128.store(
        scratch + (i << 4),
        f64x2.mul(f64x2.splat(GAIN), f64x2(f64(load<f32>(a + (i << 2))), f64(load<f32>(b + (i << 2))))),
      )
    filterPair(scratch, n, 16)
    for (let i: usize = 0; i < usize(n); i++) {
      const pair = v128.load(scratch + (i << 4))
      store<f32>(a + (i << 2), f32(f64x2.extract_lane(pair, 0)))
      store<f32>(b + (i << 2), f32(f64x2.extract_lane(pair, 1)))
    }
  }
}

/** Columns that are filtered together. */
const WIDTH: i32 = 64

/** Filters `columns` columns of n values, two at a time as above; `step` bytes from value to value. */
export function filterColumns(image: usize, n: i32, columns: i32, step: usize, scratch: usize): void {
  if (n < 2) return
  for (let left = 0; left < columns; left += WIDTH) {
    const width = min(WIDTH, columns - left)
    const pairs = (width + 1) >> 1
    const from = image + (usize(left) << 2)
    const rowBytes = usize(pairs) << 4
    for (let i = 0; i < n; i++) {
      const at = from + usize(i) * step
      const to = scratch + usize(i) * rowBytes
      for (let p: usize = 0; p < usize(pairs); p++)
        v128.store(
          to + (p << 4),
          f64x2.mul(f64x2.splat(GAIN), f64x2.promote_low_f32x4(v128.load64_zero(at + (p << 3)))),
        )
    }
    for (let p: usize = 0; p < usize(pairs); p++) filterPair(scratch + (p << 4), n, rowBytes)
    for (let i = 0; i < n; i++) {
      const at = scratch + usize(i) * rowBytes
      const to = from + usize(i) * step
      for (let p: usize = 0; p < usize(pairs); p++)
        v128.store64_lane(to + (p << 3), f32x4.demote_f64x2_zero(v128.load(at + (p << 4))), 0)
    }
  }
}
