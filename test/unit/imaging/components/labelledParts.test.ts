import { describe, expect, it } from 'vitest'
import { affine } from '../../../../src/core/affine.ts'
import type { Shape } from '../../../../src/core/volume.ts'
import { labelledParts } from '../../../../src/imaging/components/labelledParts.ts'

const shape: Shape = [9, 8, 7]
const grid = { shape, affine: affine<'voxel', 'ras'>([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 3, 0]) }
const at = (i: number, j: number, k: number) => (k * shape[1] + j) * shape[0] + i

function mask(...boxes: readonly (readonly [label: number, from: Shape, to: Shape])[]) {
  const data = new Uint8Array(9 * 8 * 7)
  for (const [label, [i0, j0, k0], [i1, j1, k1]] of boxes)
    for (let k = k0; k <= k1; k++)
      for (let j = j0; j <= j1; j++) for (let i = i0; i <= i1; i++) data[at(i, j, k)] = label
  return { grid, data }
}

describe('labelledParts', () => {
  it('counts parts of each label and centres on the largest', () => {
    const found = labelledParts(
      mask([1, [0, 0, 0], [0, 0, 0]], [1, [4, 3, 2], [6, 5, 4]], [2, [7, 3, 2], [7, 5, 4]]),
    )
    expect(found).toEqual({ parts: 3, largest: { label: 1, voxels: 27, centre: [5, 4, 3] }, mean: undefined })
  })

  it('joins voxels that touch by a corner', () => {
    expect(labelledParts(mask([1, [0, 0, 0], [0, 0, 0]], [1, [1, 1, 1], [1, 1, 1]])).parts).toBe(1)
  })

  it('takes the nearest voxel in mm where the centroid lies outside', () => {
    // A frame round a hole, its centroid in the hole at (4, 4, 3).
    const frame = mask([1, [2, 1, 3], [6, 7, 3]])
    for (let j = 2; j <= 6; j++) for (let i = 3; i <= 5; i++) frame.data[at(i, j, 3)] = 0
    const { largest } = labelledParts(frame)
    expect(largest!.centre).toEqual([2, 4, 3])
    expect(frame.data[at(...largest!.centre)]).toBe(1)
  })

  it('has the mean of an image within the labels, without NaN', () => {
    const values = Float32Array.from({ length: 9 * 8 * 7 }, (_, v) => v)
    values[at(1, 1, 1)] = Number.NaN
    const found = labelledParts(mask([3, [1, 1, 1], [3, 1, 1]]), values)
    expect(found.mean).toBe((at(2, 1, 1) + at(3, 1, 1)) / 2)
  })

  it('of an empty label map has nothing', () => {
    expect(labelledParts(mask(), new Float32Array(9 * 8 * 7))).toEqual({
      parts: 0,
      largest: undefined,
      mean: undefined,
    })
  })
})
