import { describe, expect, test } from 'vitest'
import type { TransformChain } from '../../../../src/core/spatialTransform.ts'
import type { Grid, Shape } from '../../../../src/core/volume.ts'
import { type WarpImage, warpImages } from '../../../../src/imaging/warp/warpImages.ts'
import { layOutWarp } from '../../../../src/imaging/warp/warpJob.ts'
import { directWarp } from './directWarp.ts'
import { randomAffine, randomBSpline, randomFloats, randomGrid, randomNumbers } from './randomCases.ts'

const ORDERS = [3, 1, 0] as const

/** Largest difference; NaN must meet NaN. */
function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length)
  let most = 0
  for (let i = 0; i < a.length; i++) {
    expect(Number.isNaN(a[i])).toBe(Number.isNaN(b[i]))
    if (!Number.isNaN(a[i])) most = Math.max(most, Math.abs(a[i]! - b[i]!))
  }
  return most
}

const chains: [string, (random: () => number) => TransformChain][] = [
  ['no part', () => []],
  ['a translation', () => [{ kind: 'translation', offset: [0.7, -1.3, 0.45] }]],
  ['an affine', r => [randomAffine(r)]],
  ['a B-spline', r => [randomBSpline(r, [8, 7, 7], 1)]],
  ['a B-spline that supports few voxels', r => [randomBSpline(r, [5, 5, 4], 2)]],
  ['affine, B-spline', r => [randomAffine(r), randomBSpline(r, [8, 7, 7], 2)]],
  [
    'B-spline, affine, B-spline',
    r => [randomBSpline(r, [8, 7, 7], 1), randomAffine(r), randomBSpline(r, [7, 7, 6], 1)],
  ],
]

describe('the kernel gives what the definition gives', () => {
  test.each(chains)('for %s', async (_, make) => {
    const random = randomNumbers(7)
    const grid = randomGrid(random, [19, 11, 9], [1.1, 1.3, 1.5])
    const chain = make(random)
    const near = randomFloats(random, randomGrid(random, [14, 12, 13], [1.2, 1.1, 1.25]))
    const other = randomFloats(random, randomGrid(random, [9, 21, 7], [0.9, 1.4, 1]))
    const volumes = [near, other, { ...near, data: near.data.map(v => v / 2) }]
    const images = volumes.flatMap(volume =>
      ORDERS.map((order): WarpImage => ({ volume, order, defaultValue: Number.NaN })),
    )
    const out = await warpImages({ chain, grid, images })
    const direct = directWarp({ chain, grid, images })
    const inside = direct[0]!.filter(v => !Number.isNaN(v)).length
    expect(inside).toBeGreaterThan(50)
    expect(inside).toBeLessThan(grid.shape[0] * grid.shape[1] * grid.shape[2])
    images.forEach(({ order }, n) => {
      // A position may differ by 1e-6 voxels, which a nearest voxel at a half does not forgive.
      if (order === 0) expect(direct[n]!.filter((v, i) => !Object.is(v, out[n]![i])).length).toBeLessThan(3)
      else expect(farthest(out[n]!, direct[n]!)).toBeLessThan(0.01)
    })
  })

  test.each([1, 2, 3, 4, 5, 17, 18, 19, 20])('for an image of %i voxels along one axis', async n => {
    const random = randomNumbers(n)
    const chain: TransformChain = [{ kind: 'translation', offset: [0.21, -0.13, 0.32] }]
    for (const shape of [
      [n, 4, 3],
      [4, n, 3],
      [3, 4, n],
    ] as Shape[]) {
      const grid: Grid = { shape, affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] }
      const images = ORDERS.map(order => ({ volume: randomFloats(random, grid), order, defaultValue: 5 }))
      const out = await warpImages({ chain, grid, images })
      const direct = directWarp({ chain, grid, images })
      out.forEach((values, m) => {
        expect(farthest(values, direct[m]!)).toBeLessThan(0.01)
      })
    }
  })
})

describe('whole numbers', () => {
  const grid: Grid = { shape: [9, 8, 7], affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] }
  const random = randomNumbers(3)
  const whole = Int16Array.from({ length: 504 }, () => Math.floor(random() * 65536) - 32768)
  const labels = Uint8Array.from(whole, v => v & 255)

  test('come back as they are where nothing moves', async () => {
    const images = [
      ...ORDERS.map(order => ({ volume: { grid, data: whole }, order, defaultValue: 0 })),
      ...ORDERS.map(order => ({ volume: { grid, data: labels }, order, defaultValue: 0 })),
    ]
    const out = await warpImages({ chain: [], grid, images })
    for (const n of [0, 1, 2]) expect(out[n]).toEqual(whole)
    for (const n of [3, 4, 5]) expect(out[n]).toEqual(labels)
  })

  test('are cut toward zero and held within the range of their type', async () => {
    const chain: TransformChain = [{ kind: 'translation', offset: [-0.5, 0.25, 0] }]
    const images = [
      { volume: { grid, data: whole }, order: 3, defaultValue: -1024 },
      { volume: { grid, data: labels }, order: 3, defaultValue: 300 },
    ] as const
    const out = await warpImages({ chain, grid, images })
    const direct = directWarp({ chain, grid, images })
    expect(direct[0]!.some(v => v > 32767) && direct[0]!.some(v => v < -32768)).toBe(true)
    expect(direct[1]!.some(v => v > 255.5) && direct[1]!.some(v => v < -0.5)).toBe(true)
    const held = (v: number, low: number, high: number) => Math.min(high, Math.max(low, Math.trunc(v))) + 0
    // Single precision does not tell on which side of a whole number a value close to it lies.
    const cuts = (v: number, close: number, low: number, high: number) => [
      held(v - close, low, high),
      held(v + close, low, high),
    ]
    direct[0]!.forEach((v, i) => {
      expect(cuts(v, 0.02, -32768, 32767)).toContain(out[0][i])
    })
    direct[1]!.forEach((v, i) => {
      expect(cuts(v, 2e-4, 0, 255)).toContain(out[1][i])
    })
  })
})

test('slabs of any number of planes give the same bits', async () => {
  const random = randomNumbers(11)
  const grid = randomGrid(random, [21, 10, 13], [1, 1, 1])
  const chain = [randomAffine(random), randomBSpline(random, [8, 7, 7], 2)]
  const images = ORDERS.map(order => ({ volume: randomFloats(random, grid), order, defaultValue: -1 }))
  const whole = await warpImages({ chain, grid, images })
  for (const slabPlanes of [1, 2, 5, 13])
    expect(await warpImages({ chain, grid, images, slabPlanes })).toEqual(whole)
})

test('an image that lies elsewhere gives the default value alone', async () => {
  const random = randomNumbers(5)
  const grid = randomGrid(random, [10, 6, 5], [1, 1, 1])
  const far = randomFloats(random, { ...grid, affine: grid.affine.map((v, i) => (i === 7 ? v + 500 : v)) })
  const [out] = await warpImages({
    chain: [randomBSpline(random, [8, 7, 7], 2)],
    grid,
    images: [{ volume: far, order: 3, defaultValue: -7.5 }],
  })
  expect(new Set(out)).toEqual(new Set([-7.5]))
})

test('an image that WebAssembly cannot address is refused with its shape and a remedy', () => {
  const grid: Grid = { shape: [4, 4, 4], affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] }
  const volume = { grid: { ...grid, shape: [1100, 1100, 1100] as Shape }, data: new Float32Array(0) }
  expect(() => layOutWarp({ chain: [], grid, images: [{ volume, order: 3, defaultValue: 0 }] }, 1)).toThrow(
    /1100 × 1100 × 1100/,
  )
})
