import type { Point } from '../../core/affine.ts'
import type { AffineTransform, TranslationTransform } from '../../core/spatialTransform.ts'
import type { PlaneTransform } from './liftedTransform.ts'

/** What a file says beside the name of its transform. */
export interface LinearParameters {
  parameters(): number[]
  /** mm. */
  centre(axes: number): number[]
  /** Order of the rotations of an Euler transform: about z last, in place of y, x, z. */
  readonly zyx: boolean
}

export type Linear =
  | { readonly axes: 2; readonly transform: PlaneTransform }
  | { readonly axes: 3; readonly transform: TranslationTransform | AffineTransform }

const pointOf = ([x, y, z]: readonly number[]): Point => [x!, y!, z!]

/**
 * Transforms that elastix keeps as a few numbers: TranslationTransform, EulerTransform, SimilarityTransform and
 * AffineTransform, with the parameters of ITK's transforms of these names in 2 and 3 dimensions.
 *
 * @returns undefined for any other name, or number of parameters.
 */
export function linearTransform(
  name: string,
  { parameters, centre, zyx }: LinearParameters,
): Linear | undefined {
  const plane = (matrix: number[], translation: number[]): Linear => ({
    axes: 2,
    transform: { kind: 'affine', matrix, translation, centre: centre(2) },
  })
  const space = (matrix: number[], translation: number[]): Linear => ({
    axes: 3,
    transform: { kind: 'affine', matrix, translation: pointOf(translation), centre: pointOf(centre(3)) },
  })
  if (!READABLE.has(name)) return undefined
  const p = parameters()
  switch (`${name} ${p.length}`) {
    case 'TranslationTransform 2':
      return { axes: 2, transform: { kind: 'translation', offset: p } }
    case 'TranslationTransform 3':
      return { axes: 3, transform: { kind: 'translation', offset: pointOf(p) } }
    case 'EulerTransform 3':
      return plane(turned(p[0]!, 1), p.slice(1))
    case 'SimilarityTransform 4':
      return plane(turned(p[1]!, p[0]!), p.slice(2))
    case 'AffineTransform 6':
      return plane(p.slice(0, 4), p.slice(4))
    case 'EulerTransform 6':
      return space(eulerMatrix(p[0]!, p[1]!, p[2]!, zyx), p.slice(3))
    case 'SimilarityTransform 7':
      return space(
        versorMatrix(p[0]!, p[1]!, p[2]!).map(v => v * p[6]!),
        p.slice(3, 6),
      )
    case 'AffineTransform 12':
      return space(p.slice(0, 9), p.slice(9))
    default:
      return undefined
  }
}

const READABLE = new Set(['TranslationTransform', 'EulerTransform', 'SimilarityTransform', 'AffineTransform'])

const turned = (angle: number, scale: number): number[] => {
  const [c, s] = [scale * Math.cos(angle), scale * Math.sin(angle)]
  return [c, -s, s, c]
}

function product(a: readonly number[], b: readonly number[]): number[] {
  return a.map((_, at) => {
    const [r, c] = [Math.floor(at / 3), at % 3]
    return a[3 * r]! * b[c]! + a[3 * r + 1]! * b[3 + c]! + a[3 * r + 2]! * b[6 + c]!
  })
}

/** itk::Euler3DTransform: Rz · Rx · Ry, or Rz · Ry · Rx with ComputeZYX. */
function eulerMatrix(x: number, y: number, z: number, zyx: boolean): number[] {
  const rx = [1, 0, 0, 0, Math.cos(x), -Math.sin(x), 0, Math.sin(x), Math.cos(x)]
  const ry = [Math.cos(y), 0, Math.sin(y), 0, 1, 0, -Math.sin(y), 0, Math.cos(y)]
  const rz = [Math.cos(z), -Math.sin(z), 0, Math.sin(z), Math.cos(z), 0, 0, 0, 1]
  return product(rz, zyx ? product(ry, rx) : product(rx, ry))
}

/** The rotation of a unit quaternion of which the vector part is given (itk::VersorTransform). */
function versorMatrix(x: number, y: number, z: number): number[] {
  const w = Math.sqrt(Math.max(0, 1 - x * x - y * y - z * z))
  return [
    1 - 2 * (y * y + z * z),
    2 * (x * y - z * w),
    2 * (x * z + y * w),
    2 * (x * y + z * w),
    1 - 2 * (x * x + z * z),
    2 * (y * z - x * w),
    2 * (x * z - y * w),
    2 * (y * z + x * w),
    1 - 2 * (x * x + y * y),
  ]
}
