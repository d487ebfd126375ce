import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { spatialFieldsOnCores, warpOnCores } from '../../../src/registration/warpOnCores.ts'
import {
  randomAffine,
  randomBSpline,
  randomFloats,
  randomGrid,
  randomNumbers,
} from '../imaging/warp/randomCases.ts'

let folder: string
let script: string

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'voxmill-warp-'))
  script = path.join(folder, 'warpThread.mjs')
  await build({
    entryPoints: ['src/registration/warpThread.ts'],
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile: script,
  })
})
afterAll(() => rmSync(folder, { recursive: true }))

const random = randomNumbers(23)
const grid = randomGrid(random, [31, 12, 17], [1, 1, 1])
const chain = [randomAffine(random), randomBSpline(random, [9, 7, 8], 2)]
const volume = randomFloats(random, randomGrid(random, [25, 14, 12], [1.1, 1, 1.2]))
const whole = { grid: volume.grid, data: Int16Array.from(volume.data) }
const images = [
  { volume, order: 3, defaultValue: -1 },
  { volume: whole, order: 3, defaultValue: 0 },
  { volume: whole, order: 0, defaultValue: 0 },
] as const

test('any number of threads gives the same bits', async () => {
  const alone = await warpOnCores({ chain, grid, images }, { threads: 1 })
  expect(new Set(alone[0]).size).toBeGreaterThan(1000)
  for (const threads of [2, 3])
    expect(await warpOnCores({ chain, grid, images, slabPlanes: 2 }, { threads, script })).toEqual(alone)
})

test('so do the fields', async () => {
  const request = { chain, grid, jacobian: true, displacement: true }
  const alone = await spatialFieldsOnCores(request, { threads: 1 })
  expect(await spatialFieldsOnCores({ ...request, slabPlanes: 3 }, { threads: 3, script })).toEqual(alone)
})

test('a thread that fails ends the work with its error', async () => {
  const broken = path.join(folder, 'missing.mjs')
  await build({ stdin: { contents: `throw new Error('no such kernel')` }, outfile: broken })
  await expect(warpOnCores({ chain, grid, images }, { threads: 2, script: broken })).rejects.toThrow(
    'no such kernel',
  )
})

test('without a built script the calling thread does the work', async () => {
  const alone = await warpOnCores({ chain, grid, images }, { threads: 1 })
  expect(await warpOnCores({ chain, grid, images }, { threads: 4 })).toEqual(alone)
})
