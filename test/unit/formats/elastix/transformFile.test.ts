import { describe, expect, it } from 'vitest'
import { affine, lpsToRas } from '../../../../src/core/affine.ts'
import type { SpatialTransform } from '../../../../src/core/spatialTransform.ts'
import type { Grid } from '../../../../src/core/volume.ts'
import { parseParameterMap } from '../../../../src/formats/elastix/parameterMap.ts'
import { formatTransform, parseTransform } from '../../../../src/formats/elastix/transformFile.ts'
import { pointMover } from '../../../../src/imaging/warp/pointMover.ts'

const parsed = (text: string) => parseTransform(parseParameterMap(text, 'T.txt'), 'T.txt')

const moved = (transform: SpatialTransform, x: number, y: number, z: number): number[] => {
  const p: [number, number, number] = [x, y, z]
  pointMover([transform])(p)
  return p
}

const close = (actual: number[], expected: number[]) =>
  actual.forEach((v, i) => {
    expect(v).toBeCloseTo(expected[i]!, 12)
  })

const awkward = [0.1 + 0.2, -1 / 3, 1e-17, Math.PI * 1e5, 5e-324, -0.0625, 2 ** 60, 1.1, 1e21]

const grid: Grid = {
  shape: [4, 5, 6],
  affine: lpsToRas(affine<'voxel', 'lps'>([0.7, 0, 0, -1 / 3, 0, 0.9, 0, 0.1, 0, 0, 2.5, 7])),
}

describe('a transform file', () => {
  const transforms: SpatialTransform[] = [
    { kind: 'translation', offset: [0.1 + 0.2, -1 / 3, 1e-17] },
    { kind: 'affine', matrix: awkward, translation: [1 / 7, 0, -2], centre: [Math.E, 1e-9, -4] },
    {
      kind: 'bspline',
      order: 3,
      grid: {
        size: [4, 5, 4],
        spacing: [10.1, 9.9, 1 / 3],
        origin: [-1, 0.3, 2],
        direction: [0.6, -0.8, 0, 0.8, 0.6, 0, 0, 0, 1],
      },
      coefficients: Float64Array.from({ length: 240 }, (_, i) => Math.sin(i) / 3),
    },
  ]
  it.each(transforms.map(t => [t.kind, t] as const))(
    'of a %s reads back to the same doubles',
    (_, transform) => {
      const whole = {
        transform,
        initial: 'TransformParameters.0.txt',
        fixedGrid: grid,
        defaultPixelValue: -1024.1,
      }
      const again = parsed(formatTransform(whole))
      expect(again).toEqual(whole)
      expect(formatTransform(again)).toBe(formatTransform(whole))
    },
  )

  it('says where the fixed image lies, axis after axis', () => {
    const oblique = parsed(
      `(Transform "TranslationTransform")(TransformParameters 0 0 0)(Size 2 3 4)(Index 1 0 0)(Spacing 2 1 1)
       (Origin 10 20 30)(Direction 0.6 0.8 0 -0.8 0.6 0 0 0 1)`.replaceAll(')(', ')\n('),
    )
    // The voxel of index 0 lies one step along the first axis from Origin.
    expect(oblique.fixedGrid!.shape).toEqual([2, 3, 4])
    close(
      [...oblique.fixedGrid!.affine].slice(0, 12),
      [-1.2, 0.8, 0, -11.2, -1.6, -0.6, 0, -21.6, 0, 0, 1, 30],
    )
  })

  it('turns by Euler angles about its centre: y first, then x, then z', () => {
    const text = (zyx: boolean) => `(Transform "EulerTransform")
(TransformParameters 0.2 -0.3 0.5 1 2 3)
(CenterOfRotationPoint 4 5 6)
(ComputeZYX "${zyx}")`
    const turnX = ([x, y, z]: number[], a: number) => [
      x!,
      y! * Math.cos(a) - z! * Math.sin(a),
      y! * Math.sin(a) + z! * Math.cos(a),
    ]
    const turnY = ([x, y, z]: number[], a: number) => [
      x! * Math.cos(a) + z! * Math.sin(a),
      y!,
      z! * Math.cos(a) - x! * Math.sin(a),
    ]
    const turnZ = ([x, y, z]: number[], a: number) => [
      x! * Math.cos(a) - y! * Math.sin(a),
      x! * Math.sin(a) + y! * Math.cos(a),
      z!,
    ]
    const back = ([x, y, z]: number[]) => [x! + 5, y! + 7, z! + 9]
    const from = [10 - 4, -3 - 5, 8 - 6]
    close(moved(parsed(text(false)).transform, 10, -3, 8), back(turnZ(turnX(turnY(from, -0.3), 0.2), 0.5)))
    close(moved(parsed(text(true)).transform, 10, -3, 8), back(turnZ(turnY(turnX(from, 0.2), -0.3), 0.5)))
  })

  it('turns and scales by a similarity: a versor, a translation, a scale', () => {
    const half = 0.7 / 2
    const { transform } = parsed(`(Transform "SimilarityTransform")
(TransformParameters 0 0 ${Math.sin(half)} 1 2 3 1.5)
(CenterOfRotationPoint 0 0 0)`)
    close(moved(transform, 2, 0, 4), [3 * Math.cos(0.7) + 1, 3 * Math.sin(0.7) + 2, 9])
  })

  it('of two dimensions moves the plane and leaves z', () => {
    const points = Array.from({ length: 25 }, (_, i) => i)
    const { transform, fixedGrid } = parsed(`(Transform "BSplineTransform")
(TransformParameters ${points.map(i => i % 5).join(' ')} ${points.map(() => 7).join(' ')})
(GridSize 5 5)
(GridSpacing 10 10)
(GridOrigin -20 -20)
(Size 5 6)
(Spacing 1 1)
(Origin 0 0)
(BSplineTransformSplineOrder 3)`)
    // A cubic B-spline gives back a straight line of coefficients: x + (x / 10 + 2).
    close(moved(transform, 3, -4, 12.5), [3 + 0.3 + 2, 3, 12.5])
    close(moved(transform, 3, -4, -400), [3 + 0.3 + 2, 3, -400])
    expect(fixedGrid!.shape).toEqual([5, 6, 1])
    const turned = parsed(
      '(Transform "EulerTransform")\n(TransformParameters 0.5 1 2)\n(CenterOfRotationPoint 0 0)',
    )
    close(moved(turned.transform, 1, 0, 9), [Math.cos(0.5) + 1, Math.sin(0.5) + 2, 9])
  })

  it.each([
    ['(Transform "SplineKernelTransform")', 'T.txt: the transform SplineKernelTransform is not supported'],
    ['(Transform "File")', 'the transform File is not supported'],
    ['(Size 1 2)', 'the parameter Transform is missing'],
    ['(Transform "TranslationTransform")', 'the parameter TransformParameters is missing'],
    ['(Transform "TranslationTransform")\n(TransformParameters 1 2 3 4)', 'another number of parameters'],
    ['(Transform "TranslationTransform")\n(TransformParameters 1 nan 3)', 'TransformParameters holds nan'],
    [
      '(Transform "BSplineTransform")\n(BSplineTransformSplineOrder 2)\n(GridSize 4 4 4)',
      'a B-spline of order 2 is not supported',
    ],
    [
      '(Transform "AffineTransform")\n(UseBinaryFormatForTransformationParameters "true")',
      'its numbers lie in a binary file',
    ],
    [
      '(Transform "TranslationTransform")\n(InitialTransformParametersFileName "a.txt")\n(HowToCombineTransforms "Add")',
      'added to their initial transform',
    ],
  ])('is refused with the reason: %s', (text, message) => {
    expect(() => parsed(text)).toThrow(message)
  })
})
