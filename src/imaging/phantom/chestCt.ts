import type { CardiacAnatomy } from './cardiacAnatomy.ts'
import { type CtPaint, MATERIAL } from './ctMaterial.ts'
import { clamp01 } from './tissue.ts'

/** Half axes in mm of the outlines of body and chest cavity, across and from front to back. */
const BODY = { across: 172, deep: 118 }
const CHEST = { across: 136, deep: 86 }

/** mm from rib to rib, and how far a rib falls towards the front for each mm. */
const RIBS = { apart: 27, fall: 0.45 }

/** Where the bronchi and vessels enter the right and left lung. */
const HILUM = { right: -34, left: 44, y: 12, z: 22 }

/** mm inside an outline between ellipse and rectangle, measured from the centre outwards. */
function depthIn(x: number, y: number, across: number, deep: number): number {
  const u = (x / across) * (x / across)
  const v = (y / deep) * (y / deep)
  const rim = 0.5 * (Math.sqrt(u + v) + Math.sqrt(Math.sqrt(u * u + v * v)))
  return rim < 0.05 ? deep : Math.sqrt(x * x + y * y) * (1 / rim - 1)
}

/** About the mm inside an ellipse around (0, 0); negative beyond. */
function insideEllipse(x: number, y: number, rx: number, ry: number): number {
  const u = x / rx
  const v = y / ry
  const r = Math.sqrt(u * u + v * v)
  return r < 0.05 ? Math.min(rx, ry) : (r * (1 - r)) / Math.sqrt((u / rx) * (u / rx) + (v / ry) * (v / ry))
}

/**
 * Paints everything but the heart: skin, fat, muscle, ribs, breastbone, spine, lungs with their vessels, mediastinum
 * and the dome of the liver.
 *
 * @param x @param y @param z LPS mm, in the frame of `cardiacAnatomy.ts`
 * @param soft width of edges in mm
 * @param lobe @param strand textures of the anatomy at the point
 * @returns mm inside the chest cavity; negative in its wall
 */
export function paintChest(
  paint: CtPaint,
  anatomy: CardiacAnatomy,
  x: number,
  y: number,
  z: number,
  soft: number,
  lobe: number,
  strand: number,
): number {
  const depth = depthIn(x, y, BODY.across, BODY.deep)
  if (depth < -soft) return depth - 1000
  const cavity = depthIn(x, y + 1, CHEST.across, CHEST.deep) + 0.6 * lobe
  paint.cover(clamp01(depth / soft + 0.5), MATERIAL.skin, strand)
  paint.cover(clamp01((depth - 2) / soft), MATERIAL.fat, strand)
  if (cavity < 3) paintWall(paint, x, y, z, cavity, soft, lobe, strand)
  const lung = clamp01(cavity / soft)
  if (lung > 0) {
    paintLung(paint, anatomy, x, y, z, lung, strand)
    const liver = insideDome(x + 66, y + 2, z + 88, 84, 84, 54) + lobe
    const spleen = insideDome(x - 88, y - 34, z + 96, 52, 50, 50) + lobe
    paint.cover(lung * clamp01((Math.max(liver, spleen) + 3) / soft), MATERIAL.muscle, strand)
    paint.cover(lung * clamp01(Math.max(liver, spleen) / soft), MATERIAL.liver, strand)
  }
  paintMiddle(paint, x, y, z, cavity, soft, lobe, strand)
  return cavity
}

function insideDome(x: number, y: number, z: number, rx: number, ry: number, rz: number): number {
  const [u, v, w] = [x / rx, y / ry, z / rz]
  return (1 - Math.sqrt(u * u + v * v + w * w)) * rz
}

/** The wall of the chest: pectoral and dorsal muscle, ribs with the muscle between them, breastbone. */
function paintWall(
  paint: CtPaint,
  x: number,
  y: number,
  z: number,
  cavity: number,
  soft: number,
  lobe: number,
  strand: number,
): void {
  const outward = -cavity
  const flank = clamp01((Math.abs(x) - 24) / 26)
  const back = clamp01((y - 30) / 30)
  const layers = 13 + 8 * flank * (1 - back) + 12 * back + 1.6 * lobe
  const cover = clamp01((layers - outward) / soft)
  paint.cover(cover * (1 - 0.5 * clamp01(1.4 * strand - 1)), MATERIAL.muscle, strand)
  const course = (z - RIBS.fall * y) / RIBS.apart
  const along = ((course - Math.floor(course) - 0.5) * RIBS.apart) / 6.2
  const through = (outward - 6.5) / 5
  const rib = (1 - Math.sqrt(along * along + through * through)) * 5
  if (rib > -soft && Math.abs(x) > 22) {
    paint.cover(clamp01(rib / soft + 0.5), MATERIAL.cortex, strand)
    paint.cover(clamp01((rib - 1.6) / soft), MATERIAL.marrow, strand)
  }
  const breastbone = insideEllipse(x, y + 95, 19, 6.5)
  paint.cover(clamp01(breastbone / soft + 0.5), MATERIAL.cortex, strand)
  paint.cover(clamp01((breastbone - 1.5) / soft), MATERIAL.marrow, strand)
}

/** Lung, denser towards the back, with vessels that thin out away from the hilum. */
function paintLung(
  paint: CtPaint,
  anatomy: CardiacAnatomy,
  x: number,
  y: number,
  z: number,
  lung: number,
  strand: number,
): void {
  paint.cover(lung, MATERIAL.lung, strand + 0.03 * y)
  const dx = x - (x < 5 ? HILUM.right : HILUM.left)
  const [dy, dz] = [y - HILUM.y, z - HILUM.z]
  const away = Math.sqrt(dx * dx + dy * dy + 0.6 * dz * dz)
  const course = anatomy.course.at(x, y, z)
  const bend = anatomy.bend.at(x, y, z)
  const fine = anatomy.course.at(2.4 * x + 31, 2.4 * y, 2.4 * z)
  const twig = anatomy.bend.at(2.4 * x, 2.4 * y + 17, 2.4 * z)
  const thickness = 4.2 / (1 + 0.025 * away)
  // Textures change by about 0.16 a mm, so that this is near the distance to the vessel's axis.
  const branch = thickness - 6.5 * Math.sqrt(course * course + bend * bend)
  const branchlet = 0.5 * thickness - 2.8 * Math.sqrt(fine * fine + twig * twig)
  const vessel = Math.max(branch, branchlet)
  paint.cover(lung * clamp01(0.8 * vessel + 0.4), MATERIAL.pulmonaryBlood, strand)
}

/** Fat between the lungs, oesophagus, spine and the muscle along it. */
function paintMiddle(
  paint: CtPaint,
  x: number,
  y: number,
  z: number,
  cavity: number,
  soft: number,
  lobe: number,
  strand: number,
): void {
  const above = clamp01((z - 10) / 40)
  const fat = Math.max(
    insideEllipse(x - 6, y - 52, 33, 30),
    insideEllipse(x - 2, y + 20, 22 + 22 * above, 40 + 10 * above) - 16 * (1 - above),
    insideEllipse(x - 4, y + 78, 13, 20),
  )
  if (cavity > 0) paint.cover(clamp01((fat + 2 * lobe) / soft), MATERIAL.fat, strand)
  paint.cover(clamp01(insideEllipse(x - 6, y - 40, 9, 6) / soft), MATERIAL.muscle, strand)
  if (y < 40) return
  const side = Math.abs(x)
  paint.cover(clamp01(insideEllipse(side - 27, y - 100, 22, 13) / soft), MATERIAL.muscle, strand)
  const vertebra = insideEllipse(x, y - 66, 20, 16)
  const disc = clamp01((Math.abs((z + 200) / 30 - Math.floor((z + 200) / 30) - 0.5) - 0.4) / 0.06)
  const arch = Math.max(insideEllipse(side - 20, y - 84, 19, 6.5), insideEllipse(x, y - 100, 4.5, 13))
  const bone = Math.max(vertebra, arch)
  paint.cover(clamp01(bone / soft + 0.5), MATERIAL.cortex, strand - 3)
  paint.cover(clamp01((bone - 1.6) / soft), MATERIAL.marrow, 0.8 * strand)
  paint.cover(disc * clamp01(vertebra / soft), MATERIAL.muscle, strand)
  const canal = insideEllipse(x, y - 88, 9.5, 7.5)
  paint.cover(clamp01(canal / soft), MATERIAL.muscle, 0.3 * strand - 2)
}
