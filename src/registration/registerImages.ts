import { DataError } from '../core/dataError.ts'
import { Fault } from '../core/fault.ts'
import { formatBytes } from '../core/formatBytes.ts'
import { type Volume, voxelCount } from '../core/volume.ts'
import { ElastixFileError } from '../formats/elastix/fault.ts'
import { formatParameterMap, type ParameterMap, withParameters } from '../formats/elastix/parameterMap.ts'
import { finalMetrics, type StageMetric, steadyLog } from '../formats/elastix/runLog.ts'
import { formatTransform, parseTransform } from '../formats/elastix/transformFile.ts'
import { boxOf, fieldBox, type VoxelBox } from '../imaging/fieldBox.ts'
import { nativeEngine } from './native.ts'
import type { Engine, EngineName } from './registration.ts'
import { wasmEngine } from './wasm.ts'

/** No engine can register as it was asked to. */
export class RegistrationEngineError extends Fault {}

export interface RegistrationRequest {
  readonly fixed: Volume<Int16Array | Float32Array>
  readonly moving: Volume<Int16Array | Float32Array>
  readonly maps: readonly ParameterMap[]
  /** `auto`: native where it is installed. */
  readonly engine: EngineName | 'auto'
  readonly threads: number
  readonly timeoutSeconds: number
  /** mm round the moving image to which the fixed image is restricted; undefined: the whole fixed image. */
  readonly marginMm?: number | undefined
  readonly where: string
}

export interface Registered {
  readonly engine: EngineName
  readonly version: string
  readonly threads: number
  /** The part of the fixed image that was registered; absent when all of it was. */
  readonly restriction?: VoxelBox
  /** Texts of the transform files, the first to be applied first; each names the one before it. */
  readonly transforms: readonly string[]
  /** The parameter files as they were used. */
  readonly parameters: readonly string[]
  readonly metrics: readonly StageMetric[]
  /** The optimiser's log without times and folders. */
  readonly log: string
}

export const transformFileName = (stage: number | string): string => `TransformParameters.${stage}.txt`

/** Transforms that can be carried out afterwards. */
const CARRIED_OUT = new Set([
  'TranslationTransform',
  'EulerTransform',
  'SimilarityTransform',
  'AffineTransform',
  'BSplineTransform',
  'RecursiveBSplineTransform',
])

/**
 * What the maps are changed by: result images take a third of elastix's time and are not needed, and numbers are to be
 * written in full.
 */
const CHANGES = {
  WriteResultImage: ['false'],
  UseBinaryFormatForTransformationParameters: ['false'],
  DefaultOutputPrecision: ['17'],
}

const EACH_RESOLUTION = 'WriteResultImageAfterEachResolution'

/**
 * The maps as the engine gets them.
 *
 * @param overrides parameters that take the place of those of every map
 * @throws ElastixFileError naming the map and what is not supported
 */
export function usedMaps(
  maps: readonly ParameterMap[],
  iterations?: number,
  overrides: Readonly<Record<string, readonly string[]>> = {},
): ParameterMap[] {
  return maps.map((given, stage) => {
    const map = withParameters(given, overrides)
    const where = `parameter map ${stage}`
    const transform = map.get('Transform')?.[0]
    if (transform === undefined || !CARRIED_OUT.has(transform))
      throw new ElastixFileError(`the transform ${transform ?? 'of no name'} is not supported`, {
        where,
        remedy: `Use one of ${[...CARRIED_OUT].join(', ')}.`,
      })
    if (
      (map.get('BSplineTransformSplineOrder')?.[0] ?? '3') !== '3' ||
      map.get('UseCyclicTransform')?.[0] === 'true'
    )
      throw new ElastixFileError('only B-splines of order 3 that are not cyclic are supported', { where })
    if (stage > 0 && map.get('HowToCombineTransforms')?.[0] === 'Add')
      throw new ElastixFileError('transforms that are added to the one before are not supported', {
        where,
        remedy: 'Use (HowToCombineTransforms "Compose"), the default of elastix.',
      })
    return withParameters(map, {
      ...CHANGES,
      ...(map.has(EACH_RESOLUTION) ? { [EACH_RESOLUTION]: ['false'] } : {}),
      ...(iterations === undefined ? {} : { MaximumNumberOfIterations: [String(iterations)] }),
    })
  })
}

async function chosenEngine(wanted: EngineName | 'auto'): Promise<Engine> {
  if (wanted === 'wasm') return wasmEngine
  const native = await nativeEngine()
  if (native !== undefined) return native
  if (wanted === 'auto') return wasmEngine
  throw new RegistrationEngineError('elastix is not installed, or does not start', {
    remedy: 'Install elastix and see that `elastix --version` works, or use the engine wasm or auto.',
  })
}

/** Measured: 91.7 million voxels of int16 take 3.0 GB. elastix holds four levels of the pyramids, and more while it smooths. */
const WASM_BYTES_A_VOXEL = 34
const WASM_HEAP = 4 * 2 ** 30

/**
 * Registers the moving image to the fixed one. The transforms are given as texts whose numbers are the doubles of the
 * engine; whoever carries them out reads them from the texts, so that the same files give the same bits later.
 *
 * @throws DataError when the images cannot be registered; Fault when the request cannot be carried out by any image.
 */
export async function registerImages(request: RegistrationRequest): Promise<Registered> {
  const { fixed, moving, maps, marginMm, where } = request
  for (const name of ['fixed', 'moving'] as const)
    if (isConstant(request[name].data))
      throw new DataError('registration-failed', `${where}: the ${name} image has one value throughout`, {
        where,
      })
  const engine = await chosenEngine(request.engine)
  const box = marginMm === undefined ? undefined : fieldBox(fixed.grid, moving.grid, marginMm)
  const part = box === undefined ? fixed : boxOf(fixed, box)
  if (engine.name === 'wasm') checkHeap(part, moving, box, where)
  const threads = engine.threads(request.threads)
  const { transforms, log } = await engine.register({
    fixed: part,
    moving,
    maps,
    threads,
    timeoutSeconds: request.timeoutSeconds,
    where,
  })
  return {
    engine: engine.name,
    version: engine.version,
    threads,
    ...(box === undefined ? {} : { restriction: box }),
    transforms: transforms.map((map, stage) => transformText(map, stage, request, log)),
    parameters: maps.map(formatParameterMap),
    metrics: finalMetrics(log),
    log: steadyLog(log),
  }
}

const isConstant = (data: Int16Array | Float32Array): boolean => {
  for (let i = 1; i < data.length; i++) if (data[i] !== data[0]) return false
  return true
}

/** The transform of one stage, on the whole fixed grid and with the name of the one before it, without its folder. */
function transformText(map: ParameterMap, stage: number, request: RegistrationRequest, log: string): string {
  try {
    const initial = stage === 0 ? 'NoInitialTransform' : transformFileName(stage - 1)
    const named = withParameters(map, { InitialTransformParametersFileName: [initial] })
    const { transform, defaultPixelValue } = parseTransform(named)
    return formatTransform({
      transform,
      ...(stage === 0 ? {} : { initial }),
      fixedGrid: request.fixed.grid,
      defaultPixelValue,
    })
  } catch (error) {
    if (!(error instanceof ElastixFileError)) throw error
    // The optimiser ran away to what is no number.
    throw new DataError(
      'registration-failed',
      `${request.where}: stage ${stage} diverged: ${error.message}`,
      {
        where: request.where,
        cause: error,
        log,
      },
    )
  }
}

function checkHeap(fixed: Volume, moving: Volume, box: VoxelBox | undefined, where: string): void {
  const bytes = WASM_BYTES_A_VOXEL * (voxelCount(fixed.grid.shape) + voxelCount(moving.grid.shape))
  if (bytes <= WASM_HEAP) return
  const size = fixed.grid.shape.join(' × ')
  throw new RegistrationEngineError(
    `${where}: the fixed image (${size} voxels${box === undefined ? '' : ' where the moving image is'}) needs ${formatBytes(bytes)}, more than the ${formatBytes(WASM_HEAP)} of the wasm engine`,
    {
      remedy: 'Install elastix, which has no such limit, or resample the fixed image to larger voxels.',
      where,
    },
  )
}
