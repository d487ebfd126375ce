import { cubicSlopes, cubicWeights, laneSums, weightedRows } from './taps'

/**
 * Positions of a row of voxels: x, y and z as three arrays of f64. A stage is 12 f64 of a 3 × 4 matrix by rows, then
 * the size of its grid of control points and the address of their coefficients, four i32.
 */
const SIZE: usize = 96
const COEFFICIENTS: usize = 108

/** Voxels first to end of a row, whose voxel 0 is at `start`: start + i · step. */
export function placeRow(
  x: usize,
  y: usize,
  z: usize,
  first: i32,
  end: i32,
  startX: f64,
  startY: f64,
  startZ: f64,
  stepX: f64,
  stepY: f64,
  stepZ: f64,
): void {
  for (let i = first; i < end; i++) {
    const at = usize(i - first) << 3
    store<f64>(x + at, startX + f64(i) * stepX)
    store<f64>(y + at, startY + f64(i) * stepY)
    store<f64>(z + at, startZ + f64(i) * stepZ)
  }
}

/** Carries n positions over by a matrix to other arrays, or to the same. */
export function carryRow(
  x: usize,
  y: usize,
  z: usize,
  toX: usize,
  toY: usize,
  toZ: usize,
  n: i32,
  m: usize,
): void {
  for (let at: usize = 0, end = usize(n) << 3; at < end; at += 8) {
    const u = load<f64>(x + at)
    const v = load<f64>(y + at)
    const w = load<f64>(z + at)
    store<f64>(toX + at, load<f64>(m) * u + load<f64>(m, 8) * v + load<f64>(m, 16) * w + load<f64>(m, 24))
    store<f64>(toY + at, load<f64>(m, 32) * u + load<f64>(m, 40) * v + load<f64>(m, 48) * w + load<f64>(m, 56))
    store<f64>(toZ + at, load<f64>(m, 64) * u + load<f64>(m, 72) * v + load<f64>(m, 80) * w + load<f64>(m, 88))
  }
}

/** Carries n positions over by a stage: its matrix, and the displacement that its B-splines give where supported. */
export function displaceRow(x: usize, y: usize, z: usize, n: i32, stage: usize): void {
  const m0 = load<f64>(stage)
  const m1 = load<f64>(stage, 8)
  const m2 = load<f64>(stage, 16)
  const m3 = load<f64>(stage, 24)
  const m4 = load<f64>(stage, 32)
  const m5 = load<f64>(stage, 40)
  const m6 = load<f64>(stage, 48)
  const m7 = load<f64>(stage, 56)
  const m8 = load<f64>(stage, 64)
  const m9 = load<f64>(stage, 72)
  const m10 = load<f64>(stage, 80)
  const m11 = load<f64>(stage, 88)
  const nx = load<i32>(stage, SIZE)
  const ny = load<i32>(stage, SIZE + 4)
  const nz = load<i32>(stage, SIZE + 8)
  const row = usize(nx) << 2
  const plane = row * usize(ny)
  const part = plane * usize(nz)
  const base = usize(load<u32>(stage, COEFFICIENTS)) - plane - row - 4
  const endX = f64(nx - 2)
  const endY = f64(ny - 2)
  const endZ = f64(nz - 2)
  for (let at: usize = 0, end = usize(n) << 3; at < end; at += 8) {
    const u = load<f64>(x + at)
    const v = load<f64>(y + at)
    const w = load<f64>(z + at)
    let toX = m0 * u + m1 * v + m2 * w + m3
    let toY = m4 * u + m5 * v + m6 * w + m7
    let toZ = m8 * u + m9 * v + m10 * w + m11
    if (u >= 1 && u < endX && v >= 1 && v < endY && w >= 1 && w < endZ) {
      const i = i32(u)
      const j = i32(v)
      const k = i32(w)
      const wx = cubicWeights(f32(u - f64(i)))
      const wy = cubicWeights(f32(v - f64(j)))
      const wz = cubicWeights(f32(w - f64(k)))
      const from = base + usize(k) * plane + usize(j) * row + (usize(i) << 2)
      const sums = laneSums(
        f32x4.mul(wx, weightedRows(from, row, plane, wy, wz, f32x4.splat(0))),
        f32x4.mul(wx, weightedRows(from + part, row, plane, wy, wz, f32x4.splat(0))),
        f32x4.mul(wx, weightedRows(from + 2 * part, row, plane, wy, wz, f32x4.splat(0))),
      )
      toX += f64(f32x4.extract_lane(sums, 0))
      toY += f64(f32x4.extract_lane(sums, 1))
      toZ += f64(f32x4.extract_lane(sums, 2))
    }
    store<f64>(x + at, toX)
    store<f64>(y + at, toY)
    store<f64>(z + at, toZ)
  }
}

/**
 * Multiplies n numbers (f64) by the determinants of what the stage makes of a step from each position: of the matrix,
 * and of the derivatives of its displacement where supported.
 */
export function multiplyDeterminants(x: usize, y: usize, z: usize, n: i32, stage: usize, out: usize): void {
  const m0 = load<f64>(stage)
  const m1 = load<f64>(stage, 8)
  const m2 = load<f64>(stage, 16)
  const m4 = load<f64>(stage, 32)
  const m5 = load<f64>(stage, 40)
  const m6 = load<f64>(stage, 48)
  const m8 = load<f64>(stage, 64)
  const m9 = load<f64>(stage, 72)
  const m10 = load<f64>(stage, 80)
  const nx = load<i32>(stage, SIZE)
  const ny = load<i32>(stage, SIZE + 4)
  const nz = load<i32>(stage, SIZE + 8)
  const row = usize(nx) << 2
  const plane = row * usize(ny)
  const part = plane * usize(nz)
  const base = usize(load<u32>(stage, COEFFICIENTS)) - plane - row - 4
  const endX = f64(nx - 2)
  const endY = f64(ny - 2)
  const endZ = f64(nz - 2)
  for (let at: usize = 0, end = usize(n) << 3; at < end; at += 8) {
    const u = load<f64>(x + at)
    const v = load<f64>(y + at)
    const w = load<f64>(z + at)
    let a = m0
    let b = m1
    let c = m2
    let d = m4
    let e = m5
    let f = m6
    let g = m8
    let h = m9
    let q = m10
    if (u >= 1 && u < endX && v >= 1 && v < endY && w >= 1 && w < endZ) {
      const i = i32(u)
      const j = i32(v)
      const k = i32(w)
      const tx = f32(u - f64(i))
      const ty = f32(v - f64(j))
      const tz = f32(w - f64(k))
      const wx = cubicWeights(tx)
      const wy = cubicWeights(ty)
      const wz = cubicWeights(tz)
      const sx = cubicSlopes(tx)
      const sy = cubicSlopes(ty)
      const sz = cubicSlopes(tz)
      const from = base + usize(k) * plane + usize(j) * row + (usize(i) << 2)
      const rowsX = weightedRows(from, row, plane, wy, wz, f32x4.splat(0))
      const rowsY = weightedRows(from + part, row, plane, wy, wz, f32x4.splat(0))
      const rowsZ = weightedRows(from + 2 * part, row, plane, wy, wz, f32x4.splat(0))
      const byX = laneSums(f32x4.mul(sx, rowsX), f32x4.mul(sx, rowsY), f32x4.mul(sx, rowsZ))
      const byY = laneSums(
        f32x4.mul(wx, weightedRows(from, row, plane, sy, wz, f32x4.splat(0))),
        f32x4.mul(wx, weightedRows(from + part, row, plane, sy, wz, f32x4.splat(0))),
        f32x4.mul(wx, weightedRows(from + 2 * part, row, plane, sy, wz, f32x4.splat(0))),
      )
      const byZ = laneSums(
        f32x4.mul(wx, weightedRows(from, row, plane, wy, sz, f32x4.splat(0))),
        f32x4.mul(wx, weightedRows(from + part, row, plane, wy, sz, f32x4.splat(0))),
        f32x4.mul(wx, weightedRows(from + 2 * part, row, plane, wy, sz, f32x4.splat(0))),
      )
      a += f64(f32x4.extract_lane(byX, 0))
      b += f64(f32x4.extract_lane(byY, 0))
      c += f64(f32x4.extract_lane(byZ, 0))
      d += f64(f32x4.extract_lane(byX, 1))
      e += f64(f32x4.extract_lane(byY, 1))
      f += f64(f32x4.extract_lane(byZ, 1))
      g += f64(f32x4.extract_lane(byX, 2))
      h += f64(f32x4.extract_lane(byY, 2))
      q += f64(f32x4.extract_lane(byZ, 2))
    }
    const determinant = a * (e * q - f * h) - b * (d * q - f * g) + c * (d * h - e * g)
    store<f64>(out + at, load<f64>(out + at) * determinant)
  }
}
