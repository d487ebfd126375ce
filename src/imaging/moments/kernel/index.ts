import { MEMORY_END, MOST_VALUES, RESULTS, VALUES } from './memory'

export function resultsAddress(): u32 {
  return RESULTS
}

export function valuesAddress(): u32 {
  return VALUES
}

export function mostValues(): u32 {
  return MOST_VALUES
}

export function memoryEnd(): u32 {
  return MEMORY_END
}

/**
 * Of the finite among some values: how many they are, the least and the largest, the sum of their distances from an origin,
 * and of the squares of these. Each distance is exact in float64.
 */
export function gather(count: u32, origin: f32): void {
  const end = VALUES + 4 * count
  // What fills the last step up is not finite.
  for (let at = end; at < ((end + 15) & ~15); at += 4) store<f32>(at, f32.NaN)
  const zero = f32x4.splat(0)
  const origins = f64x2.splat(<f64>origin)
  const origin4 = f32x4.splat(origin)
  let least = f32x4.splat(f32.POSITIVE_INFINITY)
  let largest = f32x4.splat(f32.NEGATIVE_INFINITY)
  let infinite = i32x4.splat(0)
  let sum0 = f64x2.splat(0)
  let sum1 = f64x2.splat(0)
  let squares0 = f64x2.splat(0)
  let squares1 = f64x2.splat(0)
  for (let at = VALUES; at < end; at += 16) {
    const values = v128.load(at)
    // Infinity and NaN less themselves are NaN.
    const isFinite = f32x4.eq(f32x4.sub(values, values), zero)
    // True is -1.
    infinite = i32x4.add(infinite, v128.not(isFinite))
    least = f32x4.pmin(least, v128.bitselect(values, least, isFinite))
    largest = f32x4.pmax(largest, v128.bitselect(values, largest, isFinite))
    const counted = v128.bitselect(values, origin4, isFinite)
    const low = f64x2.sub(f64x2.promote_low_f32x4(counted), origins)
    const high = f64x2.sub(f64x2.promote_low_f32x4(i8x16.shuffle(counted, counted, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)), origins)
    sum0 = f64x2.add(sum0, low)
    sum1 = f64x2.add(sum1, high)
    squares0 = f64x2.add(squares0, f64x2.mul(low, low))
    squares1 = f64x2.add(squares1, f64x2.mul(high, high))
  }
  const steps = (((end + 15) & ~15) - VALUES) >> 2
  const missing =
    i32x4.extract_lane(infinite, 0) +
    i32x4.extract_lane(infinite, 1) +
    i32x4.extract_lane(infinite, 2) +
    i32x4.extract_lane(infinite, 3)
  const sums = f64x2.add(sum0, sum1)
  const squares = f64x2.add(squares0, squares1)
  store<f64>(RESULTS, <f64>(<i32>steps + missing))
  store<f64>(
    RESULTS + 8,
    <f64>(
      Mathf.min(
        Mathf.min(f32x4.extract_lane(least, 0), f32x4.extract_lane(least, 1)),
        Mathf.min(f32x4.extract_lane(least, 2), f32x4.extract_lane(least, 3)),
      )
    ),
  )
  store<f64>(
    RESULTS + 16,
    <f64>(
      Mathf.max(
        Mathf.max(f32x4.extract_lane(largest, 0), f32x4.extract_lane(largest, 1)),
        Mathf.max(f32x4.extract_lane(largest, 2), f32x4.extract_lane(largest, 3)),
      )
    ),
  )
  store<f64>(RESULTS + 24, f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1))
  store<f64>(RESULTS + 32, f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1))
}
