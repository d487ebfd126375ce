import { type VoxelArray, type VoxelType, voxelCount } from '../../core/volume.ts'
import { datatypeOf } from './datatypes.ts'
import { NiftiError } from './fault.ts'
import type { NiftiHeader } from './header.ts'

/** Size of a block, and most values that one can hold. */
export const BLOCK_BYTES = 1 << 15
const HOST_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

/** Of stored values in the host's byte order; int64 and uint64 come as the nearest doubles. */
const VIEWS: Record<VoxelType, new (buffer: ArrayBuffer) => VoxelArray> = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: Float64Array,
  uint64: Float64Array,
  float32: Float32Array,
  float64: Float64Array,
}

function swapHalves(words: Uint16Array, count: number): void {
  for (let i = 0; i < count; i++) {
    const v = words[i]!
    words[i] = (v << 8) | (v >>> 8)
  }
}

function swapWords(words: Uint32Array, count: number): void {
  for (let i = 0; i < count; i++) {
    const v = words[i]!
    words[i] = (v << 24) | ((v & 0xff00) << 8) | ((v >>> 8) & 0xff00) | (v >>> 24)
  }
}

function swapPairs(words: Uint32Array, count: number): void {
  swapWords(words, 2 * count)
  for (let i = 0; i < 2 * count; i += 2) {
    const first = words[i]!
    words[i] = words[i + 1]!
    words[i + 1] = first
  }
}

/** Both halves are exact doubles, so that their sum is rounded once, to the nearest. */
function widenIntegers(buffer: ArrayBuffer, count: number, signed: boolean): void {
  const low = new Uint32Array(buffer)
  const high = signed ? new Int32Array(buffer) : low
  const values = new Float64Array(buffer)
  const [l, h] = HOST_LITTLE_ENDIAN ? [0, 1] : [1, 0]
  for (let i = 0; i < count; i++) values[i] = high[2 * i + h]! * 0x100000000 + low[2 * i + l]!
}

/** Takes `count` values of `block`, which belong to the voxels from `first` on. The block is used again. */
export type BlockConsumer = (block: VoxelArray, count: number, first: number) => void

/** Number of values after vox_offset: voxels of all frames. */
export const valueCount = (header: NiftiHeader): number => voxelCount(header.shape) * header.frames

/**
 * Cuts an inflated NIfTI stream into aligned blocks of stored values. It skips header and extensions (for a pair
 * it takes the .img), holds one block of 32 KiB, and ignores what follows the last voxel.
 */
export class VoxelBlocks {
  readonly #header: NiftiHeader
  readonly #consume: BlockConsumer
  readonly #valueBytes: number
  readonly #values: number
  readonly #scratch = new Uint8Array(BLOCK_BYTES)
  readonly #block: VoxelArray
  #skip: number
  #filled = 0
  #done = 0
  #received = 0

  constructor(header: NiftiHeader, consume: BlockConsumer) {
    this.#header = header
    this.#consume = consume
    this.#valueBytes = datatypeOf(header.voxelType).bytes
    this.#values = valueCount(header)
    this.#block = new VIEWS[header.voxelType](this.#scratch.buffer)
    this.#skip = header.voxOffset
  }

  /** Takes the next bytes of the stream, any number of them; they are not kept. */
  push(chunk: Uint8Array): void {
    this.#received += chunk.length
    let at = Math.min(this.#skip, chunk.length)
    this.#skip -= at
    while (at < chunk.length && this.#done < this.#values) {
      const taken = Math.min(BLOCK_BYTES - this.#filled, chunk.length - at)
      this.#scratch.set(chunk.subarray(at, at + taken), this.#filled)
      this.#filled += taken
      at += taken
      this.#drain()
    }
  }

  /** @throws NiftiError nifti-voxels-missing when the stream ended before the last voxel. */
  finish(): void {
    if (this.#done === this.#values) return
    const { voxOffset, datatype } = this.#header
    throw new NiftiError(
      'nifti-voxels-missing',
      `the header promises ${this.#values} voxels of ${datatype}, which end at byte ` +
        `${voxOffset + this.#values * this.#valueBytes}, but the file has ${this.#received} bytes`,
    )
  }

  #drain(): void {
    const size = this.#valueBytes
    const count = Math.min(Math.floor(this.#filled / size), this.#values - this.#done)
    if (count === 0) return
    if (this.#header.littleEndian !== HOST_LITTLE_ENDIAN) this.#swap(count)
    const { voxelType } = this.#header
    if (voxelType === 'int64' || voxelType === 'uint64')
      widenIntegers(this.#scratch.buffer, count, voxelType === 'int64')
    this.#consume(this.#block, count, this.#done)
    this.#done += count
    this.#scratch.copyWithin(0, count * size, this.#filled)
    this.#filled -= count * size
  }

  #swap(count: number): void {
    const { buffer } = this.#scratch
    if (this.#valueBytes === 2) swapHalves(new Uint16Array(buffer), count)
    else if (this.#valueBytes === 4) swapWords(new Uint32Array(buffer), count)
    else if (this.#valueBytes === 8) swapPairs(new Uint32Array(buffer), count)
  }
}

/**
 * Makes the array that a decoder fills; called with the first voxel, so that a header alone costs no memory.
 * @throws NiftiError nifti-invalid when the machine cannot hold it.
 */
export function allocate<T>(make: (length: number) => T, length: number): T {
  try {
    return make(length)
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new NiftiError(
      'nifti-invalid',
      `the header promises ${length} voxels, more than the memory of one array`,
      'Check the dimensions with `nib-ls FILE`; if they are right, crop the image or split it.',
    )
  }
}
