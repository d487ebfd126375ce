import { type CompiledModule, compileModule, instantiate } from '../../core/webAssembly.ts'
import { INFLATE_KERNEL_BASE64 } from './inflateKernel.generated.ts'

/** Why a call of `inflate` came to its end. */
export const STOPPED = {
  needsInput: 0,
  outputFull: 1,
  ended: 2,
  corrupt: 3,
} as const

/** What kernel/inflate/index.ts exports; addresses and sizes in bytes. */
export interface InflateKernel {
  readonly memory: { readonly buffer: ArrayBuffer }
  inputAddress(): number
  inputBytes(): number
  begin(): void
  feed(length: number): void
  inflate(): number
  unusedBytes(): number
  outputStart(): number
  outputEnd(): number
  releaseOutput(): void
}

let compiled: CompiledModule | undefined

/** A new instance of the kernel, with its own memory of 448 KB; the module is compiled once. */
export function instantiateInflateKernel(): InflateKernel {
  compiled ??= compileModule(INFLATE_KERNEL_BASE64)
  return instantiate<InflateKernel>(compiled)
}
