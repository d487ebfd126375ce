import { compileModule, instantiate } from '../../core/webAssembly.ts'
import { MOMENTS_KERNEL_BASE64 } from './kernel.generated.ts'

/** How values are spread; those that are NaN or infinite are left out. */
export interface Moments {
  /** How many are finite. */
  readonly voxels: number
  /** Infinity where none is. */
  readonly min: number
  /** -Infinity where none is. */
  readonly max: number
  /** NaN where none is finite. */
  readonly mean: number
  /** Of the population. */
  readonly sd: number
}

/** What kernel/index.ts exports; addresses are in bytes. */
interface MomentsKernel {
  readonly memory: { readonly buffer: ArrayBuffer }
  resultsAddress(): number
  valuesAddress(): number
  mostValues(): number
  gather(count: number, origin: number): void
}

let kernel: ReturnType<typeof loadKernel> | undefined

function loadKernel() {
  const { memory, resultsAddress, valuesAddress, mostValues, gather } = instantiate<MomentsKernel>(
    compileModule(MOMENTS_KERNEL_BASE64),
  )
  return {
    room: new Float32Array(memory.buffer, valuesAddress(), mostValues()),
    results: new Float64Array(memory.buffer, resultsAddress(), 5),
    gather,
  }
}

/** Least, largest, mean and deviation of all finite values. Equal values give equal results on every machine. */
export function momentsOf(data: Int16Array | Float32Array): Moments {
  kernel ??= loadKernel()
  const { room, results, gather } = kernel
  // Distances from a value of the image, so that squares of a large offset do not drown the spread.
  const origin = data.find(Number.isFinite) ?? 0
  let [voxels, min, max, sum, squares] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0]
  for (let at = 0; at < data.length; at += room.length) {
    const piece = data.subarray(at, at + room.length)
    room.set(piece)
    gather(piece.length, origin)
    voxels += results[0]!
    min = Math.min(min, results[1]!)
    max = Math.max(max, results[2]!)
    sum += results[3]!
    squares += results[4]!
  }
  const mean = sum / voxels
  return {
    ...{ voxels, min, max, mean: origin + mean },
    sd: Math.sqrt(Math.max(0, squares / voxels - mean * mean)),
  }
}
