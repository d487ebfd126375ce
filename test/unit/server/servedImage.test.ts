import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Point, transformPoint } from '../../../src/core/affine.ts'
import type { Shape, VoxelType } from '../../../src/core/volume.ts'
import { encodeNiftiHeader } from '../../../src/formats/nifti/encode.ts'
import { niftiAffine } from '../../../src/formats/nifti/geometry.ts'
import { parseNiftiHeader } from '../../../src/formats/nifti/header.ts'
import {
  LONGEST_SIDE,
  previewOf,
  servedImage,
  servedVoxels,
  sliceOf,
} from '../../../src/server/servedImage.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'voxmill-served-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Oblique enough that no axis can be mistaken for another. */
const AFFINE = [-0.7, 0.1, 0.05, 30, 0.08, 0.9, -0.2, -40, 0.02, 0.25, 2.5, 50, 0, 0, 0, 1]
const SHAPE: Shape = [5, 4, 3]
const STORED = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
}

function write(
  type: keyof typeof STORED & VoxelType,
  values: ArrayLike<number>,
  more: { slope?: number; intercept?: number; shape?: Shape } = {},
): string {
  const { shape = SHAPE, ...scaling } = more
  const head = encodeNiftiHeader({ shape, voxelType: type, affine: AFFINE, ...scaling })
  const data = STORED[type].from(values)
  const file = path.join(folder, `${type}-${Math.random()}.nii.gz`)
  writeFileSync(file, gzipSync(Buffer.concat([head, new Uint8Array(data.buffer)])))
  return file
}

/** Within what float32 leaves of a place, mm. */
function expectNear(place: Point, expected: Point): void {
  for (const axis of [0, 1, 2] as const) expect(place[axis]).toBeCloseTo(expected[axis], 4)
}

const RAMP = Array.from({ length: 60 }, (_, i) => i)
const join = (parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts))
function parsed(file: Uint8Array) {
  const header = parseNiftiHeader(file.subarray(0, 544))
  const voxels = file.slice(header.voxOffset)
  const data =
    header.voxelType === 'uint8'
      ? voxels
      : new (header.voxelType === 'int16' ? Int16Array : Float32Array)(voxels.buffer)
  return { header, data, affine: niftiAffine(header).affine }
}

describe('an image as it is served', () => {
  it.each([
    ['int8', 'int16'],
    ['uint8', 'int16'],
    ['int16', 'int16'],
    ['uint16', 'float32'],
    ['int32', 'float32'],
    ['float32', 'float32'],
    ['float64', 'float32'],
  ] as const)('%s becomes %s', async (type, served) => {
    const file = write(type, RAMP)
    const image = servedImage(file, 'image')
    const data = await servedVoxels(file, 'image')
    const { header, data: values, affine } = parsed(join([image.head, new Uint8Array(data.buffer)]))
    expect(header.voxelType).toBe(served)
    expect(header.shape).toEqual(SHAPE)
    expect([...values]).toEqual(RAMP)
    expect(affine).toEqual(AFFINE.map(Math.fround))
    expect(image).toMatchObject({ dtype: type, large: false, bytes: image.head.length + data.byteLength })
  })

  it('has its scaling applied', async () => {
    const file = write('int16', RAMP, { slope: 0.5, intercept: -1024 })
    expect(servedImage(file, 'image').dtype).toBe('float64')
    expect([...(await servedVoxels(file, 'image'))]).toEqual(RAMP.map(v => v * 0.5 - 1024))
  })

  it('of labels is uint8, whatever the file has', async () => {
    const file = write(
      'float64',
      RAMP.map(v => v % 4),
    )
    const data = await servedVoxels(file, 'label')
    expect(data).toBeInstanceOf(Uint8Array)
    expect([...data]).toEqual(RAMP.map(v => v % 4))
    const { head, bytes } = servedImage(file, 'label')
    expect(parseNiftiHeader(head).voxelType).toBe('uint8')
    expect(bytes).toBe(352 + 60)
  })

  it('that is no image is told', () => {
    const file = path.join(folder, 'text.nii')
    writeFileSync(file, 'root:x:0:0:'.repeat(100))
    expect(() => servedImage(file, 'image')).toThrow(/not the header size/)
  })
})

describe('a slice', () => {
  it.each([0, 1, 2] as const)('across axis %i lies where it lies in the image', axis => {
    const grid = { shape: SHAPE, affine: AFFINE }
    const data = Int16Array.from(RAMP)
    for (let n = 0; n < SHAPE[axis]; n++) {
      const { header, data: values, affine } = parsed(join(sliceOf(grid, data, axis, n)))
      expect(header.shape[2]).toBe(1)
      const [width, height] = header.shape
      const [u, v] = [0, 1, 2].filter(a => a !== axis) as [number, number]
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
          const at = [0, 0, 0]
          at[axis] = n
          at[u] = x
          at[v] = y
          const [i, j, k] = at as [number, number, number]
          expect(values[y * width + x]).toBe((k * 4 + j) * 5 + i)
          const where = transformPoint(AFFINE, [i, j, k])
          expectNear(transformPoint(affine, [x, y, 0]), where)
        }
    }
  })
})

describe('a preview', () => {
  it('of what is longer than a texture may be is downsampled, and labels lie on the same grid', async () => {
    const shape: Shape = [LONGEST_SIDE + 1000, 3, 2]
    const values = Array.from({ length: shape[0] * 6 }, (_, i) => i % shape[0])
    const files = {
      image: write('int16', values, { shape }),
      label: write(
        'uint8',
        values.map(v => v & 1),
        { shape },
      ),
    }
    const previews = await Promise.all(
      (['image', 'label'] as const).map(async role => {
        const { grid, large } = servedImage(files[role], role)
        expect(large).toBe(true)
        return parsed(join(await previewOf(grid, await servedVoxels(files[role], role))))
      }),
    )
    const [image, label] = previews as [(typeof previews)[0], (typeof previews)[0]]
    expect(image.header.shape).toEqual([shape[0] / 2, 3, 2])
    expect(label.header.shape).toEqual(image.header.shape)
    expect(label.affine).toEqual(image.affine)
    // Means of two neighbours are halves, rounded up; the middle of two is the lower.
    expect([...image.data.subarray(0, 3)]).toEqual([1, 3, 5])
    expect([...label.data.subarray(0, 3)]).toEqual([0, 0, 0])
    const middle = transformPoint(AFFINE, [0.5, 0, 0])
    expectNear(transformPoint(image.affine, [0, 0, 0]), middle)
  })
})
