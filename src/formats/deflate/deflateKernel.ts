import { type CompiledModule, compileModule, instantiate } from '../../core/webAssembly.ts'
import { KERNEL_BASE64 } from './kernel.generated.ts'

/** How a call of the kernel leaves the stream. */
export const ENDING = {
  /** More chunks follow. */
  open: 0,
  /** The last block carries the final bit. */
  final: 1,
  /** An empty stored block ends it on a byte border, so that another stream can follow (zlib's sync flush). */
  joinable: 2,
} as const

/** What kernel/index.ts exports; addresses and sizes in bytes. */
export interface DeflateKernel {
  readonly memory: { readonly buffer: ArrayBuffer }
  chunkAddress(): number
  chunkBytes(): number
  outputAddress(): number
  begin(elementBytes: number): void
  compress(length: number, ending: number): number
}

let compiled: CompiledModule | undefined

/** A new instance of the kernel, with its own memory of 3 MB; the module is compiled once. */
export function instantiateKernel(): DeflateKernel {
  compiled ??= compileModule(KERNEL_BASE64)
  return instantiate<DeflateKernel>(compiled)
}
