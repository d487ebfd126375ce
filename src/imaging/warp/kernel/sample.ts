import { cubicWeights, laneSums, weightedRows } from './taps'

/**
 * What a group of images of one grid has in common: its size as three i32, bytes from row to row and from plane to
 * plane; then for each of its images the address of voxel (0, 0, 0), that of the row to write, and the value outside
 * (f32); then the bits of the images whose values are whole numbers. Images have two more voxels on every side, mirrored, so that no tap needs a check.
 */
const ROW_BYTES: usize = 12
const PLANE_BYTES: usize = 16
const IMAGES: usize = 20
const IMAGE_BYTES: usize = 12
const WHOLE_BITS: usize = 56
/** Share of a voxel by which a position may miss a voxel's centre and still be taken to be there. */
const CENTRED: f64 = 1e-6

@inline
function isCentred(p: f64): bool {
  return Math.abs(p - Math.floor(p + 0.5)) < CENTRED
}

/** At a voxel's centre a whole number comes back as it was, whatever single precision made of its coefficients. */
@inline
function put(at: usize, value: f32, isWhole: bool): void {
  store<f32>(at, isWhole ? nearest<f32>(value) : value)
}

@inline
function isInside(p: f64, end: f64): bool {
  return p >= -0.5 && p < end
}

@inline
function sampleCubic(images: i32, x: usize, y: usize, z: usize, n: i32, group: usize): void {
  const endX = f64(load<i32>(group)) - 0.5
  const endY = f64(load<i32>(group, 4)) - 0.5
  const endZ = f64(load<i32>(group, 8)) - 0.5
  const row = usize(load<u32>(group, ROW_BYTES))
  const plane = usize(load<u32>(group, PLANE_BYTES))
  const first = plane + row + 4
  const a = usize(load<u32>(group, IMAGES)) - first
  const toA = usize(load<u32>(group, IMAGES + 4))
  const outsideA = load<f32>(group, IMAGES + 8)
  const b = images > 1 ? usize(load<u32>(group, IMAGES + IMAGE_BYTES)) - first : 0
  const toB = images > 1 ? usize(load<u32>(group, IMAGES + IMAGE_BYTES + 4)) : 0
  const outsideB = images > 1 ? load<f32>(group, IMAGES + IMAGE_BYTES + 8) : <f32>0
  const c = images > 2 ? usize(load<u32>(group, IMAGES + 2 * IMAGE_BYTES)) - first : 0
  const toC = images > 2 ? usize(load<u32>(group, IMAGES + 2 * IMAGE_BYTES + 4)) : 0
  const outsideC = images > 2 ? load<f32>(group, IMAGES + 2 * IMAGE_BYTES + 8) : <f32>0
  const wholeBits = load<u32>(group, WHOLE_BITS)
  for (let i = 0; i < n; i++) {
    const at = usize(i) << 3
    const to = usize(i) << 2
    const u = load<f64>(x + at)
    const v = load<f64>(y + at)
    const w = load<f64>(z + at)
    if (!(isInside(u, endX) && isInside(v, endY) && isInside(w, endZ))) {
      store<f32>(toA + to, outsideA)
      if (images > 1) store<f32>(toB + to, outsideB)
      if (images > 2) store<f32>(toC + to, outsideC)
      continue
    }
    const fu = Math.floor(u)
    const fv = Math.floor(v)
    const fw = Math.floor(w)
    const wx = cubicWeights(f32(u - fu))
    const wy = cubicWeights(f32(v - fv))
    const wz = cubicWeights(f32(w - fw))
    const from = usize(i32(fw) * i32(plane) + i32(fv) * i32(row) + (i32(fu) << 2))
    // The first of the four middle values stands for all: what is left are small differences.
    const near = row + plane + 4
    const zeroA = load<f32>(a + from + near)
    const zeroB = images > 1 ? load<f32>(b + from + near) : zeroA
    const zeroC = images > 2 ? load<f32>(c + from + near) : zeroA
    const sumsA = f32x4.mul(wx, weightedRows(a + from, row, plane, wy, wz, f32x4.splat(zeroA)))
    const sumsB =
      images > 1 ? f32x4.mul(wx, weightedRows(b + from, row, plane, wy, wz, f32x4.splat(zeroB))) : sumsA
    const sumsC =
      images > 2 ? f32x4.mul(wx, weightedRows(c + from, row, plane, wy, wz, f32x4.splat(zeroC))) : sumsA
    const sums = laneSums(sumsA, sumsB, sumsC)
    const whole = wholeBits != 0 && isCentred(u) && isCentred(v) && isCentred(w) ? wholeBits : 0
    put(toA + to, zeroA + f32x4.extract_lane(sums, 0), (whole & 1) != 0)
    if (images > 1) put(toB + to, zeroB + f32x4.extract_lane(sums, 1), (whole & 2) != 0)
    if (images > 2) put(toC + to, zeroC + f32x4.extract_lane(sums, 2), (whole & 4) != 0)
  }
}

/** Samples one image at n positions by cubic B-splines. */
export function sampleCubic1(x: usize, y: usize, z: usize, n: i32, group: usize): void {
  sampleCubic(1, x, y, z, n, group)
}

export function sampleCubic2(x: usize, y: usize, z: usize, n: i32, group: usize): void {
  sampleCubic(2, x, y, z, n, group)
}

export function sampleCubic3(x: usize, y: usize, z: usize, n: i32, group: usize): void {
  sampleCubic(3, x, y, z, n, group)
}

@inline
function mix(at: usize, t: f64): f64 {
  return (1 - t) * f64(load<f32>(at)) + t * f64(load<f32>(at, 4))
}

/** Samples one image at n positions linearly; beyond the outermost voxel centres the mirrored ones are used, as by a B-spline of order 1. */
export function sampleLinear(x: usize, y: usize, z: usize, n: i32, group: usize): void {
  const endX = f64(load<i32>(group)) - 0.5
  const endY = f64(load<i32>(group, 4)) - 0.5
  const endZ = f64(load<i32>(group, 8)) - 0.5
  const row = usize(load<u32>(group, ROW_BYTES))
  const plane = usize(load<u32>(group, PLANE_BYTES))
  const image = usize(load<u32>(group, IMAGES))
  const out = usize(load<u32>(group, IMAGES + 4))
  const outside = load<f32>(group, IMAGES + 8)
  for (let i = 0; i < n; i++) {
    const u = load<f64>(x + (usize(i) << 3))
    const v = load<f64>(y + (usize(i) << 3))
    const w = load<f64>(z + (usize(i) << 3))
    let value = outside
    if (isInside(u, endX) && isInside(v, endY) && isInside(w, endZ)) {
      const fu = Math.floor(u)
      const fv = Math.floor(v)
      const fw = Math.floor(w)
      const tx = u - fu
      const ty = v - fv
      const tz = w - fw
      const from = image + usize(i32(fw) * i32(plane) + i32(fv) * i32(row) + (i32(fu) << 2))
      const near = (1 - ty) * mix(from, tx) + ty * mix(from + row, tx)
      const far = (1 - ty) * mix(from + plane, tx) + ty * mix(from + plane + row, tx)
      value = f32((1 - tz) * near + tz * far)
    }
    store<f32>(out + (usize(i) << 2), value)
  }
}

/** ITK takes the index from the single precision of the position, which decides what lies at a half. */
@inline
function nearestIndex(p: f64): i32 {
  return i32(Math.floor(f64(f32(p)) + 0.5))
}

/** Samples one image at n positions: the nearest voxel, of two the one of the higher index. */
export function sampleNearest(x: usize, y: usize, z: usize, n: i32, group: usize): void {
  const endX = f64(load<i32>(group)) - 0.5
  const endY = f64(load<i32>(group, 4)) - 0.5
  const endZ = f64(load<i32>(group, 8)) - 0.5
  const row = load<i32>(group, ROW_BYTES)
  const plane = load<i32>(group, PLANE_BYTES)
  const image = usize(load<u32>(group, IMAGES))
  const out = usize(load<u32>(group, IMAGES + 4))
  const outside = load<f32>(group, IMAGES + 8)
  for (let i = 0; i < n; i++) {
    const u = load<f64>(x + (usize(i) << 3))
    const v = load<f64>(y + (usize(i) << 3))
    const w = load<f64>(z + (usize(i) << 3))
    let value = outside
    if (isInside(u, endX) && isInside(v, endY) && isInside(w, endZ))
      value = load<f32>(image + usize(nearestIndex(w) * plane + nearestIndex(v) * row + (nearestIndex(u) << 2)))
    store<f32>(out + (usize(i) << 2), value)
  }
}
