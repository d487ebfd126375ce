/**
 * The codec packages are compiled by Emscripten: a script that makes a module object, and its WebAssembly code. Both
 * are loaded when they are first needed, and instantiated synchronously.
 */

// The few names of the WebAssembly API in use, which the ES library of TypeScript leaves to the DOM's.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => object
}

/** What a codec's module object is given; what the C++ code exports is added to it. */
interface ModuleOptions {
  print(line: string): void
  printErr(line: string): void
  instantiateWasm(imports: object, receive: (instance: object) => void): object
}

export type ModuleFactory = (options: ModuleOptions) => Promise<unknown>

/** An image decoder of the codec packages; it owns memory until `delete`. */
export interface ImageDecoder {
  /** Room for the compressed stream; valid until the next call. */
  getEncodedBuffer(length: number): Uint8Array
  decode(): void
  /** A copy of the samples. */
  getDecodedBuffer(): Uint8ClampedArray
  delete(): void
}

/** Why a codec gave no pixels: what it printed, or the exception's text. */
export class CodecFailure extends Error {}

/** Runs one decoder class of a codec package, each time with a fresh object, and with a fresh module after a failure. */
export class EmscriptenCodec<D extends ImageDecoder> {
  readonly #factory: ModuleFactory
  readonly #code: object
  readonly #className: string
  #create: (new () => D) | undefined
  #printed: string[] = []

  constructor(factory: ModuleFactory, code: Uint8Array, className: string) {
    this.#factory = factory
    this.#code = new WebAssembly.Module(code)
    this.#className = className
  }

  /**
   * Decodes a stream and reads what is wanted off the decoder.
   *
   * @param prepare changes the copy of the stream that the codec gets
   * @throws CodecFailure if the codec throws, aborts, or reports an error; no memory of it is used again
   */
  decode<T>(encoded: Uint8Array, prepare: (copy: Uint8Array) => void, read: (decoder: D) => T): T {
    this.#printed = []
    try {
      this.#create ??= this.#instantiate()
      const decoder = new this.#create()
      const copy = decoder.getEncodedBuffer(encoded.length)
      copy.set(encoded)
      prepare(copy)
      decoder.decode()
      const complaint = this.#printed.find(isComplaint)
      if (complaint !== undefined) throw new CodecFailure(complaint.trim())
      const result = read(decoder)
      decoder.delete()
      return result
    } catch (error) {
      // C++ exceptions unwind neither the stack nor the heap of the module, and an abort ends it.
      this.#create = undefined
      if (error instanceof CodecFailure) throw error
      // Exceptions of C++ arrive as the number of their address.
      throw new CodecFailure(error instanceof Error ? error.message : 'the codec refused it', {
        cause: error,
      })
    }
  }

  #instantiate(): new () => D {
    const module: ModuleOptions & Record<string, unknown> = {
      print: line => this.#printed.push(line),
      printErr: line => this.#printed.push(line),
      instantiateWasm: (imports, receive) => {
        const instance = new WebAssembly.Instance(this.#code, imports)
        receive(instance)
        return instance
      },
    }
    // As the code is at hand, the module is complete on return; an abort is told by what it throws, not the promise.
    this.#factory(module).catch(() => {})
    return module[this.#className] as new () => D
  }
}

// Warnings about code-blocks and packets mean that a part of the image was left out.
const isComplaint = (line: string) =>
  line.startsWith('[ERROR]') ||
  (line.startsWith('[WARNING]') && /codeblock|code-block|cblk|packet|segment|truncated|bitplane/i.test(line))
