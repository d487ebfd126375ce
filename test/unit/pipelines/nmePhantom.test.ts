import { describe, expect, it } from 'vitest'
import { farthestCornerShift, transformPoint, voxelSizes } from '../../../src/core/affine.ts'
import { orientationText } from '../../../src/core/orientation.ts'
import { voxelCount } from '../../../src/core/volume.ts'
import { niftiAffine } from '../../../src/formats/nifti/geometry.ts'
import { dtypeText, parseNiftiHeader } from '../../../src/formats/nifti/header.ts'
import { BROKEN_KINDS, brokenSample, phantomArchive } from '../../../src/pipelines/nmePhantom.ts'
import type { PhantomFile } from '../../../src/pipelines/phantomFile.ts'

const options = { seed: 1, samples: 24, shape: [32, 28, 12] } as const
const archive = phantomArchive(options)
const masks = archive.filter(file => file.role === 'mask')
const volumes = archive.filter(file => file.role === 'volume')
const volumeOf = (mask: PhantomFile) => volumes[masks.indexOf(mask)]!

/** How far the farthest corner of a mask lies beside its volume, in parts of the smallest voxel size. */
const voxelsBeside = (mask: PhantomFile) => {
  const { affine, shape } = volumeOf(mask)
  return farthestCornerShift(affine, mask.affine, shape) / Math.min(...voxelSizes(affine))
}

/** Voxels as stored, each by its position. */
function storedVoxels({ voxelType, shape, frames }: PhantomFile, bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset + 352)
  const read: Record<string, [number, (at: number) => number]> = {
    uint8: [1, at => view.getUint8(at)],
    int16: [2, at => view.getInt16(at, true)],
    uint16: [2, at => view.getUint16(at, true)],
    float32: [4, at => view.getFloat32(at, true)],
    float64: [8, at => view.getFloat64(at, true)],
  }
  const [size, get] = read[voxelType]!
  return Array.from({ length: voxelCount(shape) * frames }, (_, n) => get(n * size))
}

describe('phantomArchive', () => {
  it('gives the same plan and bytes for the same options', () => {
    const again = phantomArchive(options)
    expect(again.map(({ make: _, ...plan }) => plan)).toEqual(archive.map(({ make: _, ...plan }) => plan))
    for (const n of [0, 5, 12, 31]) expect(again[n]!.make()).toEqual(archive[n]!.make())
    expect(phantomArchive({ ...options, seed: 2 })[0]!.make()).not.toEqual(archive[0]!.make())
  })

  it('makes a file the same whichever was made before', () => {
    const mask = archive[1]!.make()
    archive[6]!.make()
    expect(archive[1]!.make()).toEqual(mask)
  })

  it('has every collection and subset with 6 samples', () => {
    const folders = phantomArchive({ ...options, samples: 6 }).map(file =>
      file.path.split('/').slice(1, 3).join('/'),
    )
    expect(new Set(folders)).toEqual(
      new Set(
        [
          'train-val/XTr',
          'train-val/XVd',
          'test-inner-01/XTs',
          'test-outer-02/XTs',
          'test-outer-03/XTs',
          'test-outer-04/XTs',
        ]
          .map(folder => `NME-Seg-2025.8.25-${folder}`)
          .flatMap(folder => [folder.replace('X', 'images'), folder.replace('X', 'labels')]),
      ),
    )
  })

  it('names files by seq and pid as the archive does, each once', () => {
    expect(archive).toHaveLength(48)
    for (const { path, seq, pid } of archive) {
      expect(path).toMatch(
        /^archive\/NME-Seg-2025\.8\.25-[a-z0-9-]+\/(images|labels)(Tr|Vd|Ts)\/NME-Seg_[^/]+\.nii\.gz$/,
      )
      expect(path).toContain(`/NME-Seg_${seq}.${pid}.nii.gz`)
    }
    expect(new Set(archive.map(file => file.path)).size).toBe(48)
    expect(new Set(volumes.map(file => file.seq)).size).toBe(24)
    expect(masks.map(({ seq, pid }) => `${seq} ${pid}`)).toEqual(
      volumes.map(({ seq, pid }) => `${seq} ${pid}`),
    )
    expect(volumes[0]!.seq).toBe('01A001')
  })

  it('has pids with leading zeros, one of 19 digits, and one patient twice', () => {
    const pids = volumes.map(file => file.pid)
    expect(pids.filter(pid => pid.startsWith('0')).length).toBeGreaterThan(3)
    expect(pids.filter(pid => pid.length === 19)).toHaveLength(1)
    expect(new Set(pids).size).toBe(23)
    expect(pids[7]).toBe(pids[3])
  })

  it('mixes voxel types, orientations and forms', () => {
    const header = (file: PhantomFile) => parseNiftiHeader(file.make())
    expect(new Set(volumes.map(file => dtypeText(header(file))))).toEqual(
      new Set(['int16', 'uint16', 'float32', 'float64']),
    )
    expect(new Set(masks.map(file => file.voxelType))).toEqual(new Set(['uint8', 'int16', 'float64']))
    expect(new Set(volumes.map(file => orientationText(file.affine).to))).toEqual(
      new Set(['LPS', 'RAS', 'Oblique(closest to LPS)', 'Oblique(closest to PIL)']),
    )
    expect(new Set(archive.map(file => file.forms))).toEqual(new Set(['both', 'sform', 'qform']))
  })

  it('writes headers that say what the plan says', () => {
    for (const file of archive) {
      const bytes = file.make()
      const header = parseNiftiHeader(bytes)
      expect([header.shape, header.voxelType, header.slope, header.intercept]).toEqual([
        file.shape,
        file.voxelType,
        file.slope,
        file.intercept,
      ])
      expect([header.sformCode > 0, header.qformCode > 0]).toEqual([
        file.forms !== 'qform',
        file.forms !== 'sform',
      ])
      expect(farthestCornerShift(niftiAffine(header).affine, file.affine, file.shape)).toBeLessThan(1e-3)
      expect(bytes.length).toBe(352 + (voxelCount(file.shape) * header.bitpix) / 8)
    }
  })

  it('puts about a third of the masks slightly, and one far, beside its volume', () => {
    const beside = masks.map(voxelsBeside)
    expect(beside.filter(shift => shift === 0)).toHaveLength(15)
    expect(beside.filter(shift => shift > 0 && shift < 0.5)).toHaveLength(8)
    expect(beside.filter(shift => shift >= 0.5)).toEqual([expect.closeTo(4, 3)])
  })

  it('has exactly one empty mask, and label 1 alone in all others', () => {
    const labels = masks.map(mask => [...new Set(storedVoxels(mask, mask.make()))].sort())
    expect(labels.filter(found => found.length === 1)).toEqual([[0]])
    expect(labels.filter(found => found.length === 2)).toEqual(new Array(23).fill([0, 1]))
  })

  it('stores one breast in every orientation: air before it, bright tissue behind the middle', () => {
    for (const volume of volumes) {
      const { affine, shape, slope, intercept } = volume
      const voxels = storedVoxels(volume, volume.make())
      const centre = transformPoint(
        affine,
        shape.map(n => (n - 1) / 2) as unknown as [number, number, number],
      )
      const sums = { front: [0, 0], back: [0, 0] }
      voxels.forEach((stored, n) => {
        const index = [
          n % shape[0],
          Math.floor(n / shape[0]) % shape[1],
          Math.floor(n / (shape[0] * shape[1])),
        ] as const
        const anterior = transformPoint(affine, index)[1] - centre[1]
        const sum = anterior > 145 ? sums.front : Math.abs(anterior) < 40 ? sums.back : undefined
        if (!sum) return
        sum[0]! += stored * slope + intercept
        sum[1]!++
      })
      expect(sums.back[0]! / sums.back[1]!).toBeGreaterThan((4 * sums.front[0]!) / sums.front[1]!)
    }
  })

  it.each([0, 1.5, Number.NaN])('refuses %s samples', samples => {
    expect(() => phantomArchive({ ...options, samples })).toThrow(RangeError)
  })
})

describe('brokenSample', () => {
  const broken = Object.fromEntries(BROKEN_KINDS.map(kind => [kind, brokenSample(kind, options)]))
  const first = (kind: string, n: number) => storedVoxels(broken[kind]![n]!, broken[kind]![n]!.make())[0]

  it('stands beside the archive with paths of its own', () => {
    const paths = [...archive, ...Object.values(broken).flat()].map(file => file.path)
    expect(new Set(paths).size).toBe(paths.length)
  })

  it('breaks what it says', () => {
    const roles = (kind: string) => broken[kind]!.map(file => file.role)
    expect(roles('mask-missing')).toEqual(['volume'])
    expect(roles('volume-missing')).toEqual(['mask'])
    expect(broken['shape-mismatch']!.map(file => parseNiftiHeader(file.make()).shape)).toEqual([
      [32, 28, 12],
      [32, 28, 11],
    ])
    expect(parseNiftiHeader(broken['volume-4d']![0]!.make(), { allowFrames: true }).frames).toBe(2)
    expect(first('mask-fraction', 1)).toBe(0.5)
    expect(first('mask-300', 1)).toBe(300)
    expect(first('mask-label-7', 1)).toBe(7)
    expect(first('volume-nan', 0)).toBeNaN()
  })

  it('writes every voxel that its header promises', () => {
    for (const file of Object.values(broken).flat()) {
      const bytes = file.make()
      const { bitpix } = parseNiftiHeader(bytes, { allowFrames: true })
      expect(bytes.length).toBe(352 + (file.frames * voxelCount(file.shape) * bitpix) / 8)
    }
  })
})
