import { describe, expect, test } from 'vitest'
import type { VoxelType } from '../../../../src/core/volume.ts'
import { encodeNiftiHeader } from '../../../../src/formats/nifti/encode.ts'
import { NiftiError, type NiftiErrorCode } from '../../../../src/formats/nifti/fault.ts'
import { dtypeText, isScaled, parseNiftiHeader } from '../../../../src/formats/nifti/header.ts'

const IDENTITY = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
type Spec = Partial<Parameters<typeof encodeNiftiHeader>[0]>
const made = (spec: Spec = {}) =>
  encodeNiftiHeader({ shape: [3, 4, 5], voxelType: 'int16', affine: IDENTITY, ...spec })

/** A header with some bytes changed by `change`. */
function changed(change: (view: DataView) => void, spec: Spec = {}): Uint8Array {
  const bytes = made(spec)
  change(new DataView(bytes.buffer))
  return bytes
}

function refusal(bytes: Uint8Array): { code: NiftiErrorCode; message: string; remedy: string } {
  try {
    parseNiftiHeader(bytes)
  } catch (error) {
    if (error instanceof NiftiError) return error
    throw error
  }
  throw new Error('the header was accepted')
}

describe('fields', () => {
  test.each([
    { version: 1, littleEndian: true },
    { version: 1, littleEndian: false },
    { version: 2, littleEndian: true },
    { version: 2, littleEndian: false },
  ] as const)('of NIfTI-$version, little endian $littleEndian', kind => {
    const header = parseNiftiHeader(made({ ...kind, description: 'voxmill 1', slope: 2, intercept: -3 }))
    expect(header).toMatchObject({
      ...kind,
      singleFile: true,
      shape: [3, 4, 5],
      frames: 1,
      datatype: 'int16',
      voxelType: 'int16',
      bitpix: 16,
      qfac: 1,
      voxOffset: kind.version === 1 ? 352 : 544,
      slope: 2,
      intercept: -3,
      qformCode: 1,
      sformCode: 1,
      srow: IDENTITY.slice(0, 12),
      xyztUnits: 10,
      descrip: 'voxmill 1',
      hasExtensions: false,
    })
    expect(header.dim).toEqual([3, 3, 4, 5, 1, 1, 1, 1])
  })

  const types: [VoxelType, number][] = [
    ['int8', 8],
    ['uint8', 8],
    ['int16', 16],
    ['uint16', 16],
    ['int32', 32],
    ['uint32', 32],
    ['int64', 64],
    ['uint64', 64],
    ['float32', 32],
    ['float64', 64],
  ]
  test.each(types)('type %s has %i bits', (voxelType, bitpix) => {
    expect(parseNiftiHeader(made({ voxelType }))).toMatchObject({ voxelType, datatype: voxelType, bitpix })
  })

  test('a slice of a larger buffer is read at its own offset', () => {
    const outer = new Uint8Array(1000)
    outer.set(made(), 37)
    expect(parseNiftiHeader(outer.subarray(37, 37 + 352)).shape).toEqual([3, 4, 5])
  })

  test('the .hdr of a pair may have 348 bytes and its voxels start at 0', () => {
    const pair = changed(view => {
      view.setUint8(345, 'i'.charCodeAt(0))
      view.setUint8(344, 'n'.charCodeAt(0))
      view.setFloat32(108, 0, true)
    })
    expect(parseNiftiHeader(pair.subarray(0, 348))).toMatchObject({ singleFile: false, voxOffset: 0 })
  })

  test('the extension flag is read where the bytes reach it', () => {
    const bytes = changed(view => view.setUint8(348, 1))
    expect(parseNiftiHeader(bytes).hasExtensions).toBe(true)
    expect(parseNiftiHeader(bytes.subarray(0, 348)).hasExtensions).toBe(false)
  })
})

describe('shape', () => {
  const withDims = (...dim: number[]) =>
    changed(view => dim.forEach((n, i) => void view.setInt16(40 + 2 * i, n, true)))
  test.each([
    { dim: [1, 7], shape: [7, 1, 1] },
    { dim: [2, 7, 6], shape: [7, 6, 1] },
    { dim: [3, 7, 6, 5], shape: [7, 6, 5] },
    { dim: [4, 7, 6, 5, 1], shape: [7, 6, 5] },
    { dim: [7, 7, 6, 5, 1, 1, 1, 1], shape: [7, 6, 5] },
    { dim: [3, 7, 6, 5, 9, -1, 0], shape: [7, 6, 5] },
  ])('of dim $dim', ({ dim, shape }) => {
    expect(parseNiftiHeader(withDims(...dim))).toMatchObject({ shape, frames: 1 })
  })

  test('several frames are refused unless they are allowed', () => {
    const series = withDims(5, 4, 3, 2, 6, 2)
    expect(refusal(series)).toMatchObject({
      code: 'volume-not-3d',
      message: 'the image has 12 frames (4 × 3 × 2 × 6 × 2)',
    })
    expect(parseNiftiHeader(series, { allowFrames: true })).toMatchObject({ shape: [4, 3, 2], frames: 12 })
  })

  test.each([
    { dim: [0], reason: 'dim[0] is 0' },
    { dim: [8, 1], reason: 'dim[0] is 8' },
    { dim: [-3, 1], reason: 'dim[0] is -3' },
    { dim: [3, 4, 0, 4], reason: 'dim[2] is 0' },
    { dim: [3, 4, 4, -4], reason: 'dim[3] is -4' },
    { dim: [4, 4, 4, 4, 0], reason: 'dim[4] is 0' },
    { dim: [3, 30000, 30000, 30000], reason: 'more than 2^40' },
  ])('dim $dim is refused', ({ dim, reason }) => {
    expect(refusal(withDims(...dim))).toMatchObject({
      code: 'nifti-invalid',
      message: expect.stringContaining(reason),
    })
  })

  test('NIfTI-2 dimensions beyond 2^53 or negative are refused', () => {
    const huge = (n: bigint) => changed(view => view.setBigInt64(24, n, true), { version: 2 })
    expect(refusal(huge(1n << 60n)).message).toContain('dim[1] is 1152921504606846976')
    expect(refusal(huge(-5n)).message).toContain('dim[1] is -5')
    expect(refusal(huge(1n << 41n)).message).toContain('2^40')
  })
})

describe('scaling', () => {
  const scaled = (slope: number, intercept: number, version: 1 | 2 = 1) =>
    changed(
      view => {
        if (version === 1) {
          view.setFloat32(112, slope, true)
          view.setFloat32(116, intercept, true)
        } else {
          view.setFloat64(176, slope, true)
          view.setFloat64(184, intercept, true)
        }
      },
      { version },
    )
  test.each([
    { stored: [0, 5], read: [1, 0] },
    { stored: [Number.NaN, 5], read: [1, 0] },
    { stored: [Infinity, Number.NaN], read: [1, 0] },
    { stored: [1, 0], read: [1, 0] },
    { stored: [-0.5, 1024], read: [-0.5, 1024] },
    { stored: [1, 0.1], read: [1, Math.fround(0.1)] },
  ])('$stored counts as $read', ({ stored, read }) => {
    const header = parseNiftiHeader(scaled(stored[0]!, stored[1]!))
    expect([header.slope, header.intercept]).toEqual(read)
    const scales = read[0] !== 1 || read[1] !== 0
    expect(isScaled(header)).toBe(scales)
    expect(dtypeText(header)).toBe(scales ? 'float64' : 'int16')
  })

  test('NIfTI-2 keeps doubles', () => {
    expect(parseNiftiHeader(scaled(0.1, -0.2, 2))).toMatchObject({ slope: 0.1, intercept: -0.2 })
  })

  test('a slope with an intercept that is no number is refused', () => {
    expect(refusal(scaled(2, Number.NaN))).toMatchObject({
      code: 'nifti-invalid',
      message: 'scl_slope is 2, but scl_inter is NaN',
    })
  })
})

describe('refusals', () => {
  const magic = (text: string) => (view: DataView) =>
    [0, 1, 2, 3].forEach(i => void view.setUint8(344 + i, text.charCodeAt(i) || 0))
  test.each<{ what: string; bytes: Uint8Array; code?: NiftiErrorCode; reason: string }>([
    { what: 'no bytes', bytes: new Uint8Array(0), reason: 'the file has 0 bytes' },
    { what: 'a cut header', bytes: made().subarray(0, 347), reason: 'the file has 347 bytes' },
    {
      what: 'a cut NIfTI-2 header',
      bytes: made({ version: 2 }).subarray(0, 539),
      reason: '539 bytes of 540',
    },
    {
      what: 'another file',
      bytes: new TextEncoder().encode('P5 '.repeat(200)),
      reason: 'not the header size 348 or 540',
    },
    { what: 'ANALYZE 7.5', bytes: changed(magic('')), reason: 'ANALYZE 7.5' },
    { what: 'a foreign magic', bytes: changed(magic('n+3')), reason: 'the magic is "n+3\\u0000"' },
    { what: 'a magic with a tail', bytes: changed(magic('n+1x')), reason: 'the magic is "n+1x"' },
    {
      what: 'changed line ends',
      bytes: changed(view => view.setUint8(8, 10), { version: 2 }),
      reason: 'transfer in text mode',
    },
    { what: 'an unknown type', bytes: changed(v => v.setInt16(70, 3, true)), reason: 'datatype 3 is not' },
    { what: 'type 0', bytes: changed(v => v.setInt16(70, 0, true)), reason: 'datatype 0 is not' },
    {
      what: 'a complex type',
      bytes: changed(v => v.setInt16(70, 32, true)),
      code: 'nifti-type-unsupported',
      reason: 'the voxels are complex64 (datatype 32)',
    },
    {
      what: 'bitpix of another type',
      bytes: changed(v => v.setInt16(72, 8, true)),
      reason: 'bitpix is 8, but datatype 4 (int16) has 16 bits',
    },
    { what: 'offset 0', bytes: changed(v => v.setFloat32(108, 0, true)), reason: 'vox_offset is 0' },
    { what: 'offset 348', bytes: changed(v => v.setFloat32(108, 348, true)), reason: 'vox_offset is 348' },
    { what: 'offset 352.5', bytes: changed(v => v.setFloat32(108, 352.5, true)), reason: 'is 352.5' },
    { what: 'offset NaN', bytes: changed(v => v.setFloat32(108, Number.NaN, true)), reason: 'is NaN' },
    {
      what: 'a NIfTI-2 offset of 352',
      bytes: changed(v => v.setBigInt64(168, 352n, true), { version: 2 }),
      reason: 'whole number from 544 up',
    },
  ])('$what', ({ bytes, code = 'nifti-invalid', reason }) => {
    const error = refusal(bytes)
    expect(error.code).toBe(code)
    expect(error.message).toContain(reason)
    expect(error.remedy).not.toBe('')
  })

  test('eol_check of zeros passes, as older writers leave it', () => {
    const bytes = changed(view => view.setUint32(8, 0), { version: 2 })
    expect(parseNiftiHeader(bytes).version).toBe(2)
  })
})
