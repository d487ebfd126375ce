import { describe, expect, it } from 'vitest'
import { affine } from '../../../src/core/affine.ts'
import { encodeNiftiHeader } from '../../../src/formats/nifti/encode.ts'
import { niftiAffine } from '../../../src/formats/nifti/geometry.ts'
import { parseNiftiHeader } from '../../../src/formats/nifti/header.ts'
import { imageForDisplay, labelsForDisplay } from '../../../web/view/displayFile.ts'

const AFFINE = affine<'voxel', 'ras'>([-2, 0, 0, 10, 0, 0, 3, 20, 0, -1, 0, 30])
const SHAPE = [2, 3, 4] as const
const spec = { shape: SHAPE, affine: AFFINE }

function file(header: Uint8Array, voxels: { buffer: ArrayBufferLike }): ArrayBuffer {
  const bytes = new Uint8Array(header.length + voxels.buffer.byteLength)
  bytes.set(header)
  bytes.set(new Uint8Array(voxels.buffer), header.length)
  return bytes.buffer
}

const headerOf = (bytes: ArrayBuffer) => parseNiftiHeader(new Uint8Array(bytes))

describe('files for the viewer', () => {
  it('keep voxels, scaling and place, and have one form only', () => {
    const stored = Int16Array.from({ length: 24 }, (_, i) => i - 12)
    const header = encodeNiftiHeader({ ...spec, voxelType: 'int16', slope: 0.5, intercept: 3 })
    const { bytes, affine } = imageForDisplay(file(header, stored))
    const shown = headerOf(bytes)
    expect(shown).toMatchObject({
      qformCode: 0,
      sformCode: 1,
      slope: 0.5,
      intercept: 3,
      voxelType: 'int16',
      shape: SHAPE,
    })
    expect(niftiAffine(shown).affine).toEqual(AFFINE)
    expect(affine).toEqual(AFFINE)
    expect(new Int16Array(bytes, shown.voxOffset)).toEqual(stored)
  })

  it('keep the offset of voxels that lie behind an extension', () => {
    const stored = Uint8Array.from({ length: 24 }, (_, i) => i)
    const header = new Uint8Array(384)
    header.set(encodeNiftiHeader({ ...spec, voxelType: 'uint8' }))
    new DataView(header.buffer).setFloat32(108, 384, true)
    const { bytes } = imageForDisplay(file(header, stored))
    expect(headerOf(bytes).voxOffset).toBe(384)
    expect(new Uint8Array(bytes, 384)).toEqual(stored)
  })

  it('become float32 where the library has no such type', () => {
    const stored = Int32Array.from({ length: 24 }, (_, i) => i * 1000)
    const header = encodeNiftiHeader({ ...spec, voxelType: 'int32', slope: 2 })
    const { bytes, header: told } = imageForDisplay(file(header, stored))
    expect(headerOf(bytes)).toMatchObject({ voxelType: 'float32', slope: 1 })
    expect(told).toMatchObject({ slope: 1, intercept: 0 })
    expect([...new Float32Array(bytes, 352)]).toEqual([...stored].map(v => 2 * v))
  })

  it('become bytes where they are labels, and count what is none', () => {
    const stored = new Float64Array(24)
    stored.set([1, 2, 255, 256, 1.5, -1, Number.NaN])
    const header = encodeNiftiHeader({ ...spec, voxelType: 'float64' })
    const { bytes, data, notLabels } = labelsForDisplay(file(header, stored))
    expect([...data.subarray(0, 7)]).toEqual([1, 2, 255, 0, 0, 0, 0])
    expect(notLabels).toBe(4)
    expect(headerOf(bytes)).toMatchObject({ voxelType: 'uint8', shape: SHAPE })
    expect([...new Uint8Array(bytes, 352)]).toEqual([...data])
  })
})
