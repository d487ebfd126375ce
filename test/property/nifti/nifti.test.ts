import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Affine, affine, farthestCornerShift, voxelSizes } from '../../../src/core/affine.ts'
import { orientationOf, transformText } from '../../../src/core/orientation.ts'
import type { Shape, VoxelType } from '../../../src/core/volume.ts'
import { encodeNiftiHeader } from '../../../src/formats/nifti/encode.ts'
import { NiftiError } from '../../../src/formats/nifti/fault.ts'
import { niftiAffine, niftiSpacing } from '../../../src/formats/nifti/geometry.ts'
import { parseNiftiHeader } from '../../../src/formats/nifti/header.ts'
import { float32Decoder, maskDecoder } from '../../../src/formats/nifti/voxels.ts'

const voxelTypes: VoxelType[] = [
  ...(['int8', 'uint8', 'int16', 'uint16', 'int32'] as const),
  ...(['uint32', 'int64', 'uint64', 'float32', 'float64'] as const),
]
const real = (min: number, max: number) => fc.double({ min, max, noNaN: true })

/** A unit quaternion, voxel sizes, an origin and a side: any affine without shear. */
const rigidAffine = fc
  .record({
    q: fc.tuple(real(-1, 1), real(-1, 1), real(-1, 1), real(-1, 1)).filter(q => Math.hypot(...q) > 0.1),
    sizes: fc.tuple(real(0.1, 8), real(0.1, 8), real(0.1, 8)),
    origin: fc.tuple(real(-500, 500), real(-500, 500), real(-500, 500)),
    mirrored: fc.boolean(),
  })
  .map(({ q, sizes, origin, mirrored }): Affine<'voxel', 'ras'> => {
    const norm = Math.hypot(...q)
    const [w, x, y, z] = q.map(v => v / norm) as [number, number, number, number]
    const [sx, sy, sz] = [sizes[0], sizes[1], mirrored ? -sizes[2] : sizes[2]]
    return affine([
      ...[(1 - 2 * (y * y + z * z)) * sx, 2 * (x * y - w * z) * sy, 2 * (x * z + w * y) * sz, origin[0]],
      ...[2 * (x * y + w * z) * sx, (1 - 2 * (x * x + z * z)) * sy, 2 * (y * z - w * x) * sz, origin[1]],
      ...[2 * (x * z - w * y) * sx, 2 * (y * z + w * x) * sy, (1 - 2 * (x * x + y * y)) * sz, origin[2]],
    ])
  })

const length = fc.integer({ min: 1, max: 600 })
const spec = fc.record({
  shape: fc.tuple(length, length, length) as fc.Arbitrary<Shape>,
  voxelType: fc.constantFrom(...voxelTypes),
  affine: rigidAffine,
  littleEndian: fc.boolean(),
  version: fc.constantFrom(1 as const, 2 as const),
  slope: real(-100, 100).filter(v => Math.abs(v) > 1e-6),
  intercept: real(-1e4, 1e4),
})

test('what is encoded is parsed: fields exactly, the sform to its precision, the qform to the place', () => {
  fc.assert(
    fc.property(spec, s => {
      const header = parseNiftiHeader(encodeNiftiHeader(s))
      const stored = (v: number) => (s.version === 1 ? Math.fround(v) : v)
      expect(header.shape).toEqual(s.shape)
      expect(header.voxelType).toBe(s.voxelType)
      expect(header.littleEndian).toBe(s.littleEndian)
      expect([header.slope, header.intercept]).toEqual([stored(s.slope), stored(s.intercept)])
      expect(niftiSpacing(header)).toEqual(voxelSizes(s.affine).map(stored))
      const { affine: sform, formsDifferMm } = niftiAffine(header)
      expect(sform).toEqual(s.affine.map(stored))
      // 0.0005 rad is the most that float32 quaternions lose, next to a half turn.
      const reach = Math.hypot(...s.shape.map((n, i) => n * voxelSizes(s.affine)[i]!))
      expect(formsDifferMm).toBeLessThan(s.version === 1 ? 5e-4 * reach + 1e-3 : 1e-7 * reach + 1e-9)
    }),
    { numRuns: 400 },
  )
})

test('any bytes changed: a header is read, or refused as NiftiError, and decoding never goes wild', () => {
  const change = fc.tuple(fc.nat({ max: 351 }), fc.integer({ min: 0, max: 255 }))
  let accepted = 0
  fc.assert(
    fc.property(spec, fc.array(change, { minLength: 1, maxLength: 12 }), (s, changes) => {
      const bytes = encodeNiftiHeader(s)
      for (const [at, byte] of changes) bytes[at] = byte
      try {
        const header = parseNiftiHeader(bytes, { allowFrames: true })
        accepted++
        expect(header.shape.every(n => Number.isSafeInteger(n) && n > 0)).toBe(true)
        const before = process.memoryUsage().arrayBuffers
        const decoders = [float32Decoder(header), maskDecoder(header)]
        // The voxels of a pair begin at once; those of a single file lie beyond these bytes.
        if (header.singleFile) for (const decoder of decoders) decoder.push(bytes)
        expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 22)
        expect(niftiSpacing(header).every(v => v > 0 && Number.isFinite(v))).toBe(true)
        expect(niftiAffine(header).affine.every(Number.isFinite)).toBe(true)
      } catch (error) {
        if (!(error instanceof NiftiError)) throw error
        expect(error.message).not.toBe('')
      }
    }),
    { numRuns: 2000 },
  )
  expect(accepted).toBeGreaterThan(100)
})

test('any bytes at all are refused as NiftiError or read', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), bytes => {
      try {
        parseNiftiHeader(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(NiftiError)
      }
    }),
  )
})

test('an orientation names each world axis once and from is the opposite of to', () => {
  const anything = fc
    .array(fc.oneof(real(-5, 5), fc.constant(0)), { minLength: 12, maxLength: 12 })
    .map(rows => affine<'voxel', 'ras'>(rows))
  const opposite: Record<string, string> = { R: 'L', L: 'R', A: 'P', P: 'A', S: 'I', I: 'S' }
  fc.assert(
    fc.property(anything, a => {
      const { to, from } = orientationOf(a)
      const axes = [...to].map(end => ['RL', 'AP', 'SI'].findIndex(axis => axis.includes(end)))
      expect(axes.sort()).toEqual([0, 1, 2])
      expect([...from]).toEqual([...to].map(end => opposite[end]))
    }),
  )
})

test('a transform text reads back to equal doubles', () => {
  fc.assert(
    fc.property(rigidAffine, a => {
      const read = transformText(a)
        .split('; ')
        .flatMap(row => row.split(', ').map(Number))
      expect(read).toEqual(a.map(v => v + 0))
      expect(farthestCornerShift(affine(read), a, [500, 500, 500])).toBe(0)
    }),
  )
})
