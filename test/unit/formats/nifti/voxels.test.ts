import { describe, expect, test } from 'vitest'
import type { Shape, VoxelType } from '../../../../src/core/volume.ts'
import { encodeNiftiHeader } from '../../../../src/formats/nifti/encode.ts'
import { NiftiError } from '../../../../src/formats/nifti/fault.ts'
import { type NiftiHeader, parseNiftiHeader } from '../../../../src/formats/nifti/header.ts'
import { float32Decoder, maskDecoder, type VoxelDecoder } from '../../../../src/formats/nifti/voxels.ts'

const IDENTITY = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
const NUMBER_SETTERS = {
  int8: 'setInt8',
  uint8: 'setUint8',
  int16: 'setInt16',
  uint16: 'setUint16',
  int32: 'setInt32',
  uint32: 'setUint32',
  float32: 'setFloat32',
  float64: 'setFloat64',
} as const
const BYTES: Record<VoxelType, number> = {
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  float32: 4,
  float64: 8,
}
const TYPES = Object.keys(BYTES) as VoxelType[]

interface FileSpec {
  type: VoxelType
  values: readonly (number | bigint)[]
  littleEndian?: boolean
  slope?: number
  intercept?: number
  shape?: Shape
  frames?: number
}

function file(spec: FileSpec): { header: NiftiHeader; bytes: Uint8Array } {
  const { type, values, littleEndian = true, shape = [values.length, 1, 1] } = spec
  const { slope = 1, intercept = 0, frames = 1 } = spec
  const head = encodeNiftiHeader({
    shape,
    voxelType: type,
    affine: IDENTITY,
    littleEndian,
    slope,
    intercept,
    frames,
  })
  const body = new DataView(new ArrayBuffer(values.length * BYTES[type]))
  values.forEach((v, i) => {
    const at = i * BYTES[type]
    if (type === 'int64') body.setBigInt64(at, BigInt(v), littleEndian)
    else if (type === 'uint64') body.setBigUint64(at, BigInt(v), littleEndian)
    else body[NUMBER_SETTERS[type]](at, Number(v), littleEndian)
  })
  const bytes = new Uint8Array(head.length + body.byteLength)
  bytes.set(head)
  bytes.set(new Uint8Array(body.buffer), head.length)
  return { header: parseNiftiHeader(bytes, { allowFrames: true }), bytes }
}

/** Pushes `bytes` in chunks that start at odd offsets of a larger buffer, as inflated chunks do. */
function decode<T>(decoder: VoxelDecoder<T>, bytes: Uint8Array, chunk = bytes.length): T {
  const shifted = new Uint8Array(bytes.length + 3)
  shifted.set(bytes, 3)
  for (let at = 0; at < bytes.length; at += chunk)
    decoder.push(shifted.subarray(3 + at, 3 + Math.min(at + chunk, bytes.length)))
  return decoder.finish()
}

describe('float32Decoder', () => {
  describe.each(TYPES)('%s', type => {
    const values = Array.from({ length: 9001 }, (_, i) => (i * 37) % 113)
    test.each([true, false])('little endian %s, whatever the chunks', littleEndian => {
      const { header, bytes } = file({ type, values, littleEndian })
      for (const chunk of [1, 7, 353, 4099, 32768, bytes.length]) {
        const { data, nonFinite, inexact } = decode(float32Decoder(header), bytes, chunk)
        expect(Buffer.compare(Buffer.from(data.buffer), Buffer.from(Float32Array.from(values).buffer))).toBe(
          0,
        )
        expect([nonFinite, inexact]).toEqual([0, 0])
      }
    })
    test('scaled: once rounded', () => {
      const { header, bytes } = file({ type, values, slope: -0.3, intercept: 12.7 })
      const { data } = decode(float32Decoder(header), bytes, 1013)
      const expected = values.map(v => Math.fround(v * Math.fround(-0.3) + Math.fround(12.7)))
      expect([...data]).toEqual(expected)
    })
  })

  test('64-bit integers come as the nearest double, then the nearest float32', () => {
    const values = [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, -(2n ** 24n) - 1n, -1n, 0n]
    const { header, bytes } = file({ type: 'int64', values })
    const { data, inexact } = decode(float32Decoder(header), bytes)
    expect([...data]).toEqual([2 ** 63, -(2 ** 63), 2 ** 53, -(2 ** 24), -1, 0])
    expect(inexact).toBe(1)
    const unsigned = file({ type: 'uint64', values: [2n ** 64n - 1n, 2n ** 63n] })
    expect([...decode(float32Decoder(unsigned.header), unsigned.bytes).data]).toEqual([2 ** 64, 2 ** 63])
  })

  test('counts what is not finite and what float32 changes', () => {
    const values = [0.5, 0.1, Number.NaN, Infinity, -Infinity, 1e300, 16777217, -0]
    const { header, bytes } = file({ type: 'float64', values })
    const { data, nonFinite, inexact } = decode(float32Decoder(header), bytes)
    expect([...data]).toEqual(values.map(Math.fround))
    expect({ nonFinite, inexact }).toEqual({ nonFinite: 4, inexact: 3 })
    const single = file({ type: 'float32', values })
    expect(decode(float32Decoder(single.header), single.bytes)).toMatchObject({ nonFinite: 4, inexact: 0 })
  })

  test('scaling that leaves float32 counts as not finite', () => {
    const { header, bytes } = file({ type: 'int16', values: [1, 32767], slope: 1e38 })
    const { data, nonFinite } = decode(float32Decoder(header), bytes)
    expect(data[1]).toBe(Infinity)
    expect(nonFinite).toBe(1)
  })

  test('extensions are skipped and bytes after the last voxel ignored', () => {
    const { header, bytes } = file({ type: 'int16', values: [1, 2, 3] })
    const longer = new Uint8Array(bytes.length + 32 + 9).fill(0xee)
    longer.set(bytes.subarray(0, 352))
    longer.set(bytes.subarray(352), 352 + 32)
    expect([...decode(float32Decoder({ ...header, voxOffset: 384 }), longer, 5).data]).toEqual([1, 2, 3])
  })

  test('the .img of a pair starts at vox_offset 0', () => {
    const { header, bytes } = file({ type: 'int16', values: [1, 2, 3] })
    const pair = { ...header, singleFile: false, voxOffset: 0 }
    expect([...decode(float32Decoder(pair), bytes.subarray(352)).data]).toEqual([1, 2, 3])
  })

  test('all frames are decoded', () => {
    const { header, bytes } = file({ type: 'uint8', values: [1, 2, 3, 4, 5, 6], shape: [3, 1, 1], frames: 2 })
    expect([...decode(float32Decoder(header), bytes).data]).toEqual([1, 2, 3, 4, 5, 6])
  })
})

describe('a file that is cut off', () => {
  const { header, bytes } = file({ type: 'float64', values: [1, 2, 3] })
  test.each([0, 100, 352, 359, 375])('after %i bytes', length => {
    for (const decoder of [float32Decoder(header), maskDecoder(header)]) {
      decoder.push(bytes.subarray(0, length))
      expect(() => decoder.finish()).toThrow(NiftiError)
      expect(() => decoder.finish()).toThrow(expect.objectContaining({ code: 'nifti-voxels-missing' }))
      expect(() => decoder.finish()).toThrow(
        `the header promises 3 voxels of float64, which end at byte 376, but the file has ${length} bytes`,
      )
    }
  })
})

test('a header that promises more than any memory is refused when its first voxel comes', () => {
  const head = encodeNiftiHeader({
    shape: [2 ** 20, 2 ** 10, 2 ** 10],
    voxelType: 'uint8',
    affine: IDENTITY,
  })
  const header = parseNiftiHeader(head)
  for (const decoder of [float32Decoder(header), maskDecoder(header)]) {
    expect(() => decoder.push(head)).not.toThrow()
    expect(() => decoder.push(new Uint8Array(8))).toThrow('the header promises 1099511627776 voxels')
  }
})

describe('maskDecoder', () => {
  describe.each(TYPES)('%s', type => {
    const labels = Array.from({ length: 40003 }, (_, i) => (i % 97 < 60 ? 0 : (i * 31) % 128))
    test.each([true, false])('little endian %s, whatever the chunks', littleEndian => {
      const { header, bytes } = file({ type, values: labels, littleEndian })
      const counts = new Uint32Array(256)
      for (const label of labels) counts[label]!++
      for (const chunk of [13, 8191, bytes.length]) {
        const { data, ...told } = decode(maskDecoder(header), bytes, chunk)
        expect(Buffer.compare(data, Uint8Array.from(labels))).toBe(0)
        expect(told).toEqual({ rounded: 0, notFinite: 0, notWhole: 0, outOfRange: 0, counts })
      }
    })
  })

  test('noise up to 0.001 is rounded and counted', () => {
    const values = [0.0005, -0.0009, 1.0009, 254.9995, 255.0005, -0, 7]
    const { header, bytes } = file({ type: 'float64', values })
    const mask = decode(maskDecoder(header), bytes)
    expect([...mask.data]).toEqual([0, 0, 1, 255, 255, 0, 7])
    expect(mask.rounded).toBe(5)
    expect([mask.counts[0], mask.counts[1], mask.counts[7], mask.counts[255]]).toEqual([3, 1, 1, 2])
    expect(mask.firstBad).toBeUndefined()
  })

  test('every value that is no label is counted once, under its first reason', () => {
    const values = [0, 1.0011, -1, 256, Number.NaN, 0.5, 1e300, -Infinity, 300.5, 5]
    const { header, bytes } = file({ type: 'float64', values })
    const mask = decode(maskDecoder(header), bytes, 11)
    expect(mask).toMatchObject({
      rounded: 0,
      notFinite: 2,
      notWhole: 3,
      outOfRange: 3,
      firstBad: { index: 1, value: 1.0011 },
    })
    expect([...mask.data]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 5])
    expect(mask.counts.reduce((sum, n) => sum + n, 0)).toBe(2)
    expect(mask.counts[0]).toBe(1)
  })

  test('integers outside 0..255 are out of range, not wrapped', () => {
    const { header, bytes } = file({ type: 'int16', values: [-1, 256, 257, 255, -256] })
    const mask = decode(maskDecoder(header), bytes)
    expect(mask).toMatchObject({ outOfRange: 4, notWhole: 0, firstBad: { index: 0, value: -1 } })
    expect([...mask.data]).toEqual([0, 0, 0, 255, 0])
    const wide = file({ type: 'int64', values: [2n ** 32n + 1n, 2n ** 40n, 3n] })
    expect(decode(maskDecoder(wide.header), wide.bytes)).toMatchObject({ outOfRange: 2 })
  })

  test('slope and intercept come first', () => {
    const { header, bytes } = file({ type: 'uint8', values: [0, 100, 200], slope: 0.01, intercept: 1 })
    const mask = decode(maskDecoder(header), bytes)
    expect([...mask.data]).toEqual([1, 2, 3])
    expect(mask.rounded).toBe(2)
  })
})
