import { type Finding, finding } from '../../core/finding.ts'
import { type Volume, type VoxelArray, voxelCount } from '../../core/volume.ts'
import { Int16OrFloat32 } from './int16OrFloat32.ts'
import { ResampledSlices } from './resampledSlices.ts'
import type { WordSample } from './rescaleWords.ts'
import type { PlannedSlice, VolumePlan } from './volumePlan.ts'

export interface AssembledVolume extends Volume<Int16Array | Float32Array> {
  readonly voxelType: 'int16' | 'float32'
  readonly findings: readonly Finding[]
}

/** Integers beyond this are not all float32 numbers. */
const LARGEST_EXACT_FLOAT32 = 2 ** 24

/**
 * A volume that takes its frames one after the other in the order of `plan.slices`, so that a caller may read
 * each from disk in turn. Values are stored value × slope + intercept of their own slice, in double precision,
 * padding like any other; int16 when every one is whole and fits, else float32.
 *
 * Memory: the volume, and while a late slice turns int16 into float32, both. Resampling holds three planes
 * beside it, and gives int16 as the front half of a buffer of float32's size; values interpolated between whole
 * ones are rounded.
 */
export class VolumeAssembly {
  readonly #plan: VolumePlan
  readonly #slices: Int16OrFloat32 | ResampledSlices
  #next = 0
  #isExact = true

  constructor(plan: VolumePlan) {
    this.#plan = plan
    this.#slices = plan.resampling
      ? new ResampledSlices(plan)
      : new Int16OrFloat32(voxelCount(plan.grid.shape))
  }

  /** The slice that `add` takes next; undefined when all are there. */
  get nextSlice(): PlannedSlice | undefined {
    return this.#plan.slices[this.#next]
  }

  /**
   * Adds the stored pixels of `nextSlice`, row by row: sign-extended, bits above BitsStored cleared. They are not
   * kept.
   *
   * @throws RangeError when they are not `columns` × `rows`, or all slices were added.
   */
  add(pixels: VoxelArray): void {
    const slice = this.nextSlice
    const { columns, rows } = this.#plan
    if (!slice) throw new RangeError('all slices of the volume were added')
    if (pixels.length !== columns * rows)
      throw new RangeError(`frame ${slice.index} has ${pixels.length} pixels, not ${columns} × ${rows}`)
    this.#slices.add(pixels, slice)
    this.#isExact &&= hasExactFloat32(pixels)
    this.#next++
  }

  /** The voxels of slices that were added, from one place of the plan to before another; undefined unless int16. */
  int16(from: number, to: number): Int16Array | undefined {
    const length = this.#plan.columns * this.#plan.rows
    return this.#slices instanceof Int16OrFloat32
      ? this.#slices.words(from * length, (to - from) * length)
      : undefined
  }

  /**
   * Where the stored words of slice `place` of the plan may be put for `addWords`, ahead of their turn; undefined
   * once the volume is float32, or where slices are resampled.
   */
  wordsOf(place: number): Int16Array | undefined {
    return this.int16(place, place + 1)
  }

  /** Adds `nextSlice`, whose words lie in `wordsOf` it; false where its pixels must be given to `add`. */
  addWords(sample: WordSample): boolean {
    const slice = this.nextSlice
    const { columns, rows } = this.#plan
    if (slice === undefined || !(this.#slices instanceof Int16OrFloat32)) return false
    if (!this.#slices.addWords(columns * rows, sample, slice)) return false
    this.#next++
    return true
  }

  /** @throws RangeError when slices are missing. */
  finish(): AssembledVolume {
    if (this.nextSlice) throw new RangeError(`slice ${this.#next} of the volume was not added`)
    const { grid, where } = this.#plan
    const data = this.#slices.finish()
    const voxelType = data instanceof Int16Array ? 'int16' : 'float32'
    const findings =
      voxelType === 'int16' || this.#isExact
        ? []
        : [
            finding(
              'volume-precision-lost',
              where,
              'stored values exceed 2^24; the nearest float32 numbers are kept',
            ),
          ]
    return { grid, data, voxelType, findings }
  }
}

/** Puts a volume together from `frames`, which gives the stored pixels of a frame of the plan's slice list. */
export function assembleVolume(plan: VolumePlan, frames: (index: number) => VoxelArray): AssembledVolume {
  const assembly = new VolumeAssembly(plan)
  for (const { index } of plan.slices) assembly.add(frames(index))
  return assembly.finish()
}

/** Whether float32 can hold the stored values; only 32-bit integers and doubles are looked at. */
function hasExactFloat32(pixels: VoxelArray): boolean {
  if (pixels instanceof Float32Array || pixels.BYTES_PER_ELEMENT < 4) return true
  return pixels.every(value =>
    pixels instanceof Float64Array
      ? Number.isNaN(value) || Math.fround(value) === value
      : Math.abs(value) <= LARGEST_EXACT_FLOAT32,
  )
}
