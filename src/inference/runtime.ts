import { availableParallelism } from 'node:os'
import type * as OrtModule from 'onnxruntime-web'

type Ort = typeof OrtModule

/** ONNX Runtime as it was found: the native build, or the WebAssembly build where the native one does not load. */
export interface Runtime {
  readonly build: 'native' | 'web'
  readonly ort: Ort
}

/** `auto` takes the native build and falls back to the other. */
export type RuntimeChoice = 'auto' | 'native' | 'web'

let native: Promise<Runtime> | undefined
let web: Promise<Runtime> | undefined

/** @throws whatever the package throws that does not load */
export function loadRuntime(choice: RuntimeChoice): Promise<Runtime> {
  if (choice === 'web') return webRuntime()
  native ??= loadNative()
  return choice === 'native' ? native : native.catch(webRuntime)
}

function webRuntime(): Promise<Runtime> {
  web ??= loadWeb()
  return web
}

async function loadNative(): Promise<Runtime> {
  const module = (await import('onnxruntime-node')) as unknown as Ort & { readonly default?: Ort }
  const ort = module.default ?? module
  // It writes to stderr what it throws as well.
  ort.env.logLevel = 'fatal'
  return { build: 'native', ort }
}

async function loadWeb(): Promise<Runtime> {
  const ort = await import('onnxruntime-web')
  ort.env.logLevel = 'fatal'
  return { build: 'web', ort }
}

/** Threads of the WebAssembly build are set once for the process. */
export function setWebThreads({ ort }: Runtime, threads: number): void {
  ort.env.wasm.numThreads = threads > 0 ? threads : availableParallelism()
}
