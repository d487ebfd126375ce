import { type Affine, affine, type Point, rasToLps, transformPoint } from '../../core/affine.ts'
import { type Grid, type Mask, type Shape, type Volume, voxelCount } from '../../core/volume.ts'
import { type CardiacAnatomy, drawCardiacAnatomy, PerfusionDisplacement } from './cardiacAnatomy.ts'
import { paintChest } from './chestCt.ts'
import { type CtChannel, CtPaint } from './ctMaterial.ts'
import { HeartPainter } from './heartCt.ts'
import { SeededRandom } from './seededRandom.ts'

/** Fields of view in mm, right to left, front to back, bottom to top, and their centres, LPS. */
const ANGIOGRAM_FIELD = { size: [230, 230, 128] as Point, centre: [10, -4, 0] as Point }
const PERFUSION_FIELD = { size: [252, 252, 112] as Point, centre: [14, -6, -3] as Point }

/** Standard deviation of the noise. */
const NOISE: Record<CtChannel, number> = { angiogram: 24, maximum: 15, mean: 9, flow: 7 }

const HU_RANGE = [-1024, 3071] as const
const FLOW_RANGE = [0, 300] as const

/** What of one patient is to be seen on which grid. */
export interface CardiacCtOptions {
  /** Any grid; what lies outside the body is air. */
  readonly grid: Grid
  /** Whole number; one seed is one patient, whatever the grid, and gives the same voxels on every machine. */
  readonly seed: number
}

export interface CardiacAngiogram {
  /** HU. */
  readonly volume: Volume<Int16Array>
  /** By the numbers of `HEART_LABEL`. */
  readonly labels: Mask
}

/** Images made of a dynamic perfusion scan, on one grid. */
export interface CardiacPerfusion {
  /** Temporal maximum and mean, HU. */
  readonly maximum: Volume<Int16Array>
  readonly mean: Volume<Int16Array>
  /** Blood flow, 0 to 300 ml/100 ml/min. */
  readonly flow: Volume<Float32Array>
  readonly labels: Mask
}

/** The axial grid of an angiogram of 230 × 230 × 128 mm: axes left, posterior and superior. */
export const angiogramGrid = (shape: Shape): Grid => axialGrid(shape, ANGIOGRAM_FIELD)

/** The axial grid of a perfusion scan of 252 × 252 × 112 mm: axes left, posterior and superior. */
export const perfusionGrid = (shape: Shape): Grid => axialGrid(shape, PERFUSION_FIELD)

function axialGrid(shape: Shape, { size, centre }: { size: Point; centre: Point }): Grid {
  const [sx, sy, sz] = [size[0] / shape[0], size[1] / shape[1], size[2] / shape[2]]
  const [x, y, z] = [
    centre[0] - ((shape[0] - 1) * sx) / 2,
    centre[1] - ((shape[1] - 1) * sy) / 2,
    centre[2] - ((shape[2] - 1) * sz) / 2,
  ]
  return { shape, affine: affine([-sx, 0, 0, -x, 0, -sy, 0, -y, 0, 0, sz, z]) }
}

/**
 * A made-up CT angiogram of the heart: chest wall, ribs, spine, lungs with vessels, liver, and the heart with its
 * chambers in the contrast of the arterial phase, coronary arteries, and myocardium that is darker where blood flow is
 * low.
 *
 * Only integer arithmetic, the four operations and square roots are used, which round alike on every machine.
 */
export function cardiacAngiogram({ grid, seed }: CardiacCtOptions): CardiacAngiogram {
  const anatomy = drawCardiacAnatomy(new SeededRandom(seed))
  const volume = new Int16Array(voxelCount(grid.shape))
  const labels = new Uint8Array(volume.length)
  const random = new SeededRandom(seed + 0x51ed27)
  paintGrid(grid, anatomy, undefined, ['angiogram'], [volume], labels, random)
  return { volume: { grid, data: volume }, labels: { grid, data: labels } }
}

/** The same patient in a perfusion scan, a little displaced: see `perfusionToAngiogram`. */
export function cardiacPerfusion({ grid, seed }: CardiacCtOptions): CardiacPerfusion {
  const anatomy = drawCardiacAnatomy(new SeededRandom(seed))
  const maximum = new Int16Array(voxelCount(grid.shape))
  const mean = new Int16Array(maximum.length)
  const flow = new Float32Array(maximum.length)
  const labels = new Uint8Array(maximum.length)
  const random = new SeededRandom(seed + 0x2f6e2b)
  const displacement = displacementOf(seed, anatomy)
  paintGrid(grid, anatomy, displacement, ['maximum', 'mean', 'flow'], [maximum, mean, flow], labels, random)
  const on = <T extends Int16Array | Uint8Array | Float32Array>(data: T): Volume<T> => ({ grid, data })
  return { maximum: on(maximum), mean: on(mean), flow: on(flow), labels: on(labels) }
}

/** Where in a patient's angiogram the tissue lies that is at a point of the perfusion scan; RAS mm. */
export function perfusionToAngiogram(seed: number): (point: Point) => Point {
  const displacement = displacementOf(seed, drawCardiacAnatomy(new SeededRandom(seed)))
  const at = new Float64Array(3)
  return ([x, y, z]) => {
    displacement.toAngiogram(-x, -y, z, at)
    return [-at[0]!, -at[1]!, at[2]!]
  }
}

const displacementOf = (seed: number, anatomy: CardiacAnatomy) =>
  new PerfusionDisplacement(new SeededRandom(seed + 0x1b873593), anatomy)

function paintGrid(
  { shape, affine: toRas }: Grid,
  anatomy: CardiacAnatomy,
  displacement: PerfusionDisplacement | undefined,
  channels: readonly CtChannel[],
  images: readonly (Int16Array | Float32Array)[],
  labels: Uint8Array,
  random: SeededRandom,
): void {
  const toLps: Affine<'voxel', 'lps'> = rasToLps(toRas)
  const soft = Math.max(1.1, smallestStep(toLps))
  const heart = new HeartPainter(anatomy, soft)
  const paint = new CtPaint(channels)
  const grain = channels.map(() => new Grain(shape[0], random))
  const at = new Float64Array(3)
  const { size, lobe, strand } = anatomy
  let n = 0
  for (let k = 0; k < shape[2]; k++)
    for (let j = 0; j < shape[1]; j++) {
      for (const noise of grain) noise.nextRow()
      const start = transformPoint(toLps, [0, j, k])
      for (let i = 0; i < shape[0]; i++, n++) {
        at[0] = start[0] + i * toLps[0]!
        at[1] = start[1] + i * toLps[4]!
        at[2] = start[2] + i * toLps[8]!
        displacement?.toAngiogram(at[0], at[1], at[2], at)
        const [x, y, z] = [at[0]! / size, at[1]! / size, at[2]! / size]
        paint.clear()
        const coarse = lobe.at(x, y, z)
        const fine = strand.at(x, y, z)
        if (paintChest(paint, anatomy, x, y, z, soft, coarse, fine) > -12)
          heart.paint(paint, x, y, z, coarse, fine)
        labels[n] = paint.label
        for (let c = 0; c < images.length; c++) {
          const channel = channels[c]!
          const value = paint.values[c]!
          if (channel === 'flow')
            images[c]![n] = value < 0.5 ? 0 : clamp(value + NOISE.flow * grain[c]!.at(i), FLOW_RANGE)
          else images[c]![n] = Math.floor(clamp(value + NOISE[channel] * grain[c]!.at(i), HU_RANGE) + 0.5)
        }
      }
    }
}

/** mm between neighbours along the closest axis; by square roots, since `Math.hypot` rounds as each machine likes. */
const smallestStep = (a: Affine): number =>
  Math.sqrt(Math.min(...[0, 1, 2].map(c => a[c]! * a[c]! + a[c + 4]! * a[c + 4]! + a[c + 8]! * a[c + 8]!)))

const clamp = (v: number, [low, high]: readonly [number, number]): number => Math.min(high, Math.max(low, v))

/** Noise as it looks after reconstruction: neighbours in a slice are alike. Variance 1. */
class Grain {
  readonly #random: SeededRandom
  #above: Float64Array
  #row: Float64Array

  constructor(width: number, random: SeededRandom) {
    this.#random = random
    this.#above = new Float64Array(width + 1)
    this.#row = Float64Array.from({ length: width + 1 }, () => random.normal())
  }

  nextRow(): void {
    const row = this.#above
    this.#above = this.#row
    this.#row = row
    for (let i = 0; i < row.length; i++) row[i] = this.#random.normal()
  }

  at(i: number): number {
    const [above, row] = [this.#above, this.#row]
    return (row[i]! + 0.7 * (row[i + 1]! + above[i]!) + 0.49 * above[i + 1]!) / 1.49
  }
}
