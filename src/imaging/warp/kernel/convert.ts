/**
 * Real numbers to whole ones as a cast in C does it, toward zero, but held within the range of the type. What differs
 * from a whole number by no more than single precision's noise is that number: transformix computes in double.
 */
@inline
function whole(at: usize): v128 {
  const value = v128.load(at)
  const nearest = f32x4.nearest(value)
  const noise = f32x4.max(
    f32x4.splat(1.0 / 8192.0),
    f32x4.mul(f32x4.abs(value), f32x4.splat(1.0 / 4194304.0)),
  )
  const isNoise = f32x4.lt(f32x4.abs(f32x4.sub(value, nearest)), noise)
  return i32x4.trunc_sat_f32x4_s(v128.bitselect(nearest, value, isNoise))
}

/** Eight at a time: reads and writes up to seven numbers past the end. */
export function toInt16(from: usize, to: usize, n: i32): void {
  for (let i: usize = 0; i < usize(n); i += 8) {
    const at = from + (i << 2)
    v128.store(to + (i << 1), i16x8.narrow_i32x4_s(whole(at), whole(at + 16)))
  }
}

/** Eight at a time: reads and writes up to seven numbers past the end. */
export function toUint8(from: usize, to: usize, n: i32): void {
  for (let i: usize = 0; i < usize(n); i += 8) {
    const at = from + (i << 2)
    const words = i16x8.narrow_i32x4_s(whole(at), whole(at + 16))
    v128.store64_lane(to + i, i8x16.narrow_i16x8_u(words, words), 0)
  }
}

export function fillFloat32(to: usize, value: f32, n: i32): void {
  for (let i: usize = 0; i < usize(n); i++) store<f32>(to + (i << 2), value)
}
