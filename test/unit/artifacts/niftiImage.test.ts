import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { niftiImage } from '../../../src/artifacts/niftiImage.ts'
import { labelMask, niftiMask } from '../../../src/artifacts/niftiMask.ts'
import { affine } from '../../../src/core/affine.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'voxmill-image-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const grid = {
  shape: [3, 2, 1] as const,
  affine: affine<'voxel', 'ras'>([-2, 0, 0, 5, 0, 3, 0, 6, 0, 0, 4, 7]),
}

describe('niftiImage', () => {
  it.each([
    ['int16', new Int16Array([-1024, 0, 1, 3071, -32768, 32767])],
    ['float32', new Float32Array([-1024.5, 0, 1, 3071, 1e-3, Number.NaN])],
  ])('reads back %s as that type', async (name, data) => {
    const file = path.join(folder, `${name}.nii.gz`)
    const written = await niftiImage.write!(file, { volume: { grid, data } })
    const read = await niftiImage.read(file)
    expect(read.value.volume.data).toEqual(data)
    expect(read.value.volume.grid).toEqual(grid)
    expect(read.digest).toBe(written.digest)
  })

  it('reads bytes as int16', async () => {
    const file = path.join(folder, 'mask.nii.gz')
    const data = new Uint8Array([0, 1, 2, 3, 200, 255])
    await niftiMask.write!(file, labelMask({ grid, data }, { qform: 1, sform: 1 }))
    expect((await niftiImage.read(file)).value.volume.data).toEqual(Int16Array.from(data))
  })
})
