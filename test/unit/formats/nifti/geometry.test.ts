import { describe, expect, test } from 'vitest'
import { type Affine, affine, compose, farthestCornerShift } from '../../../../src/core/affine.ts'
import { orientationOf } from '../../../../src/core/orientation.ts'
import { encodeNiftiHeader, type NiftiHeaderSpec } from '../../../../src/formats/nifti/encode.ts'
import { NiftiError } from '../../../../src/formats/nifti/fault.ts'
import { niftiAffine, niftiSpacing } from '../../../../src/formats/nifti/geometry.ts'
import { type NiftiHeader, parseNiftiHeader } from '../../../../src/formats/nifti/header.ts'

type Ras = Affine<'voxel', 'ras'>
const SHAPE = [11, 9, 7] as const
const SIZES = [0.75, 1.5, 3.25]

const headerOf = (spec: Partial<NiftiHeaderSpec> & { affine: Ras }): NiftiHeader =>
  parseNiftiHeader(encodeNiftiHeader({ shape: SHAPE, voxelType: 'uint8', ...spec }))

const axisOrders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
].flatMap(axes =>
  [0, 1, 2, 3, 4, 5, 6, 7].map(flips => {
    const rows = new Array<number>(12).fill(0)
    axes.forEach((world, voxel) => {
      rows[4 * world + voxel] = SIZES[voxel]! * ((flips >> voxel) & 1 ? -1 : 1)
    })
    rows[3] = -91.5
    rows[7] = 60.25
    rows[11] = -17
    const straight: Ras = affine(rows)
    return { name: orientationOf(straight).to, straight }
  }),
)
// 0.2 about x, then 0.1 about z.
const [c, s, cz, sz] = [Math.cos(0.2), Math.sin(0.2), Math.cos(0.1), Math.sin(0.1)]
const tilt: Affine<'ras', 'ras'> = affine([cz, -sz * c, sz * s, 0, sz, cz * c, -cz * s, 0, 0, s, c, 0])
const moved: Affine<'ras', 'ras'> = affine([1, 0, 0, 2, 0, 1, 0, 0, 0, 0, 1, 0])

describe.each(axisOrders)('axis order $name', ({ straight }) => {
  const tilted = compose(tilt, straight)
  const near = (a: Ras, b: Ras) => farthestCornerShift(a, b, SHAPE)

  test('qform only', () => {
    const geometry = niftiAffine(headerOf({ affine: tilted, sformCode: 0 }))
    expect(geometry).toMatchObject({ source: 'qform', formsDifferMm: 0 })
    expect(near(geometry.affine, tilted)).toBeLessThan(5e-5)
  })
  test('qform only, double precision', () => {
    const geometry = niftiAffine(headerOf({ affine: tilted, sformCode: 0, version: 2 }))
    expect(near(geometry.affine, tilted)).toBeLessThan(1e-11)
  })
  test('an axis-aligned qform is read back to the last bits of float32', () => {
    const { affine: read } = niftiAffine(headerOf({ affine: straight, sformCode: 0 }))
    expect(near(read, straight)).toBeLessThan(5e-6)
  })
  test('sform only', () => {
    const geometry = niftiAffine(headerOf({ affine: straight, qformCode: 0 }))
    expect(geometry).toMatchObject({ source: 'sform', formsDifferMm: 0 })
    expect(geometry.affine).toEqual(straight)
  })
  test('both', () => {
    const geometry = niftiAffine(headerOf({ affine: tilted }))
    expect(geometry.source).toBe('sform')
    expect(geometry.affine).toEqual(tilted.map(Math.fround))
    expect(geometry.formsDifferMm).toBeLessThan(5e-5)
  })
  test('both differing', () => {
    const qform = headerOf({ affine: tilted })
    const sform = headerOf({ affine: compose(moved, tilted) })
    const geometry = niftiAffine({ ...qform, srow: sform.srow })
    expect(geometry.source).toBe('sform')
    expect(geometry.formsDifferMm).toBeCloseTo(2, 4)
  })
  test('neither', () => {
    const geometry = niftiAffine(headerOf({ affine: tilted, sformCode: 0, qformCode: 0 }))
    expect(geometry.source).toBe('pixdim')
    expect(geometry.affine).toEqual([-0.75, 0, 0, 3.75, 0, 1.5, 0, -6, 0, 0, 3.25, -9.75, 0, 0, 0, 1])
  })
})

describe('units', () => {
  const { straight } = axisOrders[3]!
  test.each(['um', 'm'] as const)('%s is read as mm, in both forms and the spacing', units => {
    for (const form of [{ sformCode: 0 }, { qformCode: 0 }]) {
      const header = headerOf({ affine: straight, units, ...form })
      expect(farthestCornerShift(niftiAffine(header).affine, straight, SHAPE)).toBeLessThan(1e-5)
      niftiSpacing(header).forEach((v, i) => {
        expect(v).toBeCloseTo(SIZES[i]!, 6)
      })
    }
  })
  test('the centre of an image in µm is half its size in mm', () => {
    const header = headerOf({ affine: straight, units: 'um', sformCode: 0, qformCode: 0 })
    expect(niftiAffine(header).affine.slice(0, 4)).toEqual([-0.75, 0, 0, 3.75])
  })
  test('unknown units count as mm, and the time unit does not matter', () => {
    const header = headerOf({ affine: straight })
    for (const xyztUnits of [0, 2, 8, 10, 18, 26])
      expect(niftiAffine({ ...header, xyztUnits }).affine).toEqual(straight)
  })
})

describe('spacing', () => {
  const header = headerOf({ affine: axisOrders[0]!.straight })
  const withPixdim = (...pixdim: number[]): NiftiHeader => ({ ...header, pixdim: [1, ...pixdim, 1, 1, 1, 1] })
  test('is the stored float32, widened', () => {
    const bytes = encodeNiftiHeader({
      shape: SHAPE,
      voxelType: 'uint8',
      affine: affine([0.7, 0, 0, 0, 0, 0.7, 0, 0, 0, 0, 5, 0]),
    })
    expect(niftiSpacing(parseNiftiHeader(bytes))).toEqual([0.699999988079071, 0.699999988079071, 5])
  })
  test('0 counts as 1 and a sign is dropped', () => {
    expect(niftiSpacing(withPixdim(0, -2, 3))).toEqual([1, 2, 3])
  })
  test('what is not finite is refused', () => {
    expect(() => niftiSpacing(withPixdim(1, Number.NaN, 3))).toThrow(NiftiError)
    expect(() => niftiSpacing(withPixdim(1, Number.NaN, 3))).toThrow('pixdim[2] is NaN')
  })
})

describe('broken forms', () => {
  const header = headerOf({ affine: axisOrders[5]!.straight })
  const long: NiftiHeader = { ...header, quaternion: [0.9, 0.9, 0] }
  test('an sform that is not finite is refused', () => {
    const srow = header.srow.map((v, i) => (i === 6 ? Infinity : v))
    expect(() => niftiAffine({ ...header, srow })).toThrow('the affine holds Infinity in row 2')
  })
  test('a quaternion longer than 1 is refused as the only form', () => {
    expect(() => niftiAffine({ ...long, sformCode: 0 })).toThrow(NiftiError)
    expect(() => niftiAffine({ ...header, sformCode: 0, quaternion: [Number.NaN, 0, 0] })).toThrow(NiftiError)
  })
  test('beside an sform it only tells that the forms differ', () => {
    expect(niftiAffine(long)).toMatchObject({ source: 'sform', formsDifferMm: Infinity })
  })
  test('negative codes count as unset', () => {
    expect(niftiAffine({ ...header, sformCode: -1, qformCode: -1 }).source).toBe('pixdim')
  })
})
