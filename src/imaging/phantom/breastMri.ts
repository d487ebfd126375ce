import { affine, type Point } from '../../core/affine.ts'
import { type Grid, type Mask, type Shape, type Volume, voxelCount } from '../../core/volume.ts'
import { drawAnatomy, FIELD, type Side } from './breastAnatomy.ts'
import { BreastSlices } from './breastSlices.ts'
import { SeededRandom } from './seededRandom.ts'

const SMALLEST: Shape = [16, 16, 8]

/** Standard deviation of the noise of either channel, in units of signal. */
const NOISE = 0.016

/** Stored magnitude of signal 1 where the coils receive best. */
const GAIN = 1500

export interface BreastMriOptions {
  /** Voxels from right to left, anterior to posterior, inferior to superior; at least 16 × 16 × 8. */
  readonly shape: Shape
  /** Whole number; the same seed gives the same voxels on every machine. */
  readonly seed: number
  /** The breast with non-mass enhancement; drawn from the seed when not given. */
  readonly lesion?: Side | 'none'
}

/** Three images on one grid, whose axes point left, posterior and superior. */
export interface BreastMri {
  /** Magnitudes, 0 to about 3000, as a scanner stores them. */
  readonly volume: Volume<Uint16Array>
  /** 1 in non-mass enhancement, else 0. */
  readonly mask: Mask
  /** What each voxel is, by the numbers of `TISSUE`; enhancement keeps the tissue that it lies in. */
  readonly tissue: Mask
}

/** The grid of the phantom: axes left, posterior and superior, with the centre of the field of view at 0. */
export function breastGrid(shape: Shape): Grid {
  const [sx, sy, sz] = voxelSpacing(shape)
  const [x, y, z] = [((shape[0] - 1) * sx) / 2, ((shape[1] - 1) * sy) / 2, (-(shape[2] - 1) * sz) / 2]
  return { shape, affine: affine([-sx, 0, 0, x, 0, -sy, 0, y, 0, 0, sz, z]) }
}

/** mm from voxel to voxel. */
const voxelSpacing = (shape: Shape): Point => [FIELD[0] / shape[0], FIELD[1] / shape[1], FIELD[2] / shape[2]]

/**
 * A made-up breast MRI, T1-weighted with fat suppressed, after contrast medium, the patient prone: both
 * breasts with gland, vessels and skin, chest wall, lungs and heart; sensitivity of two surface coils and
 * Rician noise (H. Gudbjartsson, S. Patz, Magnetic Resonance in Medicine 34(6), 1995); in one breast, unless
 * none is asked for, a segment of non-mass enhancement as a cluster of ragged bright spots.
 *
 * Only integer arithmetic, the four operations and square roots are used, which round alike on every machine.
 *
 * @throws RangeError when the shape is smaller than 16 × 16 × 8.
 */
export function breastMri({ shape, seed, lesion }: BreastMriOptions): BreastMri {
  if (!shape.every((n, axis) => Number.isInteger(n) && n >= SMALLEST[axis]!))
    throw new RangeError(
      `a breast phantom has at least ${SMALLEST.join(' × ')} voxels, not ${shape.join(' × ')}`,
    )
  const random = new SeededRandom(seed)
  const drawn: Side = random.uniform() < 0.5 ? 'right' : 'left'
  const anatomy = drawAnatomy(random, lesion ?? drawn)
  const spacing = voxelSpacing(shape)
  const grid = breastGrid(shape)
  const volume = new Uint16Array(voxelCount(shape))
  const mask = new Uint8Array(volume.length)
  const tissue = new Uint8Array(volume.length)
  const slices = new BreastSlices(anatomy, shape, spacing, random)
  const signal = new Float64Array(shape[0])
  let at = 0
  for (let k = 0; k < shape[2]; k++) {
    slices.enterSlice(k)
    for (let j = 0; j < shape[1]; j++) {
      const end = at + shape[0]
      slices.paintRow(j, signal, tissue.subarray(at, end), mask.subarray(at, end))
      receiveRow(signal, volume.subarray(at, end), j, k, spacing, random)
      at = end
    }
  }
  return { volume: { grid, data: volume }, mask: { grid, data: mask }, tissue: { grid, data: tissue } }
}

/** Writes the magnitudes that two coils before the breasts receive of a row, with the noise of both channels. */
function receiveRow(
  signal: Float64Array,
  volume: Uint16Array,
  j: number,
  k: number,
  spacing: Point,
  random: SeededRandom,
): void {
  const y = (j + 0.5) * spacing[1] - 70
  const z = (k + 0.5) * spacing[2] - FIELD[2] / 2
  const off = y * y + 0.4 * z * z + 16000
  for (let i = 0; i < volume.length; i++) {
    const x = (i + 0.5) * spacing[0] - FIELD[0] / 2
    const right = (x + 85) * (x + 85) + off
    const left = (x - 85) * (x - 85) + off
    const sensitivity = 0.25 + 12000 * ((left + right) / (left * right))
    const real = signal[i]! * sensitivity + NOISE * random.normal()
    const imaginary = NOISE * random.normal()
    volume[i] = Math.floor(GAIN * Math.sqrt(real * real + imaginary * imaginary) + 0.5)
  }
}
