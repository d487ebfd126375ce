import { describe, expect, test } from 'vitest'
import { type Affine, affine } from '../../../../src/core/affine.ts'
import { encodeNiftiHeader, isSheared, type NiftiHeaderSpec } from '../../../../src/formats/nifti/encode.ts'
import { niftiAffine, niftiSpacing } from '../../../../src/formats/nifti/geometry.ts'
import { parseNiftiHeader } from '../../../../src/formats/nifti/header.ts'

const STRAIGHT: Affine<'voxel', 'ras'> = affine([-0.75, 0, 0, 90, 0, -0.75, 0, 80, 0, 0, 3, -40])
const encode = (spec: Partial<NiftiHeaderSpec> = {}) =>
  encodeNiftiHeader({ shape: [4, 5, 6], voxelType: 'float32', affine: STRAIGHT, ...spec })

test('the header ends where the voxels begin, and is the same bytes each time', () => {
  expect(encode().length).toBe(352)
  expect(encode({ version: 2 }).length).toBe(544)
  expect(encode({ description: 'voxmill 0.1.0' })).toEqual(encode({ description: 'voxmill 0.1.0' }))
})

test('a dimension beyond int16 makes it NIfTI-2', () => {
  expect(parseNiftiHeader(encode({ shape: [32767, 1, 1] })).version).toBe(1)
  expect(parseNiftiHeader(encode({ shape: [32768, 1, 1], version: 1 }))).toMatchObject({
    version: 2,
    shape: [32768, 1, 1],
  })
})

test('frames are the fourth dimension', () => {
  expect(parseNiftiHeader(encode({ frames: 7 }), { allowFrames: true })).toMatchObject({
    shape: [4, 5, 6],
    frames: 7,
    dim: [4, 4, 5, 6, 7, 1, 1, 1],
  })
})

test('descrip is cut to 79 bytes of ASCII and ends with a zero', () => {
  expect(parseNiftiHeader(encode({ description: 'x'.repeat(200) })).descrip).toBe('x'.repeat(79))
  expect(parseNiftiHeader(encode({ description: 'µm\nok' })).descrip).toBe('?m?ok')
})

describe('codes', () => {
  test('are written as given', () => {
    expect(parseNiftiHeader(encode({ sformCode: 4, qformCode: 2 }))).toMatchObject({
      sformCode: 4,
      qformCode: 2,
    })
  })
  test('0 leaves a form empty and pixdim set', () => {
    const header = parseNiftiHeader(encode({ sformCode: 0, qformCode: 0 }))
    expect(header.srow).toEqual(new Array(12).fill(0))
    expect([...header.quaternion, ...header.qoffset]).toEqual([0, 0, 0, 0, 0, 0])
    expect(header.pixdim).toEqual([1, 0.75, 0.75, 3, 1, 1, 1, 1])
  })
  test('a left-handed affine has qfac −1', () => {
    const flipped = affine<'voxel', 'ras'>([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, -2, 0])
    const header = parseNiftiHeader(encode({ affine: flipped, sformCode: 0 }))
    expect(header).toMatchObject({ qfac: -1, quaternion: [0, 0, 0] })
    expect(niftiAffine(header).affine).toEqual(flipped)
  })
})

describe('shear', () => {
  const cosine = 0.01
  const sheared = affine<'voxel', 'ras'>([1, cosine, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0])
  test('drops the qform and keeps the sform', () => {
    expect(isSheared(sheared)).toBe(true)
    const header = parseNiftiHeader(encode({ affine: sheared, version: 2 }))
    expect(header).toMatchObject({ qformCode: 0, sformCode: 1 })
    expect(niftiAffine(header)).toMatchObject({ affine: sheared, source: 'sform', formsDifferMm: 0 })
  })
  test('is not the float32 noise of a rotation, nor of five decimals', () => {
    const [c, s] = [Math.cos(0.3), Math.sin(0.3)]
    const turned = [c * 0.4, -s * 5, 0, 1, s * 0.4, c * 5, 0, 2, 0, 0, 0.9, 3]
    expect(isSheared(affine(turned.map(Math.fround)))).toBe(false)
    const decimals = [c, -s, 0, 1, s, c, 0, 2, 0, 0, 1, 3].map(v => Number(v.toFixed(5)))
    expect(isSheared(affine(decimals))).toBe(false)
  })
  test('includes an affine without an inverse', () => {
    expect(isSheared(affine([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]))).toBe(true)
    expect(isSheared(affine([1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]))).toBe(true)
  })
})

test.each(['mm', 'um', 'm'] as const)('units %s keep the geometry', units => {
  const header = parseNiftiHeader(encode({ units, version: 2 }))
  expect(header.xyztUnits & 7).toBe({ m: 1, mm: 2, um: 3 }[units])
  niftiAffine(header).affine.forEach((v, i) => {
    expect(v).toBeCloseTo(STRAIGHT[i]!, 12)
  })
  expect(niftiSpacing(header).map(v => Number(v.toPrecision(12)))).toEqual([0.75, 0.75, 3])
})

test('what no header can hold is refused', () => {
  for (const shape of [
    [0, 1, 1],
    [1.5, 1, 1],
    [1, 1, -2],
  ] as const)
    expect(() => encode({ shape })).toThrow(RangeError)
  expect(() => encode({ affine: STRAIGHT.map(v => v * 1e39) })).toThrow('cannot be written')
  expect(() => encode({ slope: Number.NaN })).toThrow(RangeError)
})
