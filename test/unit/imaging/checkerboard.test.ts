import { expect, test } from 'vitest'
import type { Grid } from '../../../src/core/volume.ts'
import { checkerboard } from '../../../src/imaging/checkerboard.ts'

/** Rising i to the right, j to the front, k to the head: turned by 180 degrees in an axial picture. */
const grid: Grid = { shape: [40, 20, 10], affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1] }
const count = 40 * 20 * 10

const at = (picture: { width: number; data: Uint8Array }, column: number, row: number) =>
  picture.data[row * picture.width + column]

test('squares take turns, panels have square pixels and stand apart', () => {
  const picture = checkerboard({
    grid,
    fixed: new Int16Array(count).fill(100),
    warped: new Int16Array(count).fill(300),
    centre: [20, 10, 5],
    window: [0, 400],
    squareMm: 10,
  })
  // Axial 40 × 20, coronal 40 × 20, sagittal 20 × 20 mm, with gaps of four pixels.
  expect([picture.width, picture.height, picture.channels]).toEqual([40 + 4 + 40 + 4 + 20, 20, 1])
  for (const left of [0, 44, 88]) {
    expect(at(picture, left, 0)).toBe(64)
    expect(at(picture, left + 9, 9)).toBe(64)
    expect(at(picture, left + 10, 0)).toBe(191)
    expect(at(picture, left + 9, 10)).toBe(191)
    expect(at(picture, left + 10, 10)).toBe(64)
  }
  for (const gap of [40, 43, 84, 87]) expect(at(picture, gap, 3)).toBe(0)
})

test('each panel shows its plane through the centre, turned as radiologists look at it', () => {
  const data = new Float32Array(count)
  const put = (i: number, j: number, k: number, value: number) => {
    data[(k * 20 + j) * 40 + i] = value
  }
  put(2, 3, 5, 100) // right: i is small; back: j is small
  put(6, 10, 8, 150)
  put(20, 4, 1, 200)
  const picture = checkerboard({
    grid,
    fixed: data,
    warped: data,
    centre: [20, 10, 5],
    window: [0, 255],
  })
  // Axial: the patient's left, which is a small i here, is on the right; the back at the bottom.
  expect(at(picture, 39 - 2, 19 - 3)).toBe(100)
  // Coronal: the head at the top; a voxel is two pixels high.
  const coronal = [at(picture, 44 + 39 - 6, 2), at(picture, 44 + 39 - 6, 3)]
  expect(Math.max(...coronal.map(Number))).toBeGreaterThan(100)
  // Sagittal: the back, a small j, on the right.
  const sagittal = [at(picture, 88 + 19 - 4, 16), at(picture, 88 + 19 - 4, 17)]
  expect(Math.max(...sagittal.map(Number))).toBeGreaterThan(140)
})

test('a finer or coarser pixel keeps the extent, and values beyond the window are black and white', () => {
  const request = {
    grid,
    fixed: new Int16Array(count).fill(-5000),
    warped: new Int16Array(count).fill(5000),
    centre: [0, 0, 0],
    window: [-100, 100],
    squareMm: 10,
  } as const
  const fine = checkerboard({ ...request, pixelMm: 0.5 })
  expect([fine.width, fine.height]).toEqual([80 + 4 + 80 + 4 + 40, 40])
  expect(new Set(fine.data)).toEqual(new Set([0, 255]))
  expect(at(fine, 20, 0)).toBe(255)
})
