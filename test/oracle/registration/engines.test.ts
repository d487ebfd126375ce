import { describe, expect, it } from 'vitest'
import type { Point } from '../../../src/core/affine.ts'
import { nonrigidMaps } from '../../../src/formats/elastix/defaultMaps.ts'
import { withParameters } from '../../../src/formats/elastix/parameterMap.ts'
import { readTransformChain } from '../../../src/formats/elastix/transformChain.ts'
import { pointMover } from '../../../src/imaging/warp/pointMover.ts'
import { nativeEngine } from '../../../src/registration/native.ts'
import {
  type Registered,
  registerImages,
  transformFileName,
  usedMaps,
} from '../../../src/registration/registerImages.ts'
import { blobGrid, blobs, type Warp } from './blobs.ts'

const native = await nativeEngine()
const fixedGrid = blobGrid([44, 40, 30], [1.5, 1.5, 2], [-33, -30, -29])
const movingGrid = blobGrid([40, 40, 20], [1.7, 1.7, 3.5], [-30, -35, -34])

/** The fixed point p shows the tissue that the moving image has at warp(p). */
const warp: Warp = ([x, y, z]) => [
  x + 3 + 1.2 * Math.sin(y / 14),
  y - 4 + 0.8 * Math.cos(z / 12),
  z + 2 - 0.9 * Math.sin(x / 15),
]

/** The point p for which warp(p) is q, by iteration: the warp is nearly the identity. */
const inverse: Warp = q => {
  let p = q
  for (let i = 0; i < 30; i++) {
    const w = warp(p)
    p = [p[0] + q[0] - w[0], p[1] + q[1] - w[1], p[2] + q[2] - w[2]]
  }
  return p
}

const fixed = blobs(fixedGrid)
const moving = blobs(movingGrid, inverse)

function chainOf({ transforms }: Registered) {
  return readTransformChain(new Map(transforms.map((text, i) => [transformFileName(i), text]))).chain
}

/** Points of the fixed image within the blobs, 6 mm apart. */
const points: Point[] = []
for (let z = -18; z <= 18; z += 6)
  for (let y = -18; y <= 18; y += 6) for (let x = -18; x <= 18; x += 6) points.push([x, y, z])

function moved(registered: Registered): Point[] {
  const move = pointMover(chainOf(registered))
  return points.map(p => {
    const q: [number, number, number] = [...p]
    move(q)
    return q
  })
}

const distances = (a: readonly Point[], b: readonly Point[]): number[] =>
  a.map((p, i) => Math.hypot(p[0] - b[i]![0], p[1] - b[i]![1], p[2] - b[i]![2])).sort((x, y) => x - y)

/** The default maps, with less effort in the B-spline stage: the images are small. */
const maps = nonrigidMaps().map((map, stage) =>
  withParameters(map, {
    NumberOfResolutions: ['2'],
    ...(stage < 2
      ? {}
      : {
          GridSpacingSchedule: ['1.5', '1'],
          FinalGridSpacingInPhysicalUnits: ['14'],
          MaximumNumberOfIterations: ['150'],
        }),
  }),
)

const register = (engine: 'native' | 'wasm', stages: number, threads = 1) =>
  registerImages({
    fixed,
    moving,
    maps: usedMaps(maps.slice(0, stages)),
    engine,
    threads,
    timeoutSeconds: 300,
    marginMm: 20,
    where: 'blobs',
  })

describe.skipIf(native === undefined)(
  native === undefined ? 'native elastix (skipped: it is not installed)' : 'native elastix',
  () => {
    it('finds a warp that is known by construction, a fraction of a voxel off', async () => {
      const registered = await register('native', 3, 2)
      const truth = points.map(warp)
      const before = distances(points as Point[], truth)
      const after = distances(moved(registered), truth)
      expect(before[before.length >> 1]).toBeGreaterThan(4)
      expect(after[after.length >> 1]).toBeLessThan(0.6)
      expect(registered.metrics).toHaveLength(3)
    }, 300_000)

    it('gives the transforms that wasm gives, to six decimals, where one metric is used', async () => {
      const [a, b] = [await register('native', 2), await register('wasm', 2)]
      expect(Math.max(...distances(moved(a), moved(b)))).toBeLessThan(1e-4)
      expect(a.parameters).toEqual(b.parameters)
    })

    it('gives the same text each time', async () => {
      const [a, b] = [await register('native', 2), await register('native', 2)]
      expect(a.transforms).toEqual(b.transforms)
      expect(a.log).toBe(b.log)
    })
  },
)

describe('wasm', () => {
  it('finds a warp that is known by construction, a fraction of a voxel off', async () => {
    const after = distances(moved(await register('wasm', 3)), points.map(warp))
    expect(after[after.length >> 1]).toBeLessThan(0.6)
  }, 300_000)
})
