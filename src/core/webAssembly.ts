// The few names of the WebAssembly API in use, which the ES library of TypeScript leaves to the DOM's.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
  readonly Memory: new (limits: { initial: number; maximum: number; shared: boolean }) => SharedMemory
}

export type CompiledModule = object

/** Memory that instances in several threads may use at the same time. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer
}

const PAGE_BYTES = 65536

/** Compiles a module that is carried as base64 text. */
export const compileModule = (base64: string): CompiledModule =>
  new WebAssembly.Module(Uint8Array.from(atob(base64), letter => letter.charCodeAt(0)))

/** The exports of a new instance of a module that imports nothing, or a memory made elsewhere. */
export const instantiate = <Exports>(module: CompiledModule, memory?: SharedMemory): Exports =>
  new WebAssembly.Instance(module, memory === undefined ? {} : { env: { memory } }).exports as Exports

/** Zeroed memory of at least so many bytes. @throws RangeError when the machine has no room for them. */
export function sharedMemory(bytes: number): SharedMemory {
  const pages = Math.ceil(bytes / PAGE_BYTES)
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
}
