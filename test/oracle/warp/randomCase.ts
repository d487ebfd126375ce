import type { BSplineTransform, SpatialTransform } from '../../../src/core/spatialTransform.ts'
import type { Shape } from '../../../src/core/volume.ts'
import { randomNumbers } from '../../unit/imaging/warp/randomCases.ts'
import { gridOf, type ItkGrid } from './warpCases.ts'

const multiply = (a: number[], b: number[]): number[] =>
  a.map((_, i) => [0, 1, 2].reduce((sum, n) => sum + a[3 * Math.floor(i / 3) + n]! * b[3 * n + (i % 3)]!, 0))

/** Turned about all three axes. */
function rotation(x: number, y: number, z: number): number[] {
  const [cx, sx, cy, sy, cz, sz] = [
    Math.cos(x),
    Math.sin(x),
    Math.cos(y),
    Math.sin(y),
    Math.cos(z),
    Math.sin(z),
  ]
  const aboutXY = multiply([1, 0, 0, 0, cx, -sx, 0, sx, cx], [cy, 0, sy, 0, 1, 0, -sy, 0, cy])
  return multiply(aboutXY, [cz, -sz, 0, sz, cz, 0, 0, 0, 1])
}

const base64 = (data: Int16Array | Float32Array): string =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')

/** A chain of two or three parts, an image and a grid, as values and as make_expectations.py reads them. */
export function randomCase(seed: number) {
  const random = randomNumbers(1000 + seed)
  const about = (width: number) => width * (2 * random() - 1)
  const itkGrid = (size: Shape, spacing: readonly [number, number, number]): ItkGrid => ({
    size,
    spacing,
    origin: [
      (-spacing[0] * (size[0] - 1)) / 2 + about(1),
      (-spacing[1] * (size[1] - 1)) / 2 + about(1),
      (-spacing[2] * (size[2] - 1)) / 2 + about(1),
    ],
    direction: rotation(about(0.3), about(0.3), about(0.3)),
  })
  const fixed = itkGrid([11, 10, 9], [1.3, 1.2, 1.6])
  const moving = itkGrid([13, 12, 10], [1.1, 1.25, 1.5])
  const control = itkGrid([8, 8, 8], [4, 3.75, 4.25])
  const coefficients = Float32Array.from({ length: 3 * 8 ** 3 }, () => about(1.5))
  const bspline: BSplineTransform = {
    kind: 'bspline',
    order: 3,
    grid: control,
    coefficients: Float64Array.from(coefficients),
  }
  const affine: SpatialTransform = {
    kind: 'affine',
    matrix: [1, 0, 0, 0, 1, 0, 0, 0, 1].map(v => v + about(0.1)),
    translation: [about(1), about(1), about(1)],
    centre: [about(5), about(5), about(5)],
  }
  const translation: SpatialTransform = { kind: 'translation', offset: [about(2), about(2), about(2)] }
  const chain = [[bspline], [translation, bspline], [affine, bspline], [bspline, affine]][(seed - 1) % 4]!
  const data = Int16Array.from({ length: 13 * 12 * 10 }, () => Math.round(about(1000)))
  const storedChain = chain.map(part =>
    part.kind === 'bspline' ? { ...part, coefficients: base64(coefficients) } : part,
  )
  return {
    chain,
    grid: gridOf(fixed),
    image: { grid: gridOf(moving), data },
    stored: { fixed, moving, image: base64(data), chain: storedChain },
  }
}
