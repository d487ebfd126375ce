// The few names of the WebAssembly API in use, which the ES library of TypeScript leaves to the DOM's.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

export type CompiledModule = object

/** Compiles a module that is carried as base64 text. */
export const compileModule = (base64: string): CompiledModule =>
  new WebAssembly.Module(Uint8Array.from(atob(base64), letter => letter.charCodeAt(0)))

/** The exports of a new instance of a module that imports nothing. */
export const instantiate = <Exports>(module: CompiledModule): Exports =>
  new WebAssembly.Instance(module, {}).exports as Exports
