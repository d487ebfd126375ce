import { clamp01, type Paint, TISSUE } from './tissue.ts'

/** mm behind the chest wall: end of the ribs, where the chest cavity begins. */
const CAVITY = 25

/** 1 in the centre of an ellipsoid, 0 on it, negative beyond: offsets and half axes in mm. */
function inside(dx: number, dy: number, dz: number, rx: number, ry: number, rz: number): number {
  const u = dx / rx
  const v = dy / ry
  const w = dz / rz
  return 1 - u * u - v * v - w * w
}

/**
 * Paints what lies behind the chest wall: pectoral muscle, ribs, lungs, heart, aorta, spine and liver, in the
 * contrast of a T1-weighted image with fat suppressed, after contrast medium.
 *
 * @param x @param y @param z mm, in the frame of `breastAnatomy.ts`
 * @param depth mm behind the chest wall
 * @param lobe coarse random texture of variance 1, by which the organs lose their regular outline
 * @param strand fine random texture of variance 1
 */
export function paintThorax(
  paint: Paint,
  x: number,
  y: number,
  z: number,
  depth: number,
  lobe: number,
  strand: number,
): void {
  if (depth < CAVITY) {
    paintWall(paint, Math.abs(x), z, depth + 0.8 * lobe, strand)
    return
  }
  paint.signal = 0.05 + 0.02 * strand + 0.24 * clamp01(1 - (depth - CAVITY) / 3)
  paint.tissue = TISSUE.lung
  if (strand > 1.7 && Math.abs(x) < 100) {
    paint.signal = 0.16 + 0.15 * (strand - 1.7)
    paint.tissue = TISSUE.vessel
  }
  const mediastinum = clamp01((20 + 0.18 * (y - 200) - Math.abs(x - 6) + 7 * lobe + 1.5 * strand) / 6)
  if (mediastinum > 0) {
    paint.signal += mediastinum * (0.2 + 0.04 * strand - paint.signal)
    if (mediastinum > 0.5) paint.tissue = TISSUE.fat
  }
  paintOrgans(paint, x + 3 * lobe, y + 1.5 * strand - 2 * lobe, z, strand)
}

function paintOrgans(paint: Paint, x: number, y: number, z: number, strand: number): void {
  const heart = inside(x - 30, y - 224, z - 4, 57, 42, 64)
  if (heart > 0) {
    // Muscle outside, thicker on the left, and two chambers with the septum askew between them.
    const septum = Math.abs(0.83 * (x - 25) + 0.56 * (y - 222)) / 6
    const left = clamp01((x + 0.7 * (y - 222) - 20) / 30)
    const pool = clamp01((heart - 0.16 - 0.22 * left) / 0.2) * clamp01(0.9 * septum - 0.5)
    paint.signal +=
      clamp01(heart / 0.09) * (0.4 + (0.26 + 0.05 * left) * pool + 0.025 * strand - paint.signal)
    paint.tissue = TISSUE.heart
  }
  const aorta = inside(x - 24, y - 292, 0, 12, 12, 1)
  if (aorta > 0) {
    paint.signal += clamp01(aorta / 0.35) * (0.8 - paint.signal)
    paint.tissue = TISSUE.vessel
  }
  const spine = inside(x, y - 324, 0, 24, 21, 1)
  if (spine > 0) {
    paint.signal += clamp01(spine / 0.2) * (0.34 + 0.04 * strand - paint.signal)
    paint.tissue = TISSUE.bone
  }
  const liver = inside(x + 62, y - 246, z + 108, 88, 78, 78)
  if (liver > 0) {
    paint.signal += clamp01(liver / 0.06) * (0.46 + 0.03 * strand - paint.signal)
    paint.tissue = TISSUE.liver
  }
}

/** Pectoral muscle, then ribs that fall away to the side, with muscle between them. */
function paintWall(paint: Paint, lateral: number, z: number, depth: number, strand: number): void {
  const pectoral = 12 * clamp01((lateral - 10) / 30) * clamp01((158 - lateral) / 30)
  paint.tissue = TISSUE.muscle
  if (depth < pectoral) {
    paint.signal = 0.17 + clamp01((pectoral - depth) / 2) * (0.15 + 0.03 * strand)
    return
  }
  // Distance to the middle of a rib: along its course and through the wall.
  const course = (z + 0.5 * lateral + 200) / 27
  const along = (course - Math.floor(course) - 0.5) / 0.28
  const through = (depth - 18.5) / 5.5
  const rib = clamp01((1 - along * along - through * through) / 0.4)
  // The breastbone closes the midline.
  const breastbone = clamp01((17 - lateral) / 5) * clamp01((6 - Math.abs(depth - 17)) / 2)
  const bone = Math.max(rib, breastbone)
  const between = 0.18 + 0.12 * clamp01((depth - 13) / 3) * clamp01((24.5 - depth) / 2)
  paint.signal = between + 0.02 * strand + bone * (0.12 - between)
  if (bone > 0.5) paint.tissue = TISSUE.bone
  else if (depth < 14) paint.tissue = TISSUE.fat
}
