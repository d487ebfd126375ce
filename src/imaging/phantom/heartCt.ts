import type { Point } from '../../core/affine.ts'
import { BASE, CAVITY, type CardiacAnatomy, dot, EPICARDIUM, HEART_LABEL } from './cardiacAnatomy.ts'
import { type CtPaint, MATERIAL } from './ctMaterial.ts'
import { clamp01 } from './tissue.ts'

/** An ellipsoid whose axes are those of the body: centre and half axes in mm. */
interface Chamber {
  readonly centre: Point
  readonly half: Point
  readonly wall: number
}

const RIGHT_VENTRICLE: Chamber = { centre: [0, -46, -8], half: [42, 28, 40], wall: 3 }
const RIGHT_ATRIUM: Chamber = { centre: [-37, -14, 2], half: [25, 28, 34], wall: 2 }
const LEFT_ATRIUM: Chamber = { centre: [3, 16, 17], half: [32, 19, 24], wall: 1.6 }

/** A straight vessel from one point to another. */
interface Tube {
  readonly from: Point
  readonly to: Point
  readonly radius: number
  /** Part of the radius that is lost on the way. */
  readonly taper?: number
}

const ASCENDING_AORTA: Tube = { from: [7, -10, 12], to: [-16, -16, 90], radius: 15 }
const DESCENDING_AORTA: Tube = { from: [25, 44, -150], to: [25, 44, 150], radius: 11.5 }
const PULMONARY_TRUNK: Tube = { from: [12, -50, 22], to: [14, -26, 80], radius: 13.5 }
const SUPERIOR_VENA_CAVA: Tube = { from: [-32, -8, 26], to: [-34, -6, 150], radius: 9 }
const INFERIOR_VENA_CAVA: Tube = { from: [-30, 6, -20], to: [-26, 12, -150], radius: 12 }
const PULMONARY_VEINS: readonly Tube[] = [
  { from: [24, 20, 20], to: [72, 36, 24], radius: 5.6, taper: 0.6 },
  { from: [24, 22, 8], to: [66, 46, -8], radius: 5, taper: 0.6 },
  { from: [-20, 22, 18], to: [-66, 34, 20], radius: 5.6, taper: 0.6 },
  { from: [-20, 24, 8], to: [-62, 44, -8], radius: 5, taper: 0.6 },
]
const RIGHT_CORONARY: Tube = { from: [-18, -40, 30], to: [-24, -48, -34], radius: 1.9 }

/** Coronary branches on the left ventricle: unit vector across it, and from where to where along its axis in mm. */
const BRANCHES = [
  { towards: [0.8, -0.6], from: -40, to: 46, radius: 1.8 },
  { towards: [0.28, -0.96], from: -20, to: 24, radius: 1.4 },
  { towards: [-0.96, 0.28], from: -36, to: 20, radius: 1.5 },
  { towards: [0.6, 0.8], from: -24, to: 34, radius: 1.4 },
] as const

/** Bases of the two papillary muscles across the ventricle, in mm. */
const PAPILLARY = [
  [-11, -6],
  [-4, 12],
] as const

/** Nothing of the heart lies farther than this from the middle of the chest's front. */
const BOUND = 96 * 96

/** mm of fat between the muscle of the heart and the pericardium. */
const FAT = 5

/** About the mm inside an ellipsoid around (0, 0, 0); negative beyond. */
function insideEllipsoid(x: number, y: number, z: number, rx: number, ry: number, rz: number): number {
  const [u, v, w] = [x / rx, y / ry, z / rz]
  const r = Math.sqrt(u * u + v * v + w * w)
  if (r < 0.05) return Math.min(rx, ry, rz)
  return (r * (1 - r)) / Math.sqrt((u / rx) * (u / rx) + (v / ry) * (v / ry) + (w / rz) * (w / rz))
}

const insideChamber = ({ centre, half }: Chamber, x: number, y: number, z: number): number =>
  insideEllipsoid(x - centre[0], y - centre[1], z - centre[2], half[0], half[1], half[2])

/** mm inside a tube with round ends. */
function insideTube({ from, to, radius, taper = 0 }: Tube, x: number, y: number, z: number): number {
  const [ax, ay, az] = [to[0] - from[0], to[1] - from[1], to[2] - from[2]]
  const [px, py, pz] = [x - from[0], y - from[1], z - from[2]]
  const along = clamp01((px * ax + py * ay + pz * az) / (ax * ax + ay * ay + az * az))
  const [dx, dy, dz] = [px - along * ax, py - along * ay, pz - along * az]
  return radius * (1 - taper * along) - Math.sqrt(dx * dx + dy * dy + dz * dz)
}

/** The larger of two distances, with the corner between them filled over `width` mm. */
function joined(a: number, b: number, width: number): number {
  const overlap = Math.max(0, width - Math.abs(a - b))
  return Math.max(a, b) + (overlap * overlap) / (4 * width)
}

/** Paints the heart and the great vessels of one anatomy. */
export class HeartPainter {
  readonly #anatomy: CardiacAnatomy
  readonly #soft: number

  /** @param soft width of edges in mm */
  constructor(anatomy: CardiacAnatomy, soft: number) {
    this.#anatomy = anatomy
    this.#soft = soft
  }

  /**
   * @param x @param y @param z LPS mm, in the frame of `cardiacAnatomy.ts`
   * @param lobe @param strand textures of the anatomy at the point
   */
  paint(paint: CtPaint, x: number, y: number, z: number, lobe: number, strand: number): void {
    const soft = this.#soft
    this.#vessel(paint, insideTube(DESCENDING_AORTA, x, y, z), MATERIAL.leftBlood, strand, HEART_LABEL.aorta)
    const [fx, fy, fz] = [x - 14, y + 18, z]
    if (fx * fx + fy * fy + fz * fz > BOUND) return
    const { centre, frame } = this.#anatomy
    const p: Point = [x - centre[0], y - centre[1], z - centre[2]]
    const a = dot(frame[0], p)
    const b = dot(frame[1], p)
    const q = dot(frame[2], p)
    const epicardium =
      insideEllipsoid(a, b, q, EPICARDIUM.across, EPICARDIUM.across, EPICARDIUM.along) + 0.5 * lobe
    const rightVentricle = insideChamber(RIGHT_VENTRICLE, x, y, z) + lobe
    const rightAtrium = insideChamber(RIGHT_ATRIUM, x, y, z) + lobe
    const leftAtrium = insideChamber(LEFT_ATRIUM, x, y, z) + 0.8 * lobe
    const aorta = insideTube(ASCENDING_AORTA, x, y, z)
    const trunk = insideTube(PULMONARY_TRUNK, x, y, z)
    const right = joined(rightVentricle, rightAtrium, 24)
    const heart = joined(joined(joined(epicardium, right, 24), leftAtrium, 12), Math.max(aorta, trunk), 12)
    if (heart < -FAT - 3 - soft) {
      this.#veins(paint, x, y, z, lobe, strand)
      return
    }
    const sac = heart + FAT + 1.4 * lobe
    paint.cover(clamp01((sac + 1) / soft + 0.5), MATERIAL.muscle, strand)
    paint.cover(clamp01((sac - 0.4) / soft + 0.5), MATERIAL.fat, strand)
    this.#veins(paint, x, y, z, lobe, strand)
    const mixing = strand + 1.4 * lobe
    this.#chamber(paint, rightAtrium, RIGHT_ATRIUM, MATERIAL.rightBlood, mixing, HEART_LABEL.rightAtrium)
    this.#chamber(
      paint,
      rightVentricle,
      RIGHT_VENTRICLE,
      MATERIAL.rightBlood,
      mixing,
      HEART_LABEL.rightVentricle,
    )
    this.#chamber(paint, leftAtrium, LEFT_ATRIUM, MATERIAL.leftBlood, strand, HEART_LABEL.leftAtrium)
    this.#vessel(paint, trunk, MATERIAL.pulmonaryBlood, strand, HEART_LABEL.pulmonaryArtery)
    this.#coronaries(paint, x, y, z, a, b, q, strand)
    this.#leftVentricle(paint, a, b, q, epicardium, leftAtrium, lobe, strand)
    if (q < BASE) this.#vessel(paint, aorta, MATERIAL.leftBlood, strand, HEART_LABEL.aorta)
  }

  /** Muscle round the cavity, both closed by the plane of the valves; beyond it the cavity goes on as left atrium. */
  #leftVentricle(
    paint: CtPaint,
    a: number,
    b: number,
    q: number,
    epicardium: number,
    leftAtrium: number,
    lobe: number,
    strand: number,
  ): void {
    const soft = this.#soft
    const cavity =
      insideEllipsoid(a, b, q, CAVITY.across, CAVITY.across, CAVITY.along) + 0.5 * lobe + 0.35 * strand
    const valve = q - BASE
    const muscle = clamp01(Math.min(epicardium, Math.max(valve + 5, -leftAtrium)) / soft + 0.5)
    if (valve >= 0) {
      paint.cover(clamp01(epicardium / soft + 0.5), MATERIAL.myocardium, this.#flow(a, b, q, lobe, strand))
      if (epicardium >= 0) paint.label = HEART_LABEL.myocardium
    } else if (valve > -5) paint.cover(muscle * clamp01((valve + 5) / soft), MATERIAL.myocardium, 130)
    paint.cover(valve > -8 ? clamp01(cavity / soft + 0.5) : 0, MATERIAL.leftBlood, strand)
    if (cavity >= 0 && valve >= 0) paint.label = HEART_LABEL.leftVentricle
    else if (cavity >= 0 && valve > -8) paint.label = HEART_LABEL.leftAtrium
    if (q < -8 || q > 30) return
    for (const [pa, pb] of PAPILLARY) {
      const papilla = insideEllipsoid(a - pa, b - pb, q - 11, 4, 4, 19) + 0.4 * strand
      paint.cover(clamp01(cavity / soft) * clamp01(papilla / soft), MATERIAL.myocardium, 70)
    }
  }

  /** Blood flow of the myocardium, ml/100 ml/min: lower in a sector that widens towards the apex. */
  #flow(a: number, b: number, q: number, lobe: number, strand: number): number {
    const { defect, flow } = this.#anatomy
    const across = Math.sqrt(a * a + b * b) + 0.001
    const cosine = (a * defect[0] + b * defect[1]) / across
    const short = clamp01((cosine - 0.62 + 0.006 * q) / 0.2) * clamp01((q + 12) / 14)
    return flow.healthy + 9 * lobe + 5 * strand - short * (flow.healthy - flow.defect)
  }

  #chamber(
    paint: CtPaint,
    inside: number,
    { wall }: Chamber,
    blood: number,
    mixing: number,
    label: number,
  ): void {
    const soft = this.#soft
    paint.cover(clamp01(inside / soft + 0.5), MATERIAL.myocardium, 70)
    paint.cover(clamp01((inside - wall) / soft + 0.5), blood, mixing)
    if (inside >= wall) paint.label = label
  }

  /** A vessel with a wall of 1.5 mm outside its lumen. */
  #vessel(paint: CtPaint, inside: number, blood: number, strand: number, label: number): void {
    const soft = this.#soft
    if (inside < -1.5 - soft) return
    paint.cover(clamp01((inside + 1.5) / soft + 0.5), MATERIAL.muscle, strand)
    paint.cover(clamp01(inside / soft + 0.5), blood, strand)
    if (inside >= 0) paint.label = label
  }

  #veins(paint: CtPaint, x: number, y: number, z: number, lobe: number, strand: number): void {
    const none = HEART_LABEL.background
    if (z > 15)
      this.#vessel(paint, insideTube(SUPERIOR_VENA_CAVA, x, y, z), MATERIAL.rightBlood, 2 * strand, none)
    if (z < 0)
      this.#vessel(paint, insideTube(INFERIOR_VENA_CAVA, x, y, z), MATERIAL.venousBlood, strand, none)
    if (y > 4)
      for (const vein of PULMONARY_VEINS)
        this.#vessel(paint, insideTube(vein, x, y + 3 * lobe, z), MATERIAL.leftBlood, strand, none)
  }

  #coronaries(
    paint: CtPaint,
    x: number,
    y: number,
    z: number,
    a: number,
    b: number,
    q: number,
    strand: number,
  ): void {
    const soft = this.#soft
    const rest = 1 - (q / (EPICARDIUM.along + 3)) * (q / (EPICARDIUM.along + 3))
    const outward = rest > 0 ? (EPICARDIUM.across + 2.6) * Math.sqrt(rest) : 0
    let nearest = insideTube(RIGHT_CORONARY, x, y, z)
    for (const { towards, from, to, radius } of BRANCHES) {
      if (q < from || q > to) continue
      const [da, db] = [a - outward * towards[0], b - outward * towards[1]]
      nearest = Math.max(nearest, radius - Math.sqrt(da * da + db * db))
    }
    if (nearest < -soft) return
    paint.cover(clamp01(nearest / soft + 0.5), MATERIAL.leftBlood, strand - 3)
    if (strand > 1.9) paint.cover(clamp01(nearest / soft), MATERIAL.calcium, 0)
  }
}
