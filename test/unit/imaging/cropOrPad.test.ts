import { describe, expect, it } from 'vitest'
import { affine, transformPoint } from '../../../src/core/affine.ts'
import type { Shape, Volume } from '../../../src/core/volume.ts'
import { centredStart, cropOrPad } from '../../../src/imaging/cropOrPad.ts'

/** Every voxel has a value of its own. */
function numbered(shape: Shape): Volume<Int16Array> {
  const data = Int16Array.from({ length: shape[0] * shape[1] * shape[2] }, (_, n) => n + 1)
  return { grid: { shape, affine: affine([-0.5, 0.1, 0, 7, 0, -0.6, 0, 9, 0, 0, 2, -3]) }, data }
}

describe('the box in the middle of an image', () => {
  it('puts the larger half of an odd difference at the beginning, in cropping and in padding', () => {
    expect(centredStart([10, 9, 8], [4, 4, 4])).toEqual([3, 3, 2])
    expect(centredStart([4, 4, 5], [10, 9, 8])).toEqual([-3, -3, -2])
    expect(centredStart([7, 7, 7], [7, 6, 8])).toEqual([0, 1, -1])
  })

  it.each<[Shape, Shape]>([
    [
      [7, 6, 5],
      [3, 4, 2],
    ],
    [
      [3, 4, 2],
      [7, 6, 5],
    ],
    [
      [7, 3, 5],
      [4, 8, 5],
    ],
    [
      [5, 5, 5],
      [5, 5, 5],
    ],
  ])('of %j, with %j voxels, has each voxel at its place in the world', (shape, size) => {
    const source = numbered(shape)
    const box = cropOrPad(source, size, -5)
    expect(box.grid.shape).toEqual(size)
    const at = new Map<string, number>()
    const key = (p: readonly number[]) => p.map(v => v.toFixed(6)).join()
    const each = ({ grid }: Volume, visit: (place: string, n: number) => void) => {
      let n = 0
      for (let k = 0; k < grid.shape[2]; k++)
        for (let j = 0; j < grid.shape[1]; j++)
          for (let i = 0; i < grid.shape[0]; i++) visit(key(transformPoint(grid.affine, [i, j, k])), n++)
    }
    each(source, (place, n) => at.set(place, source.data[n]!))
    let kept = 0
    each(box, (place, n) => {
      expect(box.data[n]).toBe(at.get(place) ?? -5)
      if (at.has(place)) kept++
    })
    expect(kept).toBe(shape.reduce((product, n, axis) => product * Math.min(n, size[axis]!), 1))
  })

  it('is a copy of the same type', () => {
    const source = numbered([4, 4, 4])
    const box = cropOrPad(source, [4, 4, 4], 0)
    expect(box.data).toBeInstanceOf(Int16Array)
    expect(box.data).toEqual(source.data)
    expect(box.data.buffer).not.toBe(source.data.buffer)
  })
})
