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

// The few names of the WebAssembly API in use, which the ES library of TypeScript leaves to the DOM's.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

let compiled: object | undefined

/** A new instance of the kernel, with its own memory of 3 MB; the module is compiled once. */
export function instantiateKernel(): DeflateKernel {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(KERNEL_BASE64), letter => letter.charCodeAt(0)))
  return new WebAssembly.Instance(compiled, {}).exports as DeflateKernel
}
