import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { niftiField } from '../../../src/artifacts/niftiField.ts'
import { encodeNiftiHeader } from '../../../src/formats/nifti/encode.ts'
import { niftiAffine } from '../../../src/formats/nifti/geometry.ts'
import { parseNiftiHeader } from '../../../src/formats/nifti/header.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'voxmill-field-'))
afterAll(() => rmSync(folder, { recursive: true }))

const grid = { shape: [4, 3, 2], affine: [-2, 0, 0, 5, 0, -2, 0, 6, 0, 0, 3, 7, 0, 0, 0, 1] } as const
const vectors = Float32Array.from({ length: 72 }, (_, i) => i / 8)

test.each(['field.nii', 'field.nii.gz'])('%s has three components on the fifth axis', async name => {
  const file = path.join(folder, name)
  const written = await niftiField.write!(file, { grid, vectors })
  expect(written.digest).toBe(await niftiField.digest(file))
  const bytes = name.endsWith('.gz') ? gunzipSync(readFileSync(file)) : readFileSync(file)
  const header = parseNiftiHeader(bytes, { allowFrames: true })
  expect(header.dim.slice(0, 6)).toEqual([5, 4, 3, 2, 1, 3])
  expect(header.datatype).toBe('float32')
  expect(bytes.readInt16LE(68)).toBe(1007)
  expect(niftiAffine(header).affine).toEqual(grid.affine)
  expect(new Float32Array(Uint8Array.from(bytes.subarray(352)).buffer)).toEqual(vectors)
})

test('NIfTI-2 has the intent at its own place, and an image without vectors has none', () => {
  const spec = { shape: grid.shape, affine: grid.affine, voxelType: 'float32' } as const
  const wide = encodeNiftiHeader({ ...spec, vector: 3, version: 2 })
  expect(new DataView(wide.buffer).getInt32(504, true)).toBe(1007)
  expect(parseNiftiHeader(wide, { allowFrames: true }).dim.slice(0, 6)).toEqual([5, 4, 3, 2, 1, 3])
  expect(new DataView(encodeNiftiHeader(spec).buffer).getInt16(68, true)).toBe(0)
})

test('reading is refused with the name of the file', async () => {
  await expect(niftiField.read('a/field.nii')).rejects.toThrow('a/field.nii')
})
