import { compileModule, instantiate } from '../../core/webAssembly.ts'
import { RESCALE_KERNEL_BASE64 } from './kernel.generated.ts'
import { isInt16, type Rescale } from './rescale.ts'

/** What the words of a frame mean: integers of so many bits. */
export interface WordSample {
  readonly bitsStored: number
  readonly signed: boolean
}

/** What kernel/index.ts exports; the address is in bytes. */
interface RescaleKernel {
  readonly memory: { readonly buffer: ArrayBuffer }
  wordsAddress(): number
  mostWords(): number
  add(words: number, addend: number, above: number, signed: number): number
}

let kernel: { readonly room: Int16Array; readonly add: RescaleKernel['add'] } | undefined

function loadKernel() {
  const { memory, wordsAddress, mostWords, add } = instantiate<RescaleKernel>(
    compileModule(RESCALE_KERNEL_BASE64),
  )
  return { room: new Int16Array(memory.buffer, wordsAddress(), mostWords()), add }
}

/**
 * Rescales stored words where they lie, for slope 1 and whole intercepts, as nearly every CT has them. Bits above those
 * stored must repeat the sign of a signed sample and be 0 in an unsigned one, as must bit 15 of the latter.
 *
 * @returns false where that cannot be done or a result is no int16; the words are without meaning then
 */
export function rescaleWords(words: Int16Array, sample: WordSample, { slope, intercept }: Rescale): boolean {
  if (slope !== 1 || !isInt16(intercept)) return false
  kernel ??= loadKernel()
  const { room, add } = kernel
  const { bitsStored, signed } = sample
  const above = -(2 ** bitsStored) | (signed ? 0 : -(2 ** 15))
  for (let at = 0; at < words.length; at += room.length) {
    const piece = words.subarray(at, at + room.length)
    room.set(piece)
    if (add(piece.length, intercept, above, signed ? 1 : 0) !== 0) return false
    piece.set(piece.length === room.length ? room : room.subarray(0, piece.length))
  }
  return true
}
