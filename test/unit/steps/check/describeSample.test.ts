import { describe, expect, it } from 'vitest'
import { labelMask } from '../../../../src/artifacts/niftiMask.ts'
import { affine } from '../../../../src/core/affine.ts'
import type { Picture } from '../../../../src/core/picture.ts'
import type { Shape } from '../../../../src/core/volume.ts'
import { describeSample } from '../../../../src/steps/check/describeSample.ts'
import { stepRun } from '../stepRun.ts'

/** Stored from front to back, right to left and foot to head, with slices five times as thick as pixels. */
const shape: Shape = [30, 40, 12]
const grid = {
  shape,
  affine: affine<'voxel', 'ras'>([0, -1, 0, 20, -1, 0, 0, 15, 0, 0, 5, -30]),
}
const SIZE = shape[0] * shape[1] * shape[2]
const CODES = { qform: 1, sform: 1 }
const at = (i: number, j: number, k: number) => (k * shape[1] + j) * shape[0] + i
const LABELS = [
  { index: 1, name: 'non mass enhancement', shortForm: 'NME', color: '#ff8800' },
  { index: 2, name: 'breast', shortForm: 'Breast' },
]

function volumeOf(data: Float32Array) {
  return { volume: { grid, data }, codes: CODES, nonFinite: 0, inexact: 0, formsDifferMm: 0 }
}

/** A lesion near the front on the patient's right, in two slices, and one voxel of label 5 elsewhere. */
function lesion() {
  const data = new Uint8Array(SIZE)
  for (let k = 6; k <= 7; k++) for (let j = 4; j <= 7; j++) for (let i = 3; i <= 6; i++) data[at(i, j, k)] = 1
  data[at(20, 30, 2)] = 5
  return labelMask({ grid, data }, CODES)
}

const ramp = () => Float32Array.from({ length: SIZE }, (_, v) => v % 500)

/** Pixels of one colour: how many, and their mean place as shares of width and height. */
function pixelsOf({ width, height, data }: Picture, colour: string) {
  const found = Array.from({ length: width * height }, (_, p) => p).filter(
    p => data.subarray(3 * p, 3 * p + 3).join() === colour,
  )
  const mean = (of: (p: number) => number) => found.reduce((sum, p) => sum + of(p), 0) / found.length
  return {
    count: found.length,
    x: mean(p => (p % width) + 0.5) / width,
    y: mean(p => Math.floor(p / width) + 0.5) / height,
  }
}

describe('describe-sample', () => {
  it('draws the outline in the colour of the label map, where the lesion lies', async () => {
    const { outputs } = await stepRun(
      describeSample,
      { volume: volumeOf(ramp()), mask: lesion(), header: undefined },
      { labels: LABELS },
    )
    const orange = '255,136,0'
    // 40 mm across, 30 mm deep, 60 mm high: the largest side has 160 pixels.
    expect(Object.entries(outputs.pictures).map(([key, { width, height }]) => [key, width, height])).toEqual([
      ['axial', 107, 80],
      ['coronal', 107, 160],
      ['sagittal', 80, 160],
    ])
    const axial = pixelsOf(outputs.pictures.axial!, orange)
    expect(axial.count).toBeGreaterThan(30)
    // Its middle is at j 5.5 of 40 and i 4.5 of 30: right of the patient, and front.
    expect(axial.x).toBeCloseTo(6 / 40, 1.5)
    expect(axial.y).toBeCloseTo(5 / 30, 1.5)
    const coronal = pixelsOf(outputs.pictures.coronal!, orange)
    expect(coronal.x).toBeCloseTo(6 / 40, 1.5)
    // k 6.5 of 12, counted from the head.
    expect(coronal.y).toBeCloseTo(1 - 7 / 12, 1.5)
    const sagittal = pixelsOf(outputs.pictures.sagittal!, orange)
    expect(sagittal.x).toBeCloseTo(5 / 30, 1.5)
    expect(sagittal.y).toBeCloseTo(1 - 7 / 12, 1.5)
  })

  it('tells figures, texts and labels', async () => {
    const { outputs } = await stepRun(
      describeSample,
      {
        volume: volumeOf(ramp()),
        mask: lesion(),
        header: { shape, affine: grid.affine, spacing: [1, 1, 5], dtype: 'float32' },
      },
      { labels: LABELS },
    )
    const { record } = outputs
    expect(record).toMatchObject({
      case: 'p1',
      figures: {
        ...{ sizeX: 30, sizeY: 40, sizeZ: 12, spacingX: 1, spacingY: 1, spacingZ: 5 },
        ...{ intensityMin: 0, intensityMax: 499, labelVolumeMl: 0.165, labelParts: 2 },
      },
      texts: { orientation: 'PLS', dtype: 'float32' },
      labels: [
        { index: 1, shortForm: 'NME', color: '#ff8800', voxels: 32, volumeMl: 0.16 },
        { index: 2, shortForm: 'Breast', color: '#00ff00', voxels: 0, volumeMl: 0 },
        { index: 5, shortForm: '5', color: '#00ffff', voxels: 1, volumeMl: 0.005 },
      ],
    })
    expect(record.histogram!.counts).toHaveLength(64)
    expect(record.pictures.map(p => [p.key, p.path])).toEqual(
      ['axial', 'coronal', 'sagittal'].map(key => [key, `out/pictures/${key}`]),
    )
    expect(record.pictures[0]!.alt).toBe(
      'Axial slice through the largest labelled part with the outline of non mass enhancement, label 5',
    )
  })

  it('of a volume alone shows its middle, and has no figures of labels', async () => {
    const data = new Float32Array(SIZE)
    data[at(14, 19, 5)] = 100
    const { outputs } = await stepRun(describeSample, {
      volume: volumeOf(data),
      mask: undefined,
      header: undefined,
    })
    const { record, pictures } = outputs
    expect(record.labels).toEqual([])
    expect(record.figures).not.toHaveProperty('labelVolumeMl')
    expect(record.pictures[0]!.alt).toBe('Axial slice through the middle')
    for (const picture of Object.values(pictures)) expect(Math.max(...picture.data)).toBeGreaterThan(100)
  })

  it('of a mask alone draws its outline on black', async () => {
    const { outputs } = await stepRun(
      describeSample,
      { volume: undefined, mask: lesion(), header: undefined },
      { labels: LABELS },
    )
    expect(outputs.record.figures).not.toHaveProperty('intensityMean')
    const { count } = pixelsOf(outputs.pictures.axial!, '255,136,0')
    expect(count).toBeGreaterThan(30)
    expect(pixelsOf(outputs.pictures.axial!, '0,0,0').count).toBe(107 * 80 - count)
  })

  it('leaves voxels that are no numbers out', async () => {
    const data = ramp().fill(Number.NaN, 0, 100)
    const { outputs } = await stepRun(describeSample, {
      volume: volumeOf(data),
      mask: lesion(),
      header: undefined,
    })
    for (const value of Object.values(outputs.record.figures)) expect(value).not.toBeNaN()
  })

  it.each([
    ['of another size', { shape: [30, 40, 13] as Shape, affine: grid.affine }],
    ['elsewhere', { shape, affine: affine<'voxel', 'ras'>([0, -1, 0, 24, -1, 0, 0, 15, 0, 0, 5, -30]) }],
  ])('refuses a mask %s', async (_, other) => {
    const mask = labelMask({ grid: other, data: new Uint8Array(other.shape[0] * 40 * other.shape[2]) }, CODES)
    const run = stepRun(describeSample, { volume: volumeOf(ramp()), mask, header: undefined })
    await expect(run).rejects.toMatchObject({ code: 'grids-differ' })
  })

  it('refuses a sample of nothing', async () => {
    const run = stepRun(describeSample, { volume: undefined, mask: undefined, header: undefined })
    await expect(run).rejects.toMatchObject({ code: 'sample-file-missing' })
  })
})
