import { describe, expect, it } from 'vitest'
import { labelMask } from '../../../../src/artifacts/niftiMask.ts'
import { affine, transformPoint } from '../../../../src/core/affine.ts'
import type { Shape } from '../../../../src/core/volume.ts'
import {
  type CropRecord,
  extractPericardiumBbox,
} from '../../../../src/steps/prepare/extractPericardiumBbox.ts'
import { genCropReport } from '../../../../src/steps/prepare/genCropReport.ts'
import { collectSsl } from '../../../../src/steps/share/collectSsl.ts'
import { stepRun } from '../stepRun.ts'

// Oblique, with voxels of 0.3 × 0.4 × 0.5 mm.
const oblique = affine<'voxel', 'ras'>([0.24, -0.24, 0, -10, 0.18, 0.32, 0, 20, 0, 0, 0.5, 30])

function images(shape: Shape, heart: readonly Shape[], at = oblique) {
  const grid = { shape, affine: at }
  const size = shape[0] * shape[1] * shape[2]
  const labels = new Uint8Array(size)
  const flow = new Int16Array(size).fill(-1024)
  for (const [n, [i, j, k]] of heart.entries()) {
    const voxel = (k * shape[1] + j) * shape[0] + i
    labels[voxel] = n + 1
    flow[voxel] = n
  }
  return {
    cta: { volume: { grid, data: Int16Array.from({ length: size }, (_, v) => v) } },
    mbf: { volume: { grid, data: flow } },
    mask: labelMask({ grid, data: labels }, { qform: 1, sform: 1 }),
  }
}

describe('extract-pericardium-bbox', () => {
  const shape: Shape = [9, 8, 7]
  const heart: Shape[] = [
    [2, 5, 3],
    [6, 3, 4],
  ]

  it('crops to the box of the labels, both ends within', async () => {
    const { outputs, findings } = await stepRun(extractPericardiumBbox, images(shape, heart))
    expect(outputs.record).toEqual({
      pid: 'p1',
      box: { min: [2, 3, 3], max: [6, 5, 4] },
      extentVoxels: [5, 3, 2],
      imageVoxels: shape,
      extentMm: [1.5, 1.2, 1],
      spacingMm: [0.3, 0.4, 0.5],
      marginMm: 0,
      marginClipped: false,
      flowVoxels: 2,
    })
    expect(outputs.cta.volume.data).toBeInstanceOf(Int16Array)
    expect([...outputs.mask.mask.data].filter(v => v > 0)).toEqual([1, 2])
    expect([...outputs.mbf.volume.data].filter(v => v !== -1024)).toEqual([0, 1])
    expect([...outputs.mbfMask.mask.data]).toEqual([...outputs.mask.mask.data].map(v => (v > 0 ? 1 : 0)))
    expect(outputs.mbfMask.counts[1]).toBe(2)
    expect(findings).toEqual([])
  })

  it('leaves every voxel where it is in the world', async () => {
    const whole = images(shape, heart)
    const { outputs } = await stepRun(extractPericardiumBbox, whole, { marginMm: 0.4 })
    const { grid, data } = outputs.cta.volume
    expect(outputs.record.box).toEqual({ min: [0, 2, 2], max: [8, 6, 5] })
    for (const other of [outputs.mbf.volume.grid, outputs.mask.mask.grid, outputs.mbfMask.mask.grid])
      expect(other).toEqual(grid)
    let at = 0
    for (let k = 0; k < grid.shape[2]; k++)
      for (let j = 0; j < grid.shape[1]; j++)
        for (let i = 0; i < grid.shape[0]; i++, at++) {
          // The CTA holds the index of each voxel.
          const v = data[at]!
          const from = transformPoint(oblique, [v % 9, Math.floor(v / 9) % 8, Math.floor(v / 72)])
          const to = transformPoint(grid.affine, [i, j, k])
          for (const axis of [0, 1, 2] as const) expect(to[axis]).toBeCloseTo(from[axis], 10)
        }
    expect(at).toBe(data.length)
  })

  it('takes whole voxels for the margin and cuts it at the border', async () => {
    const boxWith = async (marginMm: number) =>
      (await stepRun(extractPericardiumBbox, images(shape, heart), { marginMm })).outputs.record
    // 0.6 mm are two voxels of 0.3 mm, though 0.6 / 0.3 of the column norms may end above 2.
    expect(await boxWith(0.6)).toMatchObject({
      box: { min: [0, 1, 1], max: [8, 7, 6] },
      marginClipped: false,
    })
    expect(await boxWith(0.7)).toMatchObject({ box: { min: [0, 1, 1], max: [8, 7, 6] }, marginClipped: true })
  })

  it('tells when the heart reaches the border of the image', async () => {
    const { findings } = await stepRun(
      extractPericardiumBbox,
      images(shape, [
        [0, 3, 3],
        [4, 3, 6],
      ]),
    )
    expect(findings.map(f => [f.code, f.message])).toEqual([
      ['heart-at-border', 'the labels reach the first voxel along i, the last voxel along k'],
    ])
  })

  it('refuses an empty mask and images of other grids', async () => {
    await expect(stepRun(extractPericardiumBbox, images(shape, []))).rejects.toMatchObject({
      code: 'heart-empty',
    })
    const { cta } = images(shape, heart)
    const moved = affine<'voxel', 'ras'>(oblique.map((v, n) => (n === 3 ? v + 2 : v)))
    await expect(
      stepRun(extractPericardiumBbox, { ...images(shape, heart, moved), cta }),
    ).rejects.toMatchObject({ code: 'grids-differ', message: expect.stringContaining('2.00 mm') })
  })
})

const record = (pid: string, extentVoxels: Shape, spacing: number): CropRecord => ({
  pid,
  box: { min: [1, 2, 3], max: extentVoxels.map((n, a) => n + a) as unknown as Shape },
  extentVoxels,
  imageVoxels: [512, 512, 160],
  extentMm: extentVoxels.map(n => n * spacing) as unknown as Shape,
  spacingMm: [spacing, spacing, spacing],
  marginMm: 0,
  marginClipped: false,
  flowVoxels: 9,
})

describe('gen-crop-report', () => {
  it('lists the crops and tells the largest extents', async () => {
    const records = {
      a: () => record('a', [300, 200, 90], 0.5),
      b: () => record('b', [280, 260, 90], 0.75),
    }
    const { outputs, findings } = await stepRun(
      genCropReport,
      { records, upstream: {} },
      { failed: [{ case: 'c', reason: 'register: it diverged' }] },
    )
    if (!('sheets' in outputs.report)) throw new Error('no sheets')
    const [crops, largest, found] = outputs.report.sheets
    expect(crops!.name).toBe('Crops')
    const rows = [...crops!.rows]
    for (const row of rows) expect(row).toHaveLength(crops!.columns.length)
    expect(rows.map(r => [r[0], r.at(-1)])).toEqual([
      ['a', 'cropped'],
      ['b', 'cropped'],
      ['c', 'failed: register: it diverged'],
    ])
    expect([...largest!.rows]).toEqual([
      ['x', 300, 'a', 320, 210, 'b'],
      ['y', 260, 'b', 288, 195, 'b'],
      ['z', 90, 'a', 96, 67.5, 'b'],
    ])
    expect(findings.map(f => [f.code, f.severity, f.message, f.numbers])).toEqual([
      [
        'crop-size-needed',
        'info',
        'the largest extents are 300 × 260 × 90 voxels (of a, b), 320 × 288 × 96 in multiples of 32',
        { x: 300, y: 260, z: 90 },
      ],
    ])
    expect([...found!.rows].map(r => r[1])).toEqual(['crop-size-needed'])
  })

  it('says nothing of sizes when no patient was cropped', async () => {
    const { findings } = await stepRun(
      genCropReport,
      { records: {}, upstream: {} },
      { failed: [{ case: 'c', reason: 'register: it diverged' }] },
    )
    expect(findings).toEqual([])
  })
})

describe('collect-ssl', () => {
  it('names each copy after its patient', async () => {
    const mbf = { p7: { place: '/data/p7', name: 'cropped_mbf.nii.gz' } }
    const { outputs } = await stepRun(collectSsl, { mbf }, { link: 'hard' })
    expect(outputs.copies).toEqual({
      copies: [{ place: '/data/p7', source: 'cropped_mbf.nii.gz', target: 'p7_cropped_mbf.nii.gz' }],
      link: 'hard',
    })
  })
})
