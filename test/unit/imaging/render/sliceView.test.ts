import { describe, expect, it } from 'vitest'
import { affine, invert, type Point, transformPoint } from '../../../../src/core/affine.ts'
import type { Grid, Shape } from '../../../../src/core/volume.ts'
import {
  nearestValues,
  PLANES,
  type Plane,
  type SliceView,
  sliceView,
  viewedLabels,
  viewedValues,
} from '../../../../src/imaging/render/sliceView.ts'

/** mm of the body that the grids below cover, along R, A and S from 0. */
const BODY: Point = [48, 36, 60]
/** Distances of voxels along R, A and S: none alike, so that exchanged axes show. */
const SPACING: Point = [2, 3, 4]
const AXES = ['RL', 'AP', 'SI'] as const

/** All 48: each order of the axes, each of them in both ways. */
const ORIENTATIONS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
].flatMap(order =>
  Array.from({ length: 8 }, (_, flips) => order.map((axis, n) => AXES[axis]![(flips >> n) & 1]!).join('')),
)

/** A grid of the body whose i, j, k go to these ends. */
function gridTowards(letters: string): Grid {
  const rows = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
  const shape = [0, 0, 0]
  for (const [n, letter] of [...letters].entries()) {
    const axis = AXES.findIndex(a => a.includes(letter))
    const isUp = AXES[axis]![0] === letter
    shape[n] = BODY[axis]! / SPACING[axis]!
    rows[4 * axis + n] = isUp ? SPACING[axis]! : -SPACING[axis]!
    rows[4 * axis + 3] = isUp ? SPACING[axis]! / 2 : BODY[axis]! - SPACING[axis]! / 2
  }
  return { shape: shape as unknown as Shape, affine: affine(rows) }
}

/** Values of a function of the place in the body, mm along R, A, S. */
function sampled(grid: Grid, of: (ras: Point) => number): Float32Array {
  const [ni, nj, nk] = grid.shape
  const data = new Float32Array(ni * nj * nk)
  for (let k = 0, at = 0; k < nk; k++)
    for (let j = 0; j < nj; j++)
      for (let i = 0; i < ni; i++, at++) data[at] = of(transformPoint(grid.affine, [i, j, k]))
  return data
}

const voxelAt = (grid: Grid, ras: Point): Point =>
  transformPoint(invert(grid.affine), ras).map(Math.round) as unknown as Point

/** Which corners of a picture are bright. */
function brightCorners({ width, height }: SliceView, values: ArrayLike<number>): string[] {
  const corners = {
    'upper left': 0,
    'upper right': width - 1,
    'lower left': (height - 1) * width,
    'lower right': width * height - 1,
  }
  return Object.entries(corners).flatMap(([name, at]) => (values[at]! > 50 ? [name] : []))
}

describe.each(ORIENTATIONS)('a volume that is stored as %s', letters => {
  const grid = gridTowards(letters)
  const middle = voxelAt(grid, [24, 18, 30])

  it.each([
    // The patient's right is on the left of the picture; the front, or the head, at the top.
    ['axial', ([r, a]: Point) => r > 40 && a > 30, 'upper left'],
    ['axial', ([r, a]: Point) => r < 8 && a < 6, 'lower right'],
    ['coronal', ([r, , s]: Point) => r > 40 && s > 50, 'upper left'],
    ['coronal', ([r, , s]: Point) => r < 8 && s > 50, 'upper right'],
    ['sagittal', ([, a, s]: Point) => a > 30 && s > 50, 'upper left'],
    ['sagittal', ([, a, s]: Point) => a < 6 && s < 8, 'lower right'],
  ] as const)('shows a bright corner in the %s plane where it lies', (plane, isBright, corner) => {
    const view = sliceView(grid, plane, middle, 30)
    const data = sampled(grid, p => (isBright(p) ? 100 : 0))
    expect(brightCorners(view, viewedValues(view, data))).toEqual([corner])
    expect(brightCorners(view, nearestValues(view, data))).toEqual([corner])
    expect(brightCorners(view, viewedLabels(view, Uint8Array.from(data)))).toEqual([corner])
  })

  it('has pixels that are square in mm', () => {
    const size = (plane: Plane) => {
      const { width, height, pixelMm } = sliceView(grid, plane, middle, 60)
      expect(pixelMm).toBe(1)
      return [width, height]
    }
    expect(PLANES.map(size)).toEqual([
      [48, 36],
      [48, 60],
      [36, 60],
    ])
  })

  it.each([
    ['axial', 2, 38],
    ['coronal', 1, 22.5],
    ['sagittal', 0, 11],
  ] as const)('goes in the %s plane through the voxel that is asked for', (plane, axis, mm) => {
    const view = sliceView(grid, plane, voxelAt(grid, [11, 22.5, 38]), 15)
    const data = sampled(grid, ras => ras[axis])
    expect(new Set(nearestValues(view, data))).toEqual(new Set([mm]))
    for (const value of viewedValues(view, data)) expect(value).toBeCloseTo(mm, 5)
  })
})

describe('sliceView', () => {
  const grid = gridTowards('LPS')

  it('is cut to the grid where the voxel lies outside', () => {
    const data = sampled(grid, ras => ras[2])
    expect(nearestValues(sliceView(grid, 'axial', [0, 0, 99], 15), data)[0]).toBe(58)
    expect(nearestValues(sliceView(grid, 'axial', [0, 0, -7], 15), data)[0]).toBe(2)
  })

  it('of a slab has at least one line', () => {
    const slab: Grid = { shape: [40, 40, 1], affine: affine([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0.1, 0]) }
    const { width, height } = sliceView(slab, 'coronal', [20, 20, 0], 20)
    expect([width, height]).toEqual([20, 1])
  })

  it('of an oblique grid is the plane of voxels that is nearest', () => {
    const [c, s] = [Math.cos(0.3), Math.sin(0.3)]
    const oblique: Grid = { shape: [8, 6, 4], affine: affine([c, -s, 0, 0, s, c, 0, 0, 0, 0, 1, 0]) }
    const data = Float32Array.from({ length: 8 * 6 * 4 }, (_, v) =>
      v % 8 === 7 && Math.floor(v / 8) % 6 === 5 ? 100 : 0,
    )
    const view = sliceView(oblique, 'axial', [0, 0, 2], 8)
    expect([view.width, view.height]).toEqual([8, 6])
    // Rising i goes to the right of the patient, rising j to the front.
    expect(brightCorners(view, nearestValues(view, data))).toEqual(['upper left'])
  })
})

/** A grid of one millimetre whose axial picture has i to the right and j down. */
const plain = (shape: Shape): Grid => ({
  shape,
  affine: affine([-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0]),
})

describe('viewedValues', () => {
  it('are means of what a larger pixel covers', () => {
    const data = Float32Array.from({ length: 36 }, (_, v) => v)
    const view = sliceView(plain([6, 6, 1]), 'axial', [0, 0, 0], 2)
    expect([...viewedValues(view, data)]).toEqual([7, 10, 25, 28])
  })

  it('share a voxel between the pixels that it lies under', () => {
    const view = sliceView(plain([3, 1, 1]), 'axial', [0, 0, 0], 2)
    expect([...viewedValues(view, Float32Array.of(0, 6, 9))]).toEqual([2, 8])
  })

  it('are linear between voxels under smaller pixels', () => {
    const view = sliceView(plain([2, 1, 1]), 'axial', [0, 0, 0], 4)
    expect([...viewedValues(view, Float32Array.of(0, 8))].slice(0, 4)).toEqual([0, 2, 6, 8])
  })
})

describe('viewedLabels', () => {
  it('show a single voxel under a larger pixel', () => {
    const data = new Uint8Array(100)
    data[57] = 3
    const view = sliceView(plain([10, 10, 1]), 'axial', [0, 0, 0], 2)
    expect([...viewedLabels(view, data)]).toEqual([0, 0, 0, 3])
  })

  it('take the most frequent label, of equally many the lowest', () => {
    const view = sliceView(plain([4, 2, 1]), 'axial', [0, 0, 0], 2)
    expect([...viewedLabels(view, Uint8Array.of(2, 2, 5, 4, 1, 0, 4, 5))]).toEqual([2, 4])
  })
})
