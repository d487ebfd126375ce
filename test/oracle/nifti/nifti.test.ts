import { readFileSync } from 'node:fs'
import { inflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { orientationOf } from '../../../src/core/orientation.ts'
import { encodeNiftiHeader, type NiftiHeaderSpec } from '../../../src/formats/nifti/encode.ts'
import { NiftiError } from '../../../src/formats/nifti/fault.ts'
import { niftiAffine, niftiSpacing } from '../../../src/formats/nifti/geometry.ts'
import { dtypeText, parseNiftiHeader } from '../../../src/formats/nifti/header.ts'
import { float32Decoder } from '../../../src/formats/nifti/voxels.ts'

interface GeometryCase {
  name: string
  file: string
  affine: number[]
  zooms: number[]
  orientation: string
}

interface VoxelCase {
  name: string
  file: string
  dtype: string
  float32: (number | string)[]
  float64: (number | string)[]
  nonFinite: number
  inexact: number
}

interface WrittenCase extends NiftiHeaderSpec {
  name: string
  file: string
}

// Written by make_expectations.py with nibabel 5.0.0 and NumPy 1.24.2.
const expectations: { kind: string }[] = readFileSync(new URL('expectations.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map(line => JSON.parse(line))
const casesOf = <T>(kind: string) => expectations.filter(row => row.kind === kind) as unknown as T[]
const geometryCases = casesOf<GeometryCase>('geometry')
const voxelCases = casesOf<VoxelCase>('voxels')
const refusedCases = casesOf<{ name: string; file: string }>('refused')
const writtenCases = casesOf<WrittenCase>('written')

const unpacked = (text: string): Uint8Array => inflateSync(Buffer.from(text, 'base64'))
const numberOf = (v: number | string): number =>
  typeof v === 'number' ? v : { nan: Number.NaN, inf: Infinity, '-inf': -Infinity }[v]!

test('the expectations cover 48 axis orders in four forms, and every type in eight scalings', () => {
  expect(geometryCases.length).toBe(273)
  expect(voxelCases.length).toBe(10 * 8)
})

describe('geometry is that of nibabel to the last bit', () => {
  test.each(geometryCases)('$name', ({ file, affine, zooms, orientation }) => {
    const header = parseNiftiHeader(unpacked(file))
    const geometry = niftiAffine(header)
    // Adding 0 makes −0 and 0 the same, as == does for doubles.
    expect(geometry.affine.map(v => v + 0)).toEqual(affine.map(v => v + 0))
    expect(niftiSpacing(header).slice(0, zooms.length)).toEqual(zooms)
    expect(orientationOf(geometry.affine).to).toBe(orientation)
  })
})

describe('voxels are numpy.float32(get_fdata())', () => {
  test.each(voxelCases)('$name', ({ file, dtype, float32, nonFinite, inexact }) => {
    const bytes = unpacked(file)
    const header = parseNiftiHeader(bytes)
    const decoder = float32Decoder(header)
    decoder.push(bytes)
    const voxels = decoder.finish()
    expect(dtypeText(header)).toBe(dtype)
    expect([...voxels.data]).toEqual(float32.map(numberOf))
    expect(voxels.nonFinite).toBe(nonFinite)
    expect(voxels.inexact).toBe(inexact)
  })
})

describe('types without one real intensity are refused by name', () => {
  test.each(refusedCases)('$name', ({ name, file }) => {
    const parse = () => parseNiftiHeader(unpacked(file))
    expect(parse).toThrow(NiftiError)
    expect(parse).toThrow(expect.objectContaining({ code: 'nifti-type-unsupported' }))
    expect(parse).toThrow(`the voxels are ${name} `)
  })
})

describe('a header is written as nibabel writes it', () => {
  test.each(writtenCases)('$name', ({ file, ...spec }) => {
    const ours = encodeNiftiHeader(spec)
    const theirs = unpacked(file)
    // The quaternion and double norms may differ in their last bits; every other byte is the same.
    const wide = spec.version === 2
    const near: (readonly [from: number, to: number])[] = wide
      ? [
          [112, 136],
          [352, 376],
        ]
      : [[256, 268]]
    const others = (bytes: Uint8Array) =>
      [...bytes].map((byte, i) => (near.some(([from, to]) => i >= from && i < to) ? 0 : byte))
    expect(others(ours)).toEqual(others(theirs))

    const tolerance = wide ? 1e-14 : 1e-6
    const [header, expected] = [parseNiftiHeader(ours), parseNiftiHeader(theirs)]
    const distance = (a: readonly number[], b: readonly number[]) => Math.hypot(...a.map((v, i) => v - b[i]!))
    expect(distance(header.pixdim, expected.pixdim)).toBeLessThan(tolerance)
    const { quaternion } = expected
    // At a half turn a is 0, and (b, c, d) and its negative are the same rotation.
    const isHalfTurn = Math.abs(1 - Math.hypot(...quaternion)) < tolerance
    const signs = isHalfTurn ? [1, -1] : [1]
    const nearest = Math.min(
      ...signs.map(sign =>
        distance(
          header.quaternion,
          quaternion.map(v => sign * v),
        ),
      ),
    )
    expect(nearest).toBeLessThan(tolerance)
  })
})
