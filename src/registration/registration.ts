import type { Volume } from '../core/volume.ts'
import type { ParameterMap } from '../formats/elastix/parameterMap.ts'

export type EngineName = 'native' | 'wasm'

/** Two images to register, and how. */
export interface RegistrationTask {
  readonly fixed: Volume<Int16Array | Float32Array>
  readonly moving: Volume<Int16Array | Float32Array>
  /** One a stage; each stage begins where the one before it ended. */
  readonly maps: readonly ParameterMap[]
  readonly threads: number
  readonly timeoutSeconds: number
  /** What the images are called in messages. */
  readonly where: string
}

/** What an engine found. */
export interface EngineResult {
  /** The transform file of each stage, as the engine gives it. */
  readonly transforms: readonly ParameterMap[]
  /** What the engine said; empty where it says nothing. */
  readonly log: string
}

export interface Engine {
  readonly name: EngineName
  readonly version: string
  /** Threads that it makes use of, of those it may. */
  threads(allowed: number): number
  /** @throws DataError when the images cannot be registered, or not in time. */
  register(task: RegistrationTask): Promise<EngineResult>
}
