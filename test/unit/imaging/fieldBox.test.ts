import { describe, expect, it } from 'vitest'
import { affine } from '../../../src/core/affine.ts'
import type { Grid } from '../../../src/core/volume.ts'
import { boxOf, fieldBox } from '../../../src/imaging/fieldBox.ts'

const grid = (shape: Grid['shape'], mm: number, x: number, y: number, z: number): Grid => ({
  shape,
  affine: affine([-mm, 0, 0, x, 0, mm, 0, y, 0, 0, mm, z]),
})

describe('fieldBox', () => {
  // x from 0 down to -99, y from 0 to 99, z from 0 to 99 mm
  const fixed = grid([100, 100, 100], 1, 0, 0, 0)

  it('holds the moving image, its centred place, and the margin', () => {
    // Faces at x -30..-50, y 30..50, z 60..80; centred on 49.5 it would be at 39.5..59.5 on every axis.
    const moving = grid([10, 10, 10], 2, -31, 31, 61)
    const box = fieldBox(fixed, moving, 3)!
    expect(box.start).toEqual([27, 27, 36])
    expect(box.start.map((s, i) => s + box.size[i]! - 1)).toEqual([63, 63, 83])
  })

  it('is cut off at the border of the fixed image', () => {
    const moving = grid([60, 60, 10], 2, 10, -10, 41)
    expect(fieldBox(fixed, moving, 5)).toEqual({ start: [0, 0, 34], size: [100, 100, 32] })
  })

  it('is none where the moving image is larger, or lies elsewhere', () => {
    expect(fieldBox(fixed, grid([100, 100, 100], 2, 50, -50, -50), 0)).toBeUndefined()
    expect(fieldBox(fixed, grid([10, 10, 10], 1, 0, 0, 500), 10)).toBeUndefined()
  })
})

describe('boxOf', () => {
  it('cuts out the voxels and moves the origin with them', () => {
    const whole = grid([4, 3, 2], 2, 7, 8, 9)
    const data = Int16Array.from({ length: 24 }, (_, i) => i)
    const part = boxOf({ grid: whole, data }, { start: [1, 1, 1], size: [2, 2, 1] })
    expect([...part.data]).toEqual([17, 18, 21, 22])
    expect(part.grid).toEqual(grid([2, 2, 1], 2, 5, 10, 11))
  })
})
