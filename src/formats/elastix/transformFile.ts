import type { Point } from '../../core/affine.ts'
import type { AffineTransform, BSplineTransform, SpatialTransform } from '../../core/spatialTransform.ts'
import type { Grid } from '../../core/volume.ts'
import { ElastixFileError } from './fault.ts'
import { geometryOf, gridOf } from './imageGeometry.ts'
import { lifted, liftedBSpline, liftedGeometry } from './liftedTransform.ts'
import { linearTransform } from './linearTransform.ts'
import { formatParameterMap, type ParameterMap } from './parameterMap.ts'

/**
 * What a TransformParameters file says (elastix manual, section 6.1.2). Points in two dimensions are lifted to the
 * plane z = 0 of three.
 */
export interface ElastixTransform {
  readonly transform: SpatialTransform
  /** The file of the transform that is applied before this one, as this one names it. */
  readonly initial?: string
  /** Where the fixed image lies. */
  readonly fixedGrid?: Grid
  /** Value of voxels that come from outside the moving image. */
  readonly defaultPixelValue: number
}

const NO_INITIAL = new Set(['', 'NoInitialTransform'])

/** The numbers of a parameter. @throws ElastixFileError when one is none. */
class MapReader {
  constructor(
    readonly map: ParameterMap,
    readonly source: string | undefined,
  ) {}

  fail(message: string, remedy?: string): ElastixFileError {
    return new ElastixFileError(message, {
      where: this.source,
      ...(remedy === undefined ? {} : { remedy }),
    })
  }

  word(name: string): string | undefined {
    return this.map.get(name)?.[0]
  }

  numbers(name: string, count?: number): number[] {
    const words = this.map.get(name)
    if (words === undefined) throw this.fail(`the parameter ${name} is missing`)
    if (count !== undefined && words.length !== count)
      throw this.fail(`${name} has ${words.length} numbers, not ${count}`)
    const values = words.map(Number)
    const bad = values.findIndex(v => !Number.isFinite(v))
    if (bad >= 0) throw this.fail(`${name} holds ${words[bad]}, which is no number`)
    return values
  }
}

/**
 * The transform of a TransformParameters file. Translation, Euler, Similarity, Affine and BSpline of order 3 are known.
 *
 * @throws ElastixFileError for others, and for what is missing or no number.
 */
export function parseTransform(map: ParameterMap, source?: string): ElastixTransform {
  const reader = new MapReader(map, source)
  const name = reader.word('Transform')
  if (name === undefined) throw reader.fail('the parameter Transform is missing: this is no transform file')
  if (reader.word('UseBinaryFormatForTransformationParameters') === 'true')
    throw reader.fail(
      'its numbers lie in a binary file beside it, which is not read',
      'Register with (UseBinaryFormatForTransformationParameters "false").',
    )
  const initial =
    reader.word('InitialTransformParameterFileName') ??
    reader.word('InitialTransformParametersFileName') ??
    ''
  const hasInitial = !NO_INITIAL.has(initial)
  if (hasInitial && reader.word('HowToCombineTransforms') === 'Add')
    throw reader.fail(
      'transforms that are added to their initial transform are not supported',
      'Register with (HowToCombineTransforms "Compose"), the default of elastix.',
    )
  const grid = fixedGrid(reader)
  return {
    transform: spatialTransform(name, reader),
    ...(hasInitial ? { initial } : {}),
    ...(grid === undefined ? {} : { fixedGrid: grid }),
    defaultPixelValue: map.has('DefaultPixelValue') ? reader.numbers('DefaultPixelValue', 1)[0]! : 0,
  }
}

function spatialTransform(name: string, reader: MapReader): SpatialTransform {
  if (name === 'BSplineTransform' || name === 'RecursiveBSplineTransform') return bspline(reader)
  const known = linearTransform(name, {
    parameters: () => reader.numbers('TransformParameters'),
    centre: axes => reader.numbers('CenterOfRotationPoint', axes),
    zyx: reader.word('ComputeZYX') === 'true',
  })
  if (known === undefined)
    throw reader.fail(
      `the transform ${name} is not supported, or has another number of parameters than it should`,
      'Register with TranslationTransform, EulerTransform, SimilarityTransform, AffineTransform or BSplineTransform.',
    )
  return known.axes === 3 ? known.transform : lifted(known.transform)
}

function bspline(reader: MapReader): BSplineTransform {
  const order = reader.word('BSplineTransformSplineOrder') ?? '3'
  if (order !== '3')
    throw reader.fail(`a B-spline of order ${order} is not supported`, 'Register with order 3.')
  if (reader.word('UseCyclicTransform') === 'true') throw reader.fail('a cyclic B-spline is not supported')
  const size = reader.numbers('GridSize')
  const axes = size.length
  if (axes !== 2 && axes !== 3) throw reader.fail(`GridSize has ${axes} numbers; 2 or 3 are supported`)
  const spacing = reader.numbers('GridSpacing', axes)
  const first = reader.map.has('GridIndex') ? reader.numbers('GridIndex', axes) : size.map(() => 0)
  const direction = directionOf(reader, 'GridDirection', axes)
  const origin = reader
    .numbers('GridOrigin', axes)
    .map((o, r) => first.reduce((sum, i, c) => sum + direction[axes * r + c]! * spacing[c]! * i, o))
  const points = size.reduce((a, b) => a * b, 1)
  const coefficients = Float64Array.from(reader.numbers('TransformParameters', points * axes))
  if (axes === 2) return liftedBSpline({ size, spacing, origin, direction, coefficients })
  return {
    kind: 'bspline',
    order: 3,
    grid: { size: pointOf(size), spacing: pointOf(spacing), origin: pointOf(origin), direction },
    coefficients,
  }
}

const pointOf = ([x, y, z]: readonly number[]): Point => [x!, y!, z!]

/** elastix writes a direction axis after axis, that is by columns of the matrix; here it is by rows. */
const transposed = (m: readonly number[], axes: number): number[] =>
  m.map((_, at) => m[(at % axes) * axes + Math.floor(at / axes)]!)

const directionOf = (reader: MapReader, name: string, axes: number): number[] =>
  reader.map.has(name)
    ? transposed(reader.numbers(name, axes * axes), axes)
    : Array.from({ length: axes * axes }, (_, at) => (at % (axes + 1) === 0 ? 1 : 0))

function fixedGrid(reader: MapReader): Grid | undefined {
  if (!reader.map.has('Size')) return undefined
  const size = reader.numbers('Size')
  const axes = size.length
  if (axes !== 2 && axes !== 3) throw reader.fail(`Size has ${axes} numbers; 2 or 3 are supported`)
  const spacing = reader.numbers('Spacing', axes)
  const direction =
    reader.word('UseDirectionCosines') === 'false'
      ? directionOf(new MapReader(new Map(), reader.source), 'Direction', axes)
      : directionOf(reader, 'Direction', axes)
  const index = reader.map.has('Index') ? reader.numbers('Index', axes) : size.map(() => 0)
  const origin = reader
    .numbers('Origin', axes)
    .map((o, r) => index.reduce((sum, i, c) => sum + direction[axes * r + c]! * spacing[c]! * i, o))
  const geometry = { size, spacing, origin, direction }
  return gridOf(axes === 3 ? geometry : liftedGeometry(geometry))
}

/** Every double by the shortest decimal that reads back as the same double. */
const decimals = (values: Iterable<number>): string[] => Array.from(values, v => String(v + 0))

/**
 * A TransformParameters file that elastix and transformix read, and that `parseTransform` reads back to the same
 * doubles.
 */
export function formatTransform({
  transform,
  initial,
  fixedGrid,
  defaultPixelValue,
}: ElastixTransform): string {
  const map = new Map<string, readonly string[]>(transformParameters(transform))
  map.set('InitialTransformParametersFileName', [initial ?? 'NoInitialTransform'])
  map.set('HowToCombineTransforms', ['Compose'])
  map.set('FixedImageDimension', ['3'])
  map.set('MovingImageDimension', ['3'])
  map.set('FixedInternalImagePixelType', ['float'])
  map.set('MovingInternalImagePixelType', ['float'])
  if (fixedGrid !== undefined) {
    const { size, spacing, origin, direction } = geometryOf(fixedGrid)
    map.set('Size', decimals(size))
    map.set('Index', ['0', '0', '0'])
    map.set('Spacing', decimals(spacing))
    map.set('Origin', decimals(origin))
    map.set('Direction', decimals(transposed(direction, 3)))
    map.set('UseDirectionCosines', ['true'])
  }
  map.set('ResampleInterpolator', ['FinalBSplineInterpolator'])
  map.set('FinalBSplineInterpolationOrder', ['3'])
  map.set('Resampler', ['DefaultResampler'])
  map.set('DefaultPixelValue', decimals([defaultPixelValue]))
  map.set('ResultImageFormat', ['nii'])
  map.set('ResultImagePixelType', ['float'])
  map.set('CompressResultImage', ['false'])
  return formatParameterMap(map)
}

function transformParameters(transform: SpatialTransform): [string, readonly string[]][] {
  const parameters = (name: string, values: ArrayLike<number>): [string, readonly string[]][] => [
    ['Transform', [name]],
    ['NumberOfParameters', [String(values.length)]],
    ['TransformParameters', decimals(Array.from(values))],
  ]
  if (transform.kind === 'translation') return parameters('TranslationTransform', transform.offset)
  if (transform.kind === 'affine')
    return [
      ...parameters('AffineTransform', affineNumbers(transform)),
      ['CenterOfRotationPoint', decimals(transform.centre)],
    ]
  const { size, spacing, origin, direction } = transform.grid
  return [
    ...parameters('BSplineTransform', transform.coefficients),
    ['GridSize', decimals(size)],
    ['GridIndex', ['0', '0', '0']],
    ['GridSpacing', decimals(spacing)],
    ['GridOrigin', decimals(origin)],
    ['GridDirection', decimals(transposed(direction, 3))],
    ['BSplineTransformSplineOrder', ['3']],
    ['UseCyclicTransform', ['false']],
  ]
}

const affineNumbers = ({ matrix, translation }: AffineTransform): number[] => [...matrix, ...translation]
