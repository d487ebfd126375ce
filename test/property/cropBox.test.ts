import fc from 'fast-check'
import { expect, it } from 'vitest'
import { affine } from '../../src/core/affine.ts'
import type { Shape } from '../../src/core/volume.ts'
import { boundingBox, boxShape, cropBox } from '../../src/imaging/cropBox.ts'

const shapes = fc.tuple(
  fc.integer({ min: 1, max: 9 }),
  fc.integer({ min: 1, max: 7 }),
  fc.integer({ min: 1, max: 5 }),
) as fc.Arbitrary<Shape>

const sparse = shapes.chain(shape =>
  fc.array(fc.nat(shape[0] * shape[1] * shape[2] - 1), { maxLength: 6 }).map(voxels => {
    const data = new Uint8Array(shape[0] * shape[1] * shape[2])
    for (const voxel of voxels) data[voxel] = 200
    return { shape, data }
  }),
)

it('the bounding box is that of the indices, and a crop holds what the box does', () => {
  fc.assert(
    fc.property(sparse, ({ shape, data }) => {
      const points = [...data.keys()]
        .filter(v => data[v]! > 0)
        .map(v => [v % shape[0], Math.floor(v / shape[0]) % shape[1], Math.floor(v / (shape[0] * shape[1]))])
      const box = boundingBox(data, shape)
      if (points.length === 0) {
        expect(box).toBeUndefined()
        return
      }
      expect(box).toEqual({
        min: [0, 1, 2].map(a => Math.min(...points.map(p => p[a]!))),
        max: [0, 1, 2].map(a => Math.max(...points.map(p => p[a]!))),
      })
      const grid = { shape, affine: affine<'voxel', 'ras'>([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]) }
      const crop = cropBox({ grid, data }, box!)
      expect(crop.grid.shape).toEqual(boxShape(box!))
      expect(crop.data.filter(v => v > 0)).toHaveLength(points.length)
      for (const [i, j, k] of points as [number, number, number][]) {
        const [x, y, z] = [i - box!.min[0], j - box!.min[1], k - box!.min[2]]
        expect(crop.data[(z * crop.grid.shape[1] + y) * crop.grid.shape[0] + x]).toBe(200)
      }
    }),
  )
})

it('a box that reaches out of the volume is refused', () => {
  const grid = {
    shape: [2, 2, 2] as const,
    affine: affine<'voxel', 'ras'>([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]),
  }
  const data = new Uint8Array(8)
  for (const box of [
    { min: [0, 0, -1], max: [1, 1, 1] },
    { min: [0, 0, 0], max: [1, 2, 1] },
    { min: [1, 0, 0], max: [0, 1, 1] },
  ] as const)
    expect(() => cropBox({ grid, data }, box)).toThrow(RangeError)
})
