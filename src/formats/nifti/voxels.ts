import type { VoxelArray, VoxelType } from '../../core/volume.ts'
import { isScaled, type NiftiHeader } from './header.ts'
import { allocate, BLOCK_BYTES, type BlockConsumer, VoxelBlocks, valueCount } from './voxelBlocks.ts'

/** Takes a whole inflated file, header and extensions included, in chunks of any size; then `finish` once. */
export interface VoxelDecoder<T> {
  push(chunk: Uint8Array): void
  /** @throws NiftiError nifti-voxels-missing when fewer bytes came than the header promises. */
  finish(): T
}

export interface Float32Voxels {
  /** i fastest, frames slowest. */
  readonly data: Float32Array
  /** Values that are NaN or infinite in `data`. */
  readonly nonFinite: number
  /** Finite values that float32 cannot hold exactly. */
  readonly inexact: number
}

/** Types whose every value float32 holds as it is. */
const EXACT_IN_FLOAT32: ReadonlySet<VoxelType> = new Set(['int8', 'uint8', 'int16', 'uint16', 'float32'])

function countNonFinite(data: Float32Array, from: number, to: number): number {
  let count = 0
  for (let i = from; i < to; i++) {
    const v = data[i]!
    if (v - v !== 0) count++
  }
  return count
}

/** Adding −0 changes no number, where +0 would turn −0 into 0. */
const addend = (header: NiftiHeader): number => (header.intercept === 0 ? -0 : header.intercept)

/**
 * Decodes to float32: slope and intercept are applied in float64 and the result is rounded once, which is
 * `numpy.float32(image.get_fdata())` of nibabel.
 */
export function float32Decoder(header: NiftiHeader): VoxelDecoder<Float32Voxels> {
  const total = valueCount(header)
  let data: Float32Array | undefined
  let nonFinite = 0
  let inexact = 0

  const copy: BlockConsumer = (block, count, first) => {
    data ??= allocate(length => new Float32Array(length), total)
    data.set(block.subarray(0, count), first)
    if (header.voxelType === 'float32') nonFinite += countNonFinite(data, first, first + count)
  }

  const wide = new Doubles()
  const { slope } = header
  const intercept = addend(header)
  const scale: BlockConsumer = (block, count, first) => {
    data ??= allocate(length => new Float32Array(length), total)
    const out = data
    const values = wide.of(block, count)
    let [infinite, rounded] = [0, 0]
    for (let i = 0; i < count; i++) {
      const v = values[i]! * slope + intercept
      const single = Math.fround(v)
      out[first + i] = single
      if (single - single !== 0) infinite++
      if (single !== v && v - v === 0) rounded++
    }
    nonFinite += infinite
    inexact += rounded
  }

  const plain = EXACT_IN_FLOAT32.has(header.voxelType) && !isScaled(header)
  const blocks = new VoxelBlocks(header, plain ? copy : scale)
  return {
    push: chunk => blocks.push(chunk),
    finish: () => {
      blocks.finish()
      return { data: data!, nonFinite, inexact }
    },
  }
}

/** Types whose every value int16 holds as it is. */
const EXACT_IN_INT16: ReadonlySet<VoxelType> = new Set(['int8', 'uint8', 'int16'])

/** Whether the voxels are whole numbers that int16 holds as they are: no slope, no wider type. */
export const fitsInt16 = (header: NiftiHeader): boolean =>
  EXACT_IN_INT16.has(header.voxelType) && !isScaled(header)

/** Decodes what `fitsInt16` to int16, value for value. */
export function int16Decoder(header: NiftiHeader): VoxelDecoder<{ readonly data: Int16Array }> {
  const data = allocate(length => new Int16Array(length), valueCount(header))
  const blocks = new VoxelBlocks(header, (block, count, first) => data.set(block.subarray(0, count), first))
  return {
    push: chunk => blocks.push(chunk),
    finish: () => {
      blocks.finish()
      return { data }
    },
  }
}

/** One block of values as doubles, so that the kernels below see one type of array. */
class Doubles {
  #doubles = new Float64Array(0)

  of(block: VoxelArray, count: number): Float64Array {
    if (block instanceof Float64Array) return block
    if (this.#doubles.length < block.length) this.#doubles = new Float64Array(block.length)
    this.#doubles.set(block.subarray(0, count))
    return this.#doubles
  }
}

export interface MaskVoxels {
  /** i fastest, frames slowest; 0 where the value is no label. */
  readonly data: Uint8Array
  /** Labels that lay at most 0.001 from their value. */
  readonly rounded: number
  /** Values that are no label, each counted once: NaN and infinities, then fractions, then outside 0..255. */
  readonly notFinite: number
  readonly notWhole: number
  readonly outOfRange: number
  readonly firstBad?: { readonly index: number; readonly value: number }
  /** Voxels of each label 0..255. */
  readonly counts: Uint32Array
}

/** A fraction up to this much is rounding noise of the program that wrote the mask. */
const WHOLE_TOLERANCE = 1e-3

class LabelTally {
  readonly counts = new Uint32Array(256)
  rounded = 0
  notFinite = 0
  notWhole = 0
  outOfRange = 0
  firstBad: { index: number; value: number } | undefined

  /** A value that is not one of 0..255 exactly; returns the label that it stands for. */
  uneven(value: number, index: number): number {
    const label = Math.round(value)
    if (Math.abs(value - label) <= WHOLE_TOLERANCE && label >= 0 && label <= 255) {
      this.rounded++
      return label
    }
    if (!Number.isFinite(value)) this.notFinite++
    else if (Math.abs(value - label) > WHOLE_TOLERANCE) this.notWhole++
    else this.outOfRange++
    this.firstBad ??= { index, value }
    return 0
  }

  /** As many voxels of label 0. */
  zeros(count: number): void {
    this.counts[0]! += count
  }

  /** Counts four labels at a time: a run of equal words, most of a mask, is one addition to each. */
  bytes(labels: Uint8Array, count: number): void {
    const { counts } = this
    const words = new Uint32Array(labels.buffer, 0, count >>> 2)
    let [previous, run] = [0, 0]
    const flush = () => {
      counts[previous & 255]! += run
      counts[(previous >>> 8) & 255]! += run
      counts[(previous >>> 16) & 255]! += run
      counts[previous >>> 24]! += run
    }
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!
      if (word === previous) run++
      else {
        flush()
        previous = word
        run = 1
      }
    }
    flush()
    for (let i = words.length * 4; i < count; i++) counts[labels[i]!]!++
  }
}

/** Whether the first `bytes` bytes, a multiple of the size of the values, are all 0. */
function areZero(block: VoxelArray, bytes: number): boolean {
  const words = new Uint32Array(block.buffer, 0, bytes >>> 2)
  for (let i = 0; i < words.length; i++) if (words[i] !== 0) return false
  const rest = new Uint8Array(block.buffer, words.length * 4, bytes & 3)
  return rest.every(byte => byte === 0)
}

/** Decodes to labels. Values that are no label are counted, not thrown: the caller decides. */
export function maskDecoder(header: NiftiHeader): VoxelDecoder<MaskVoxels> {
  const total = valueCount(header)
  const tally = new LabelTally()
  let data: Uint8Array | undefined

  const copy: BlockConsumer = (block, count, first) => {
    data ??= allocate(length => new Uint8Array(length), total)
    const labels = block as Uint8Array
    data.set(labels.subarray(0, count), first)
    tally.bytes(labels, count)
  }

  const wide = new Doubles()
  const labels = new Uint8Array(BLOCK_BYTES)
  const { slope } = header
  const intercept = addend(header)
  const zeroIsLabel0 = header.intercept === 0 && Number.isFinite(slope)
  const label: BlockConsumer = (block, count, first) => {
    data ??= allocate(length => new Uint8Array(length), total)
    // Most of a mask is background, and is so in whole blocks.
    if (zeroIsLabel0 && areZero(block, count * block.BYTES_PER_ELEMENT)) {
      tally.zeros(count)
      return
    }
    const values = wide.of(block, count)
    for (let i = 0; i < count; i++) {
      const v = values[i]! * slope + intercept
      const byte = v & 255
      labels[i] = byte === v ? byte : tally.uneven(v, first + i)
    }
    data.set(labels.subarray(0, count), first)
    tally.bytes(labels, count)
  }

  const plain = header.voxelType === 'uint8' && !isScaled(header)
  const blocks = new VoxelBlocks(header, plain ? copy : label)
  return {
    push: chunk => blocks.push(chunk),
    finish: () => {
      blocks.finish()
      const { counts, rounded, notFinite, notWhole, outOfRange, firstBad } = tally
      // A value that is no label stands in the data as 0, but is not a voxel of label 0.
      counts[0]! -= notFinite + notWhole + outOfRange
      return {
        data: data!,
        rounded,
        notFinite,
        notWhole,
        outOfRange,
        counts,
        ...(firstBad ? { firstBad } : {}),
      }
    },
  }
}
