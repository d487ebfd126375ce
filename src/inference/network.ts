import type * as OrtModule from 'onnxruntime-web'
import { Fault } from '../core/fault.ts'
import { withCopiedUpsampling } from '../formats/onnx/copiedUpsampling.ts'
import { LABEL_OUTPUT, SHAPE_OUTPUT, withLabelOutput } from '../formats/onnx/labelOutput.ts'
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

/** D, H, W. */
type Dims = readonly [number, number, number]

/** What a network is asked for: the values of all channels, or which channel has the largest. */
export type Answer = 'values' | 'labels'

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
  run(image: Float32Array, dims: Dims, channels: number): Promise<Float32Array>
  /**
   * The channel of the largest value at each voxel; only of a network that was opened for `labels`.
   *
   * @returns labels in the layout D H W
   * @throws NetworkError
   */
  labels(image: Float32Array, dims: Dims, channels: number): Promise<Uint8Array>
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
  answer: Answer = 'values',
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
  const { session, device } = await openSession(runtime, model, options, bytes =>
    answer === 'labels' ? withLabelOutput(bytes, card.output.name) : bytes,
  )
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
    run: async (image, dims, channels) => {
      const { output } = card
      const results = await run(runtime, session, model, card, image, dims, [output.name])
      const { type, dims: sizes, data } = results[output.name]!
      checkOutput(model, dims, channels, type, sizes)
      return data as Float32Array
    },
    labels: async (image, dims, channels) => {
      const results = await run(runtime, session, model, card, image, dims, [LABEL_OUTPUT, SHAPE_OUTPUT])
      const sizes = [...(results[SHAPE_OUTPUT]!.data as BigInt64Array)].map(Number)
      checkOutput(model, dims, channels, 'float32', sizes)
      return results[LABEL_OUTPUT]!.data as Uint8Array
    },
    close: () => session.release(),
  }
}

async function openSession(
  { ort, build }: Runtime,
  model: ModelFile,
  { device, threads }: NetworkOptions,
  extended: (bytes: Uint8Array) => Uint8Array,
): Promise<{ session: OrtModule.InferenceSession; device: 'cpu' | 'cuda' }> {
  const common = { ...(threads > 0 ? { intraOpNumThreads: threads } : {}), logSeverityLevel: 4 } as const
  const create = (provider: string) => {
    // A GPU doubles as fast as it copies, and the heap of the web build has no room to spare.
    const bytes = provider === 'cpu' ? withCopiedUpsampling(model.bytes) : model.bytes
    return ort.InferenceSession.create(extended(bytes), { ...common, executionProviders: [provider] })
  }
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
  dims: Dims,
  asked: readonly string[],
): Promise<OrtModule.InferenceSession.ReturnType> {
  const input = new ort.Tensor('float32', image, [1, 1, ...dims])
  return session.run({ [card.input.name]: input }, asked).catch(error => {
    throw refused(
      model,
      dims,
      `failed: ${messageOf(error)}`,
      'Check the sizes that the network takes against its card; if memory ran out, run fewer jobs at once.',
      error,
    )
  })
}

/** @throws NetworkError unless the values are float32 of the shape 1 C D H W */
function checkOutput(
  model: ModelFile,
  dims: Dims,
  channels: number,
  type: string,
  sizes: readonly number[],
): void {
  const expected = [1, channels, ...dims]
  if (type === 'float32' && sizes.length === 5 && sizes.every((n, i) => n === expected[i])) return
  throw refused(
    model,
    dims,
    `gave ${type} ${sizes.join('×')}, not float32 ${expected.join('×')}`,
    'Only networks with one value a channel for each voxel of their input are run; correct the card or export the network so.',
  )
}

const refused = (
  model: ModelFile,
  dims: Dims,
  message: string,
  remedy: string,
  cause?: unknown,
): NetworkError =>
  new NetworkError(`${model.where}, given ${dims.join('×')} voxels, ${message}`, {
    remedy,
    where: model.where,
    ...(cause === undefined ? {} : { cause }),
  })

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
