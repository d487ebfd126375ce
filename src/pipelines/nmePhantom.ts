import { type Affine, affine, compose } from '../core/affine.ts'
import type { Grid, Shape } from '../core/volume.ts'
import { type AxisOrder, type AxisSource, permuteGrid } from '../imaging/permuteAxes.ts'
import { type BreastMri, breastGrid, breastMri } from '../imaging/phantom/breastMri.ts'
import { SeededRandom } from '../imaging/phantom/seededRandom.ts'
import {
  type Forms,
  type MaskStorage,
  type PhantomFile,
  type PhantomFileSpec,
  phantomFile,
  roundedAffine,
  shiftedAffine,
  type VolumeStorage,
} from './phantomFile.ts'

export interface PhantomArchiveOptions {
  readonly seed: number
  /** Pairs of volume and mask; with 6 or more every collection and subset has one. */
  readonly samples: number
  /** Voxels from right to left, anterior to posterior, inferior to superior; at least 16 × 16 × 8. */
  readonly shape: Shape
}

/** What `brokenSample` can break. */
export const BROKEN_KINDS = [
  'shape-mismatch',
  'volume-4d',
  'mask-fraction',
  'mask-300',
  'mask-label-7',
  'volume-nan',
  'mask-missing',
  'volume-missing',
] as const

export type BrokenKind = (typeof BROKEN_KINDS)[number]

interface Place {
  readonly collection: string
  readonly subset: 'Tr' | 'Vd' | 'Ts'
  /** What the seq of its samples begins with. */
  readonly series: string
}

const TRAIN: Place = { collection: 'train-val', subset: 'Tr', series: '01A' }
const VAL: Place = { collection: 'train-val', subset: 'Vd', series: '01A' }
const INNER: Place = { collection: 'test-inner-01', subset: 'Ts', series: '01B' }
const OUTER_2: Place = { collection: 'test-outer-02', subset: 'Ts', series: '02A' }
const OUTER_3: Place = { collection: 'test-outer-03', subset: 'Ts', series: '03A' }
const OUTER_4: Place = { collection: 'test-outer-04', subset: 'Ts', series: '04A' }

/** Where one sample after another goes, over and over. */
const ROUND = [TRAIN, VAL, INNER, OUTER_2, OUTER_3, OUTER_4, TRAIN, OUTER_2, OUTER_3, TRAIN, OUTER_4, OUTER_2]

/** Samples, counted from 0, with a trait that the archive has once. */
const ONLY = { longPid: 1, farMask: 2, emptyMask: 3, secondVisit: { sample: 7, of: 3 } }

const VOLUME_STORAGE: VolumeStorage[] = ['int16', 'uint16', 'float32', 'scaled']
const MASK_STORAGE: MaskStorage[] = ['uint8', 'int16', 'float64']
const FORMS: Forms[] = ['both', 'sform', 'qform']

const along = (axis: 0 | 1 | 2): AxisSource => ({ axis, reversed: false })
const against = (axis: 0 | 1 | 2): AxisSource => ({ axis, reversed: true })

interface Stance {
  /** Stored axes out of left, posterior, superior. */
  readonly order: AxisOrder
  /** About the centre of the field of view, RAS. */
  readonly turn: Affine<'ras', 'ras'>
}

const UPRIGHT: Affine<'ras', 'ras'> = affine([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0])

// About x, then about z, by angles whose sine and cosine are fractions: (40, 399, 401) and (20, 99, 101).
const TILTED: Affine<'ras', 'ras'> = compose(
  affine<'ras', 'ras'>([99 / 101, -20 / 101, 0, 0, 20 / 101, 99 / 101, 0, 0, 0, 0, 1, 0]),
  affine<'ras', 'ras'>([1, 0, 0, 0, 0, 399 / 401, -40 / 401, 0, 0, 40 / 401, 399 / 401, 0]),
)

/** Axes LPS; RAS; LPS tilted; sagittal (posterior, inferior, left). */
const STANCES: Stance[] = [
  { order: [along(0), along(1), along(2)], turn: UPRIGHT },
  { order: [against(0), against(1), along(2)], turn: UPRIGHT },
  { order: [along(0), along(1), along(2)], turn: TILTED },
  { order: [along(1), against(2), along(0)], turn: UPRIGHT },
]

interface Sample {
  readonly place: Place
  readonly seq: string
  readonly pid: string
  readonly order: AxisOrder
  readonly grid: Grid
  readonly forms: Forms
  readonly image: () => BreastMri
}

/**
 * The plan of an archive laid out like NME-Seg-2025.8.25, with made-up breast MRI: volume and mask of one
 * sample after another, in five collections. Voxel types, orientations and header forms are mixed as sites mix
 * them. Of the masks, about one in three has an affine that is rounded to three decimals or shifted by 0.3
 * voxel; the third lies four voxels beside its volume and the fourth is empty. The second pid has 19 digits,
 * some begin with zeros, and the eighth sample is of the same patient as the fourth.
 *
 * The files are made one by one by `make`, the same bytes for the same options; volume and mask of a sample
 * share their making when asked for one after the other.
 *
 * @throws RangeError when `samples` is not a whole number from 1.
 */
export function phantomArchive({ seed, samples, shape }: PhantomArchiveOptions): PhantomFile[] {
  if (!Number.isInteger(samples) || samples < 1)
    throw new RangeError(`an archive has a whole number of samples from 1, not ${samples}`)
  const counts = new Map<string, number>()
  const pids: string[] = []
  const latest: LatestImage = {}
  return Array.from({ length: samples }, (_, n) => {
    const place = ROUND[n % ROUND.length]!
    const count = (counts.get(place.series) ?? 0) + 1
    counts.set(place.series, count)
    const random = new SeededRandom(seed + Math.imul(n + 1, 0x01000193))
    const { sample: again, of: before } = ONLY.secondVisit
    pids.push(n === again ? pids[before]! : patientId(random, n))
    const stance = STANCES[(n + Math.floor(n / STANCES.length)) % STANCES.length]!
    const sample: Sample = {
      place,
      seq: `${place.series}${String(count).padStart(3, '0')}`,
      pid: pids[n]!,
      order: stance.order,
      grid: placedGrid(shape, stance, random),
      forms: FORMS[n % FORMS.length]!,
      image: imageOf(latest, random.int32(), shape, n === ONLY.emptyMask),
    }
    const volume = fileOf(sample, 'volume', VOLUME_STORAGE[n % VOLUME_STORAGE.length]!)
    const mask = fileOf(sample, 'mask', MASK_STORAGE[Math.floor(n / 2) % MASK_STORAGE.length]!)
    return [phantomFile(volume), phantomFile({ ...mask, ...misplacement(sample.grid.affine, n) })]
  }).flat()
}

/**
 * One sample of collection test-outer-02 with the named defect: volume and mask, or the one that is left. The
 * seq of each kind is its own, so that all of them fit in one archive beside that of `phantomArchive`.
 */
export function brokenSample(kind: BrokenKind, options: { seed: number; shape: Shape }): PhantomFile[] {
  const { seed, shape } = options
  const n = BROKEN_KINDS.indexOf(kind)
  const random = new SeededRandom(seed + Math.imul(n + 1, 0x00010003))
  const sample: Sample = {
    place: OUTER_2,
    seq: `02X${String(n + 1).padStart(3, '0')}`,
    pid: patientId(random, 9000 + n),
    order: STANCES[0]!.order,
    grid: placedGrid(shape, STANCES[0]!, random),
    forms: 'both',
    image: imageOf({}, random.int32(), shape, false),
  }
  const volume = fileOf(sample, 'volume', 'int16')
  const mask = fileOf(sample, 'mask', 'uint8')
  const files: Record<BrokenKind, PhantomFileSpec[]> = {
    'shape-mismatch': [volume, { ...mask, shape: [shape[0], shape[1], shape[2] - 1] }],
    'volume-4d': [{ ...volume, frames: 2 }, mask],
    'mask-fraction': [volume, { ...mask, storage: 'float64', firstVoxel: 0.5 }],
    'mask-300': [volume, { ...mask, storage: 'int16', firstVoxel: 300 }],
    'mask-label-7': [volume, { ...mask, firstVoxel: 7 }],
    'volume-nan': [{ ...volume, storage: 'float32', firstVoxel: Number.NaN }, mask],
    'mask-missing': [volume],
    'volume-missing': [mask],
  }
  return files[kind].map(phantomFile)
}

function fileOf(
  { place, seq, pid, order, grid, forms, image }: Sample,
  role: PhantomFile['role'],
  storage: VolumeStorage | MaskStorage,
): PhantomFileSpec {
  const folder = `${role === 'volume' ? 'images' : 'labels'}${place.subset}`
  const path = `archive/NME-Seg-2025.8.25-${place.collection}/${folder}/NME-Seg_${seq}.${pid}.nii.gz`
  return { path, role, seq, pid, ...grid, frames: 1, forms, storage, order, image }
}

/** The affine and forms of a mask that does not lie where its volume lies; nothing for one that does. */
function misplacement(
  a: Affine<'voxel', 'ras'>,
  n: number,
): Partial<Pick<PhantomFileSpec, 'affine' | 'forms'>> {
  if (n === ONLY.farMask) return { affine: shiftedAffine(a, 4) }
  if (n % 3 !== 1) return {}
  // Rounding leaves the axes a little askew, which no qform can say.
  return n % 2 === 0 ? { affine: roundedAffine(a), forms: 'sform' } : { affine: shiftedAffine(a, 0.3) }
}

/** Digits that end in the number of the sample, so that no two are equal; every fourth begins with zeros. */
function patientId(random: SeededRandom, n: number): string {
  const tail = String(n).padStart(4, '0')
  const digits = (count: number) =>
    Array.from({ length: count }, () => Math.floor(random.between(0, 10))).join('')
  if (n === ONLY.longPid) return `9${digits(14)}${tail}`
  return n % 4 === 0 ? `00${digits(4)}${tail}` : `1${digits(5)}${tail}`
}

/** The grid as stored, where the patient lay on the table. */
function placedGrid(shape: Shape, { order, turn }: Stance, random: SeededRandom): Grid {
  const grid = permuteGrid(breastGrid(shape), order)
  const [x, y, z] = [random.between(-12, 12), random.between(-30, 30), random.between(-90, 90)]
  const table = affine<'ras', 'ras'>([1, 0, 0, x, 0, 1, 0, y, 0, 0, 1, z])
  return { shape: grid.shape, affine: compose(table, compose(turn, grid.affine)) }
}

/** The image made last, kept for the second file of its sample. */
interface LatestImage {
  seed?: number
  image?: BreastMri
}

function imageOf(latest: LatestImage, seed: number, shape: Shape, empty: boolean): () => BreastMri {
  return () => {
    if (latest.image === undefined || latest.seed !== seed) {
      latest.image = breastMri({ shape, seed, ...(empty ? { lesion: 'none' } : {}) })
      latest.seed = seed
    }
    return latest.image
  }
}
