import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { niftiImage } from '../../../src/artifacts/niftiImage.ts'
import { labelMask, niftiMask } from '../../../src/artifacts/niftiMask.ts'
import { niftiVolume } from '../../../src/artifacts/niftiVolume.ts'
import { affine } from '../../../src/core/affine.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'voxmill-as-read-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

// Oblique, with numbers that float32 cannot hold.
const [c, s] = [40 / 41, 9 / 41]
const grid = {
  shape: [3, 2, 2] as const,
  affine: affine<'voxel', 'ras'>([0.7 * c, -0.7 * s, 0, 0.1, 0.7 * s, 0.7 * c, 0, -100 / 3, 0, 0, 1.1, 7]),
}
const codes = { qform: 0, sform: 2 }

describe('what a job hands over is what the next would read from disk', () => {
  it.each([
    ['an image', niftiImage, { volume: { grid, data: Int16Array.from({ length: 12 }, (_, i) => i) } }],
    [
      'a volume',
      niftiVolume,
      {
        volume: { grid, data: Float32Array.from({ length: 12 }, (_, i) => i / 3) },
        codes,
        nonFinite: 0,
        inexact: 0,
        formsDifferMm: 0,
      },
    ],
    ['a mask', niftiMask, labelMask({ grid, data: Uint8Array.from({ length: 12 }, (_, i) => i % 3) }, codes)],
  ])('%s', async (name, kind, value) => {
    const file = path.join(folder, `${name}.nii.gz`)
    const { asRead } = await kind.write!(file, value as never)
    const { value: read } = await kind.read(file)
    const gridOf = (v: unknown) => {
      const held = v as { volume?: { grid: unknown }; mask?: { grid: unknown }; codes?: unknown }
      return { grid: (held.volume ?? held.mask)!.grid, codes: held.codes }
    }
    expect(gridOf(asRead)).toEqual(gridOf(read))
    expect(gridOf(asRead).grid).not.toEqual(grid)
  })
})
