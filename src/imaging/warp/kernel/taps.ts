/** One lane in all four. */
@inline
export function lane0(a: v128): v128 {
  return v128.shuffle<f32>(a, a, 0, 0, 0, 0)
}

@inline
export function lane1(a: v128): v128 {
  return v128.shuffle<f32>(a, a, 1, 1, 1, 1)
}

@inline
export function lane2(a: v128): v128 {
  return v128.shuffle<f32>(a, a, 2, 2, 2, 2)
}

@inline
export function lane3(a: v128): v128 {
  return v128.shuffle<f32>(a, a, 3, 3, 3, 3)
}

/** Weights of the four cubic B-splines whose support has a point that lies t behind the second knot, 0 ≤ t < 1. */
@inline
export function cubicWeights(t: f32): v128 {
  const x = f32x4.splat(t)
  const c3 = f32x4(-1.0 / 6.0, 0.5, -0.5, 1.0 / 6.0)
  const c2 = f32x4(0.5, -1.0, 0.5, 0.0)
  const c1 = f32x4(-0.5, 0.0, 0.5, 0.0)
  const c0 = f32x4(1.0 / 6.0, 4.0 / 6.0, 1.0 / 6.0, 0.0)
  return f32x4.add(c0, f32x4.mul(x, f32x4.add(c1, f32x4.mul(x, f32x4.add(c2, f32x4.mul(x, c3))))))
}

/** Their derivatives by t. */
@inline
export function cubicSlopes(t: f32): v128 {
  const x = f32x4.splat(t)
  const c2 = f32x4(-0.5, 1.5, -1.5, 0.5)
  const c1 = f32x4(1.0, -2.0, 1.0, 0.0)
  const c0 = f32x4(-0.5, 0.0, 0.5, 0.0)
  return f32x4.add(c0, f32x4.mul(x, f32x4.add(c1, f32x4.mul(x, c2))))
}

/** `sum` and four rows of four values, less `zero`, each row times its lane of `weights`. */
@inline
function addRows(sum: v128, at: usize, row: usize, weights: v128, zero: v128): v128 {
  sum = f32x4.add(sum, f32x4.mul(lane0(weights), f32x4.sub(v128.load(at), zero)))
  sum = f32x4.add(sum, f32x4.mul(lane1(weights), f32x4.sub(v128.load(at + row), zero)))
  sum = f32x4.add(sum, f32x4.mul(lane2(weights), f32x4.sub(v128.load(at + 2 * row), zero)))
  return f32x4.add(sum, f32x4.mul(lane3(weights), f32x4.sub(v128.load(at + 3 * row), zero)))
}

/**
 * Four planes of four rows of four values, less `zero`, weighted along the second and third axis; `row` and `plane` in
 * bytes. Weights add up to 1, so a zero near the values takes away most of what single precision would round.
 */
@inline
export function weightedRows(at: usize, row: usize, plane: usize, wy: v128, wz: v128, zero: v128): v128 {
  let sum = addRows(f32x4.splat(0), at, row, f32x4.mul(wy, lane0(wz)), zero)
  sum = addRows(sum, at + plane, row, f32x4.mul(wy, lane1(wz)), zero)
  sum = addRows(sum, at + 2 * plane, row, f32x4.mul(wy, lane2(wz)), zero)
  return addRows(sum, at + 3 * plane, row, f32x4.mul(wy, lane3(wz)), zero)
}

/** The sums over the lanes of a, b and c, in lanes 0, 1 and 2. */
@inline
export function laneSums(a: v128, b: v128, c: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 1, 4, 5), v128.shuffle<f32>(a, b, 2, 3, 6, 7))
  const cc = f32x4.add(c, v128.shuffle<f32>(c, c, 2, 3, 0, 1))
  return f32x4.add(v128.shuffle<f32>(ab, cc, 0, 2, 4, 4), v128.shuffle<f32>(ab, cc, 1, 3, 5, 5))
}
