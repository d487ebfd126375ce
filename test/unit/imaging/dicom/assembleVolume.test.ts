import { describe, expect, it } from 'vitest'
import type { VoxelArray } from '../../../../src/core/volume.ts'
import { assembleVolume, VolumeAssembly } from '../../../../src/imaging/dicom/assembleVolume.ts'
import { planVolumes } from '../../../../src/imaging/dicom/planVolumes.ts'
import type { PlanOptions } from '../../../../src/imaging/dicom/volumePlan.ts'
import { stack } from './sliceSeries.ts'

const PIXELS = 30
const plan = (changes: Parameters<typeof stack>[1] = {}) => planVolumes(stack({}, changes)).volumes[0]!
const filled = <T extends VoxelArray>(array: T, value: (p: number) => number): T => {
  for (let p = 0; p < array.length; p++) array[p] = value(p)
  return array
}

describe('assembleVolume', () => {
  it('puts pixels into voxels as they lie: columns, rows, slices along the normal', () => {
    const slices = stack()
    const { volumes } = planVolumes([slices[3]!, slices[1]!, slices[0]!, slices[2]!])
    const { data, grid, voxelType } = assembleVolume(volumes[0]!, index =>
      filled(new Uint16Array(PIXELS), p => 100 * index + p),
    )
    expect(voxelType).toBe('int16')
    const [ni, nj] = grid.shape
    for (const [i, j, k] of [
      [0, 0, 0],
      [5, 0, 0],
      [0, 4, 1],
      [2, 3, 2],
      [5, 4, 3],
    ] as const)
      expect(data[i + ni * (j + nj * k)]).toBe(100 * k + i + 6 * j)
  })

  it('rescales each slice by its own slope and intercept', () => {
    const slices = stack().map(s => ({ ...s, slope: s.index + 1, intercept: -1024 * s.index }))
    const { data } = assembleVolume(planVolumes(slices).volumes[0]!, () =>
      filled(new Uint8Array(PIXELS), p => p),
    )
    expect([0, 1, 2, 3].map(k => data[k * PIXELS + 7])).toEqual([7, 14 - 1024, 21 - 2048, 28 - 3072])
  })

  it.each([
    ['signed values at both ends', {}, new Int16Array([-32768, 32767]), 'int16'],
    ['unsigned values that fit', {}, new Uint16Array([0, 32767]), 'int16'],
    ['unsigned values that do not', {}, new Uint16Array([0, 32768]), 'float32'],
    ['an intercept that makes them fit', { intercept: -32768 }, new Uint16Array([0, 65535]), 'int16'],
    ['an intercept that leaves the range', { intercept: -1 }, new Int16Array([-32768, 0]), 'float32'],
    ['a negative slope', { slope: -1 }, new Int16Array([-32768, 0]), 'float32'],
    ['a fraction', { slope: 0.5 }, new Uint16Array([0, 3]), 'float32'],
    ['a slope of fractions whose values are whole', { slope: 0.5 }, new Uint16Array([0, 4]), 'int16'],
    ['whole floats', {}, new Float32Array([0, -5]), 'int16'],
    ['broken floats', {}, new Float32Array([0, 0.25]), 'float32'],
    ['NaN', {}, new Float32Array([0, Number.NaN]), 'float32'],
  ] as const)('is int16 exactly when all is whole and fits: %s', (_, change, values, voxelType) => {
    const volume = assembleVolume(plan(change), index => {
      const pixels = new (values.constructor as new (n: number) => VoxelArray)(PIXELS)
      if (index === 2) pixels.set(values as never)
      else pixels.fill(change && 'intercept' in change ? 1 : 0)
      return pixels
    })
    expect(volume.voxelType).toBe(voxelType)
    const { slope = 1, intercept = 0 } = change as { slope?: number; intercept?: number }
    expect([...volume.data.subarray(2 * PIXELS, 2 * PIXELS + 2)]).toEqual(
      [...values].map(value => Math.fround(value * slope + intercept)),
    )
  })

  it('keeps earlier slices when a late one turns the volume into float32', () => {
    const { data, voxelType } = assembleVolume(plan(), index =>
      filled(new Uint16Array(PIXELS), p => (index === 3 ? 60000 : -index + 5 + p)),
    )
    expect(voxelType).toBe('float32')
    expect([...data.subarray(PIXELS, PIXELS + 3)]).toEqual([4, 5, 6])
    expect(data[3 * PIXELS]).toBe(60000)
  })

  it('rescales padding like any value', () => {
    const { data } = assembleVolume(plan({ intercept: -1024, paddingValue: -2000 }), () =>
      new Int16Array(PIXELS).fill(-2000),
    )
    expect(data[0]).toBe(-3024)
  })

  it('says when float32 cannot hold the stored integers', () => {
    const of = (value: number) => assembleVolume(plan(), () => new Uint32Array(PIXELS).fill(value)).findings
    expect(of(2 ** 24)).toEqual([])
    expect(of(2 ** 24 + 1).map(f => f.code)).toEqual(['volume-precision-lost'])
  })

  it('refuses frames of another size, too many and too few', () => {
    const assembly = new VolumeAssembly(plan())
    expect(assembly.nextSlice!.index).toBe(0)
    expect(() => assembly.add(new Int16Array(29))).toThrow('frame 0 has 29 pixels, not 6 × 5')
    expect(() => assembly.finish()).toThrow(RangeError)
    for (let k = 0; k < 4; k++) assembly.add(new Int16Array(PIXELS))
    expect(() => assembly.add(new Int16Array(PIXELS))).toThrow(RangeError)
    expect(assembly.finish().data).toHaveLength(4 * PIXELS)
  })
})

describe('resampling', () => {
  const planned = (geometry: Parameters<typeof stack>[0], options: Partial<PlanOptions>) =>
    planVolumes(stack(geometry), options).volumes[0]!

  it('interpolates linearly between the slices beside a gap', () => {
    const volume = planned({ along: [0, 2, 4, 8, 10] }, { onUneven: 'resample' })
    const { data, grid, voxelType } = assembleVolume(volume, index =>
      new Int16Array(PIXELS).fill([0, 10, 20, 41, 50][index]!),
    )
    expect(grid.shape).toEqual([6, 5, 6])
    expect(voxelType).toBe('int16')
    expect([0, 1, 2, 3, 4, 5].map(k => data[k * PIXELS])).toEqual([0, 10, 20, 31, 41, 50])
  })

  it('reproduces what is linear along the normal', () => {
    const along = [0, 1, 2.3, 3, 4, 5.1, 6.2]
    const volume = planned({ along }, { onUneven: 'resample' })
    const { data, grid } = assembleVolume(volume, index =>
      new Float32Array(PIXELS).fill(3 * along[index]! + 0.5),
    )
    const spacing = volume.resampling!.spacingMm
    expect(spacing).toBeCloseTo(1.1, 12)
    expect(grid.shape[2]).toBe(6)
    for (let k = 0; k < 6; k++) expect(data[k * PIXELS + 11]).toBeCloseTo(3 * spacing * k + 0.5, 5)
  })

  it.each([0.25, -0.25, 0.375])('puts sheared rows (%d mm a mm) where they lie in the world', shear => {
    const geometry = { along: [0, 2, 4, 6], shear: [0, shear] as const }
    const volume = planned(geometry, { onTilt: 'resample' })
    const slices = stack(geometry)
    // Brightness is the y coordinate in the world, which interpolation must give back wherever rows reach.
    const y = (index: number, row: number) => slices[index]!.position![1] + 0.75 * row
    const { data, grid } = assembleVolume(volume, index =>
      filled(new Float32Array(PIXELS), p => y(index, Math.floor(p / 6)) + 100),
    )
    const [ni, nj, nk] = grid.shape
    const lowest = Math.min(...slices.map(({ index }) => y(index, 0))) + 100
    let covered = 0
    for (let k = 0; k < nk; k++)
      for (let j = 0; j < nj; j++) {
        const world = -(grid.affine[5]! * j + grid.affine[6]! * k + grid.affine[7]!)
        const value = data[2 + ni * (j + nj * k)]!
        if (world >= y(k, 0) - 1e-9 && world <= y(k, 4) + 1e-9) {
          expect(value).toBeCloseTo(world + 100, 4)
          covered++
        } else expect(value).toBeCloseTo(lowest, 4)
      }
    expect(covered).toBeGreaterThanOrEqual(4 * 4)
  })

  it('keeps pixels as they are where the shift is whole', () => {
    // 0.75 mm a row, 2 mm a slice: one row each slice.
    const volume = planned({ shear: [0, 0.375] }, { onTilt: 'resample' })
    const { data, grid, voxelType } = assembleVolume(volume, index =>
      filled(new Int16Array(PIXELS), p => 1000 * index + p - 7),
    )
    expect(grid.shape).toEqual([6, 8, 4])
    expect(voxelType).toBe('int16')
    expect(data[3 + 6 * (2 + 8 * 2)]).toBe(2000 + 3 - 7)
    expect(data[5 + 6 * (7 + 8 * 3)]).toBe(3000 + 29 - 7)
    expect(data[0 + 6 * (7 + 8 * 0)]).toBe(-7)
  })

  it('takes out tilt and uneven distances at once', () => {
    const along = [0, 2, 4, 8]
    const volume = planned({ along, shear: [0, 0.375] }, { onTilt: 'resample', onUneven: 'resample' })
    const { data, grid } = assembleVolume(volume, index => new Int16Array(PIXELS).fill(10 * along[index]!))
    expect(grid.shape).toEqual([6, 9, 5])
    expect(data[6 * (4 + 9 * 3)]).toBe(60)
  })

  it('shifts single strayed slices back, along rows too', () => {
    const slices = stack({ along: [0, 2, 4, 6, 8] })
    slices[2] = { ...slices[2]!, position: [-9, -20, 34] }
    const volume = planVolumes(slices, { onTilt: 'resample' }).volumes[0]!
    const { data, grid } = assembleVolume(volume, () => filled(new Int16Array(PIXELS), p => p % 6))
    expect(grid.shape).toEqual([8, 5, 5])
    const row = (k: number) => [...data.subarray(8 * 5 * k, 8 * 5 * k + 8)]
    expect(row(1)).toEqual([0, 1, 2, 3, 4, 5, 0, 0])
    expect(row(2)).toEqual([0, 0, 0, 1, 2, 3, 4, 5])
  })
})
