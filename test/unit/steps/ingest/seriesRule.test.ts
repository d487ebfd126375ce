import { describe, expect, it } from 'vitest'
import { openPipeline } from '../../../../src/pipelines/openPipeline.ts'
import { seriesCandidates } from '../../../../src/steps/ingest/seriesCandidates.ts'
import { metConditions, type SeriesRule, unmetConditions } from '../../../../src/steps/ingest/seriesRule.ts'
import type { SeriesTraits } from '../../../../src/steps/ingest/seriesTraits.ts'
import { mapOf, seriesOf } from './seriesOf.ts'

const CTA = openPipeline().modalities.CTA!.rule
const MIP = openPipeline().modalities.MIP!.rule

describe('the rule of the angiogram', () => {
  it('takes a thin original axial CT series of many images', () => {
    expect(unmetConditions(CTA, seriesOf('1'))).toEqual([])
    expect(metConditions(CTA, seriesOf('1'))).toBe('CT ORIGINAL\\PRIMARY\\AXIAL, 200 images, 0.75 mm thick')
  })

  it.each<[keyof SeriesRule, Partial<SeriesTraits>, string]>([
    ['modality', { modality: 'MR' }, 'Modality is MR, not CT'],
    ['modality', { modality: '' }, 'Modality is not told, not CT'],
    [
      'image_type',
      { imageType: 'DERIVED\\PRIMARY\\AXIAL' },
      'ImageType DERIVED\\PRIMARY\\AXIAL lacks ORIGINAL',
    ],
    [
      'not_image_type',
      { imageType: 'ORIGINAL\\PRIMARY\\AXIAL\\LOCALIZER' },
      'ImageType ORIGINAL\\PRIMARY\\AXIAL\\LOCALIZER has LOCALIZER',
    ],
    ['min_instances', { instances: 99, slices: 99 }, '99 images, at least 100 are wanted'],
    ['max_slice_thickness_mm', { sliceThicknessMm: 1.25 }, 'slice thickness 1.25 mm, at most 1 mm is wanted'],
    [
      'max_slice_thickness_mm',
      { sliceThicknessMm: null },
      'slice thickness is not told, at most 1 mm is wanted',
    ],
  ])('tells that %s is not met', (condition, traits, reason) => {
    expect(unmetConditions(CTA, seriesOf('1', traits))).toEqual([{ condition, reason }])
  })

  it('takes the limits themselves', () => {
    expect(unmetConditions(CTA, seriesOf('1', { sliceThicknessMm: 1, instances: 100, slices: 1 }))).toEqual(
      [],
    )
  })

  it('counts the frames of one object as images', () => {
    expect(unmetConditions(CTA, seriesOf('1', { instances: 1, slices: 120 }))).toEqual([])
  })
})

describe('a rule', () => {
  it('compares whole values of ImageType, whatever their capitals', () => {
    expect(unmetConditions(MIP, mapOf('mip', '1'))).toEqual([])
    expect(unmetConditions(MIP, mapOf('MIPS', '1')).map(u => u.condition)).toEqual(['image_type'])
  })

  it('holds for a series whose objects differ only if it holds for each', () => {
    const imageType = 'DERIVED\\SECONDARY\\MIP | DERIVED\\SECONDARY\\AVG'
    expect(unmetConditions(MIP, mapOf('MIP', '1', { imageType })).map(u => u.condition)).toEqual([
      'image_type',
    ])
  })

  it('knows the kernel and the contrast agent', () => {
    const rule = { kernel: 'bv', contrast: true }
    expect(unmetConditions(rule, seriesOf('1', { hasContrast: true }))).toEqual([])
    expect(unmetConditions(rule, seriesOf('1', { kernel: 'Br36' })).map(u => u.reason)).toEqual([
      'ConvolutionKernel is Br36, bv… is wanted',
      'no contrast agent is named',
    ])
  })
})

describe('candidates', () => {
  const ranked = (all: SeriesTraits[], rule = CTA) =>
    seriesCandidates(all, rule).map(c => [c.series.seriesInstanceUid, c.rank])

  it('are ranked by images, thickness, series number and UID', () => {
    const all = [
      seriesOf('1.5', { seriesNumber: null }),
      seriesOf('1.4'),
      seriesOf('1.3'),
      seriesOf('1.6', { seriesNumber: 4 }),
      seriesOf('1.2', { sliceThicknessMm: 0.6 }),
      seriesOf('1.1', { instances: 300 }),
    ]
    const order = [
      ['1.1', 1],
      ['1.2', 2],
      ['1.6', 3],
      ['1.3', 4],
      ['1.4', 5],
      ['1.5', 6],
    ]
    expect(ranked(all)).toEqual(order)
    expect(ranked(all.reverse())).toEqual(order)
  })

  it('end with those that are of the kind but too few or too thick, and leave out other kinds', () => {
    const all = [
      seriesOf('1.1', { instances: 40, slices: 40 }),
      seriesOf('1.2'),
      mapOf('MIP', '1.3'),
      seriesOf('1.4', { imageType: 'ORIGINAL\\PRIMARY\\LOCALIZER' }),
    ]
    expect(seriesCandidates(all, CTA).map(c => [c.series.seriesInstanceUid, c.rank, c.reason])).toEqual([
      ['1.2', 1, 'CT ORIGINAL\\PRIMARY\\AXIAL, 200 images, 0.75 mm thick'],
      ['1.1', undefined, '40 images, at least 100 are wanted'],
    ])
  })
})
