import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { TransformChain } from '../../../src/core/spatialTransform.ts'
import type { Grid, Volume } from '../../../src/core/volume.ts'
import { spatialFields } from '../../../src/imaging/warp/spatialFields.ts'
import { warpImages } from '../../../src/imaging/warp/warpImages.ts'
import { randomCase } from './randomCase.ts'
import { fixedGrid, floats, movingImage, shorts, type WarpResults, warpCases } from './warpCases.ts'

const OUTSIDE = -1000

function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length)
  let most = 0
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!))
  return most
}

/** ITK gives vectors voxel by voxel, ours are component by component. */
function vectorsOf(field: Float32Array): Float32Array {
  const count = field.length / 3
  return field.map((_, at) => field[(at % count) * 3 + Math.floor(at / count)]!)
}

interface Case {
  readonly chain: TransformChain
  readonly grid: Grid
  readonly image: Volume<Int16Array>
}

async function compare(
  { chain, grid, image }: Case,
  results: WarpResults,
): Promise<{ outside: number; all: number }> {
  const float = { grid: image.grid, data: Float32Array.from(image.data) }
  const [cubic, linear, nearest, whole] = await warpImages({
    chain,
    grid,
    images: [
      { volume: float, order: 3, defaultValue: OUTSIDE },
      { volume: float, order: 1, defaultValue: OUTSIDE },
      { volume: float, order: 0, defaultValue: OUTSIDE },
      { volume: image, order: 3, defaultValue: OUTSIDE },
    ],
  })
  const expected = floats(results.order3)
  expect(farthest(cubic, expected)).toBeLessThan(0.01)
  expect(farthest(linear, floats(results.order1))).toBeLessThan(0.01)
  expect([...nearest]).toEqual([...floats(results.order0)])
  expect([...whole]).toEqual([...shorts(results.order3int16)])
  const { jacobian, displacement, summary } = await spatialFields({
    chain,
    grid,
    jacobian: true,
    displacement: true,
  })
  const determinants = floats(results.jacobian)
  const vectors = vectorsOf(floats(results.displacement))
  expect(farthest(jacobian!, determinants)).toBeLessThan(1e-5)
  expect(farthest(displacement!, vectors)).toBeLessThan(1e-5)
  expect(summary.folded).toBe(determinants.filter(v => v <= 0).length)
  expect(summary.least).toBeCloseTo(Math.min(...determinants), 5)
  expect(summary.most).toBeCloseTo(Math.max(...determinants), 5)
  const count = vectors.length / 3
  const lengths = Array.from({ length: count }, (_, i) =>
    Math.hypot(vectors[i]!, vectors[count + i]!, vectors[2 * count + i]!),
  )
  expect(summary.farthestMm).toBeCloseTo(Math.max(...lengths), 4)
  return { outside: expected.filter(v => v === OUTSIDE).length, all: expected.length }
}

describe('images, Jacobian and displacement are those of transformix', () => {
  test.each(warpCases)('$name', async ({ chain, results }) => {
    const { outside, all } = await compare({ chain, grid: fixedGrid, image: movingImage }, results)
    expect(outside).toBeGreaterThan(0)
    expect(outside).toBeLessThan(all)
  })
})

const python = '/usr/bin/python3'
const missing = [
  ...(spawnSync('transformix', ['--version']).status === 0 ? [] : ['no transformix']),
  ...(spawnSync(python, ['-c', 'import numpy']).status === 0 ? [] : ['no NumPy']),
].join(', ')

test.skipIf(missing !== '')(
  `so they are for chains made at random${missing === '' ? '' : ` (skipped: ${missing})`}`,
  async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'voxmill-transformix-'))
    try {
      const cases = [1, 2, 3, 4].map(randomCase)
      const file = path.join(folder, 'cases.json')
      writeFileSync(file, JSON.stringify({ cases: cases.map(c => c.stored) }))
      const run = spawnSync(python, [fileURLToPath(new URL('make_expectations.py', import.meta.url)), file], {
        encoding: 'utf8',
        maxBuffer: 2 ** 28,
      })
      expect(run.stderr).toBe('')
      const results: WarpResults[] = JSON.parse(run.stdout)
      for (const [n, one] of cases.entries()) {
        const { outside, all } = await compare(one, results[n]!)
        expect(outside).toBeLessThan(all)
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)
