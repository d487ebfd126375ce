import type * as OrtModule from 'onnxruntime-web'
import { Fault } from '../core/fault.ts'
import type { ModelCard } from './cardSchema.ts'
import { NetworkMemoryError, WEB_HEAP_BYTES } from './networkMemory.ts'
import { loadRuntime, type Runtime, type RuntimeChoice, setWebThreads } from './runtime.ts'

/** A network as it lies on the disk. */
export interface ModelFile {
  readonly bytes: Uint8Array
  /** SHA-256 (hex) of the bytes. */
  readonly sha256: string
  /** Path as the user knows it, for messages. */
  readonly where: string
}

export type Device = 'auto' | 'cpu' | 'cuda'

export interface NetworkOptions {
  readonly device: Device
  /** Threads of one operation; 0: as many as there are cores. */
  readonly threads: number
  /** Bytes that this process may use. */
  readonly availableBytes: number
  readonly runtime?: RuntimeChoice
}

/** A model is not the one of its card. */
export class ModelAlteredError extends Fault {
  constructor(model: ModelFile, card: ModelCard) {
    super(`${model.where} has SHA-256 ${model.sha256}, its card says ${card.sha256}`, {
      remedy:
        'Get the model again from its source; if it was changed on purpose, write the new hash into its card.',
      where: model.where,
    })
  }
}

/** ONNX Runtime, or the device asked for, refused a network. */
export class NetworkError extends Fault {}

/** A network that is ready to run. */
export interface Network {
  readonly build: Runtime['build']
  readonly device: 'cpu' | 'cuda'
  /**
   * @param image values in the layout D H W, W fastest
   * @param dims D, H, W
   * @returns values of all channels in the layout C D H W
   * @throws NetworkError
   */
  run(image: Float32Array, dims: readonly [number, number, number], channels: number): Promise<Float32Array>
  close(): Promise<void>
}

/**
 * Opens a network, on the GPU where its provider loads and `device` allows it.
 *
 * @param needed predicted peak memory in bytes
 * @throws ModelAlteredError, NetworkMemoryError, NetworkError
 */
export async function openNetwork(
  model: ModelFile,
  card: ModelCard,
  needed: number,
  options: NetworkOptions,
): Promise<Network> {
  if (model.sha256 !== card.sha256) throw new ModelAlteredError(model, card)
  if (needed > options.availableBytes)
    throw new NetworkMemoryError(model.where, needed, options.availableBytes, false)
  const runtime = await loadRuntime(options.runtime ?? 'auto').catch(error => {
    throw new NetworkError(`ONNX Runtime does not load: ${messageOf(error)}`, {
      remedy:
        'Install the packages of voxmill again (npm ci); onnxruntime-node or onnxruntime-web must be there.',
      cause: error,
    })
  })
  if (runtime.build === 'web') {
    if (options.device === 'cuda')
      throw noCuda('the native build of ONNX Runtime does not load, and the WebAssembly build has no GPU')
    if (needed > WEB_HEAP_BYTES) throw new NetworkMemoryError(model.where, needed, WEB_HEAP_BYTES, true)
    setWebThreads(runtime, options.threads)
  }
  const { session, device } = await openSession(runtime, model, options)
  for (const [kind, name, names] of [
    ['input', card.input.name, session.inputNames],
    ['output', card.output.name, session.outputNames],
  ] as const)
    if (!names.includes(name))
      throw new NetworkError(`${model.where} has no ${kind} '${name}'; it has ${names.join(', ')}`, {
        remedy: `Write the name of the ${kind} into the model card (${kind}.name).`,
        where: model.where,
      })
  return {
    build: runtime.build,
    device,
    run: (image, dims, channels) => run(runtime, session, model, card, image, dims, channels),
    close: () => session.release(),
  }
}

async function openSession(
  { ort, build }: Runtime,
  model: ModelFile,
  { device, threads }: NetworkOptions,
): Promise<{ session: OrtModule.InferenceSession; device: 'cpu' | 'cuda' }> {
  const common = { ...(threads > 0 ? { intraOpNumThreads: threads } : {}), logSeverityLevel: 4 } as const
  const create = (provider: string) =>
    ort.InferenceSession.create(model.bytes, { ...common, executionProviders: [provider] })
  if (build === 'native' && device !== 'cpu') {
    try {
      return { session: await create('cuda'), device: 'cuda' }
    } catch (error) {
      if (device === 'cuda') throw noCuda(messageOf(error), error)
    }
  }
  try {
    return { session: await create(build === 'web' ? 'wasm' : 'cpu'), device: 'cpu' }
  } catch (error) {
    throw new NetworkError(`ONNX Runtime cannot open ${model.where}: ${messageOf(error)}`, {
      remedy:
        'Check that the file is an ONNX model of an opset that this ONNX Runtime knows, and export it again.',
      where: model.where,
      cause: error,
    })
  }
}

const noCuda = (reason: string, cause?: unknown): NetworkError =>
  new NetworkError(`the network was to run on CUDA, and its provider does not load: ${reason}`, {
    remedy:
      'Check the driver (nvidia-smi), CUDA 12 and cuDNN 9, and that onnxruntime-node was installed with its CUDA libraries (docs/how-to/segment.md); or use --device cpu.',
    ...(cause === undefined ? {} : { cause }),
  })

async function run(
  { ort }: Runtime,
  session: OrtModule.InferenceSession,
  model: ModelFile,
  card: ModelCard,
  image: Float32Array,
  dims: readonly [number, number, number],
  channels: number,
): Promise<Float32Array> {
  const input = new ort.Tensor('float32', image, [1, 1, ...dims])
  const refused = (message: string, remedy: string, cause?: unknown) =>
    new NetworkError(`${model.where}, given ${dims.join('×')} voxels, ${message}`, {
      remedy,
      where: model.where,
      ...(cause === undefined ? {} : { cause }),
    })
  const results = await session.run({ [card.input.name]: input }, [card.output.name]).catch(error => {
    throw refused(
      `failed: ${messageOf(error)}`,
      'Check the sizes that the network takes against its card; if memory ran out, run fewer jobs at once.',
      error,
    )
  })
  const output = results[card.output.name]!
  const expected = [1, channels, ...dims]
  if (output.type !== 'float32' || output.dims.length !== 5 || output.dims.some((n, i) => n !== expected[i]))
    throw refused(
      `gave ${output.type} ${output.dims.join('×')}, not float32 ${expected.join('×')}`,
      'Only networks with one value a channel for each voxel of their input are run; correct the card or export the network so.',
    )
  return output.data as Float32Array
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
