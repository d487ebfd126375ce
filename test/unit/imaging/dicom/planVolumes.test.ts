import { describe, expect, it } from 'vitest'
import { transformPoint, voxelSizes } from '../../../../src/core/affine.ts'
import type { SliceHeader } from '../../../../src/core/sliceHeader.ts'
import { planVolumes } from '../../../../src/imaging/dicom/planVolumes.ts'
import type { PlanOptions, SeriesPlan } from '../../../../src/imaging/dicom/volumePlan.ts'
import { slice, stack } from './sliceSeries.ts'

const codes = ({ findings }: SeriesPlan) => findings.map(({ code, severity }) => `${code} ${severity}`)
const indices = ({ volumes }: SeriesPlan) => volumes.map(({ slices }) => slices.map(s => s.index))
const named: Partial<PlanOptions> = { where: 'p1/CTA', nameOf: index => `IM${index}.dcm` }

/** The plan refuses all frames for `code`; gives the finding. */
function refusal(slices: readonly SliceHeader[], code: string, options: Partial<PlanOptions> = {}) {
  const plan = planVolumes(slices, { ...named, ...options })
  expect(plan.volumes).toEqual([])
  expect(plan.leftOut.map(left => left.code)).toEqual(slices.map(() => code))
  expect(codes(plan)).toEqual([`${code} error`])
  return plan.findings[0]!
}

describe('an even stack', () => {
  it('becomes one volume in the order of the normal, whatever the instance numbers and thickness say', () => {
    const slices = stack().map(s => ({ ...s, instanceNumber: 10 - s.index }))
    const plan = planVolumes([slices[2]!, slices[0]!, slices[3]!, slices[1]!], named)
    expect(plan.findings).toEqual([])
    expect(plan.leftOut).toEqual([])
    expect(indices(plan)).toEqual([[0, 1, 2, 3]])
    expect(plan.volumes[0]).toMatchObject({
      suffix: '',
      distinction: {},
      where: 'p1/CTA',
      columns: 6,
      rows: 5,
      resampling: undefined,
    })
    expect(plan.volumes[0]!.grid).toEqual({
      shape: [6, 5, 4],
      affine: [-0.5, 0, 0, 10, 0, -0.75, 0, 20, 0, 0, 2, 30, 0, 0, 0, 1],
    })
  })

  it('keeps each origin where ImagePositionPatient has it when the plane is oblique', () => {
    const [c, s] = [Math.cos(0.3), Math.sin(0.3)]
    const slices = stack({ row: [c, s, 0], column: [-s * c, c * c, s], along: [-3, -1.5, 0, 1.5, 3] })
    const { volumes } = planVolumes(slices)
    slices.forEach(({ position }, k) => {
      const [x, y, z] = transformPoint(volumes[0]!.grid.affine, [0, 0, k])
      expect(x).toBeCloseTo(-position![0], 10)
      expect(y).toBeCloseTo(-position![1], 10)
      expect(z).toBeCloseTo(position![2], 10)
    })
  })

  it('may differ by 1 % from slice to slice and by rounding, but not drift away', () => {
    expect(planVolumes(stack({ along: [0, 2, 4.019, 6.019] })).findings).toEqual([])
    expect(planVolumes(stack({ along: [0, 0.62, 1.25, 1.87, 2.5] })).findings).toEqual([])
    const drifting = [0]
    for (let k = 0; k < 100; k++) drifting.push(drifting.at(-1)! + (k < 50 ? 0.995 : 1.005))
    const { message } = refusal(stack({ along: drifting }), 'slice-gap-uneven')
    expect(message).toContain('the distances of 101 slices drift')
  })

  it('is accepted with a shear too small to see, which the affine keeps', () => {
    const { volumes, findings } = planVolumes(stack({ shear: [0.001, 0] }))
    expect(findings).toEqual([])
    expect(volumes[0]!.grid.affine[2]).toBeCloseTo(-0.002, 10)
  })
})

describe('uneven stacks', () => {
  const gap = stack({ along: [0, 5, 10, 20, 25] })

  it('are refused with the slices beside the gap, their positions and how many are missing', () => {
    const { message, numbers, remedy, where } = refusal(gap, 'slice-gap-uneven')
    expect(where).toBe('p1/CTA')
    expect(message).toBe(
      'IM2.dcm (at 40 mm) and IM3.dcm (at 50 mm) lie 10 mm apart (1 missing), where 5 mm is usual',
    )
    expect(numbers).toMatchObject({ missing: 1, usualMm: 5, slices: '2-3', positionsMm: '40.000, 50.000' })
    expect(remedy).toContain('--on_uneven resample')
  })

  it('are refused above 1 % of both the usual and the mean distance', () => {
    refusal(stack({ along: [0, 2, 4.03, 6.03, 8.03] }), 'slice-gap-uneven')
  })

  it('are interpolated to the median distance when asked', () => {
    const plan = planVolumes(gap, { ...named, onUneven: 'resample' })
    expect(codes(plan)).toEqual(['slice-gap-uneven warning'])
    expect(plan.volumes[0]!.grid.shape).toEqual([6, 5, 6])
    expect(voxelSizes(plan.volumes[0]!.grid.affine)).toEqual([0.5, 0.75, 5])
    expect(plan.volumes[0]!.resampling).toEqual({ along: true, spacingMm: 5 })
  })

  it('are taken as even when asked, which says how far slices move', () => {
    const plan = planVolumes(gap, { ...named, onUneven: 'accept' })
    expect(codes(plan)).toEqual(['slice-gap-uneven warning'])
    expect(plan.findings[0]!.message).toContain(
      'accepted as even at 6.25 mm, which moves slices by up to 2.5 mm',
    )
    expect(plan.volumes[0]!.grid.shape).toEqual([6, 5, 5])
    expect(plan.volumes[0]!.resampling).toBeUndefined()
  })

  it('are several volumes when an attribute divides them into even stacks of three or more', () => {
    const divided = (perStack: number) => [
      ...stack({ along: [0, 2, 4].slice(0, perStack) }, { acquisitionNumber: 1 }),
      ...stack({ along: [3.5, 5.5, 7.5].slice(0, perStack) }, { acquisitionNumber: 2 }, perStack),
    ]
    expect(indices(planVolumes(divided(3)))).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ])
    refusal(divided(2), 'slice-gap-uneven')
  })
})

describe('tilted stacks', () => {
  const tilted = stack({ shear: [0, Math.tan((10 * Math.PI) / 180)] })

  it('are refused with the angle', () => {
    const { message, numbers, remedy } = refusal(tilted, 'gantry-tilt')
    expect(message).toBe(
      "the origins of 4 slices, IM0.dcm (at 30 mm) to IM3.dcm (at 36 mm), run 10.00° aslant of the slices' normal",
    )
    expect(numbers!.tiltDegrees).toBeCloseTo(10, 9)
    expect(remedy).toContain('--on_tilt resample')
  })

  it('are planned on a right-angled grid that holds all shifted rows', () => {
    const plan = planVolumes(tilted, { ...named, onTilt: 'resample' })
    expect(codes(plan)).toEqual(['gantry-tilt warning'])
    const { grid, slices } = plan.volumes[0]!
    const shift = (6 * Math.tan((10 * Math.PI) / 180)) / 0.75
    expect(grid.shape).toEqual([6, 5 + Math.ceil(shift), 4])
    expect(slices[3]!.shift[0]).toBe(0)
    expect(slices[3]!.shift[1]).toBeCloseTo(shift, 10)
    // The first pixel of each slice is where its header has it.
    for (const { index, shift: at } of slices) {
      const [x, y, z] = transformPoint(grid.affine, [at[0], at[1], index])
      const [px, py, pz] = tilted[index]!.position!
      expect([x, y, z].map(v => v.toFixed(9))).toEqual([-px, -py, pz].map(v => v.toFixed(9)))
    }
  })

  it('may lean to falling rows', () => {
    const plan = planVolumes(stack({ shear: [0, -0.2] }), { onTilt: 'resample' })
    const { grid, slices } = plan.volumes[0]!
    expect(slices[0]!.shift[1]).toBeCloseTo(1.6, 10)
    expect(slices[3]!.shift[1]).toBe(0)
    expect(transformPoint(grid.affine, [0, 0, 0])[1]).toBeCloseTo(20 + 1.2, 10)
  })

  it('are told from single slices that are shifted sideways', () => {
    const strayed = stack({ along: [0, 2, 4, 6, 8] })
    strayed[2] = { ...strayed[2]!, position: [-10, -19, 34] }
    const { message, numbers } = refusal(strayed, 'slice-origin-shifted')
    expect(message).toBe('1 of 5 slices are shifted sideways from the line of the others: IM2.dcm')
    expect(numbers).toMatchObject({ slices: '2', positionsMm: '34.000' })
  })
})

describe('mixed series', () => {
  it.each([
    ['slice-size-mixed', { rows: 4 }, '6 × 5 pixels in IM0.dcm, IM1.dcm, IM2.dcm; 6 × 4 pixels in IM3.dcm'],
    ['slice-spacing-mixed', { pixelSpacing: [0.75, 0.51] }, '0.75\\0.51 mm in IM3.dcm'],
    ['slice-orientation-mixed', { orientation: [0, 1, 0, 0, 0, -1] }, '0\\1\\0\\0\\0\\-1 in IM3.dcm'],
  ] as const)('are refused: %s', (code, change, text) => {
    const slices = stack().map((s, k) => (k === 3 ? { ...s, ...change } : s))
    const { message, numbers } = refusal(slices, code)
    expect(message).toContain(text)
    expect(numbers!.slices).toBe('3')
  })

  it('are alike when the cosines differ by rounding only', () => {
    const slices = stack().map((s, k) => ({ ...s, orientation: [1, k * 1e-6, 0, 0, 1, 0] as const }))
    expect(planVolumes(slices).findings).toEqual([])
  })
})

describe('too few places', () => {
  it('refuses a series of two images, unless two are enough', () => {
    const two = stack({ along: [0, 1] })
    expect(refusal(two, 'slice-count-low').numbers).toMatchObject({ slices: '0-1', minSlices: 3 })
    expect(planVolumes(two, { minSlices: 2 }).volumes[0]!.grid.shape).toEqual([6, 5, 2])
  })

  it('refuses one slice repeated over time', () => {
    const tracking = [3, 2, 1].map((acquisitionNumber, k) =>
      slice(k, { position: [0, 0, 7], acquisitionNumber }),
    )
    expect(refusal(tracking, 'series-not-volume').numbers).toMatchObject({
      positionsMm: '7.000, 7.000, 7.000',
    })
  })

  it('takes a lone slice only with SpacingBetweenSlices, never by its thickness', () => {
    expect(refusal([slice(0)], 'slice-count-low', { minSlices: 1 }).message).toContain(
      'no SpacingBetweenSlices',
    )
    const { volumes } = planVolumes([slice(0, { spacingBetweenSlices: 4 })], { minSlices: 1 })
    expect(volumes[0]!.grid.shape).toEqual([6, 5, 1])
    expect(voxelSizes(volumes[0]!.grid.affine)).toEqual([0.5, 0.75, 4])
  })
})

describe('frames that are no slices', () => {
  it.each([
    ['object-not-image', { rows: undefined, columns: undefined, modality: 'RTSTRUCT' }],
    ['image-colour', { samplesPerPixel: 3, photometric: 'RGB' }],
    ['image-colour', { photometric: 'PALETTE COLOR' }],
    ['image-secondary-capture', { sopClassUid: '1.2.840.10008.5.1.4.1.1.7' }],
    ['image-secondary-capture', { sopClassUid: '1.2.840.10008.5.1.4.1.1.7.2' }],
    ['image-mosaic', { imageType: ['ORIGINAL', 'PRIMARY', 'M', 'MOSAIC'] }],
    ['image-localizer', { imageType: ['ORIGINAL', 'PRIMARY', 'LOCALIZER'] }],
    ['image-multiframe-unsupported', { frames: 60, position: undefined, modality: 'NM' }],
    ['slice-position-missing', { position: undefined }],
    ['slice-position-missing', { orientation: undefined }],
    ['slice-position-missing', { pixelSpacing: undefined }],
    ['slice-header-invalid', { orientation: [1, 0, 0, 1, 0, 0] }],
    ['slice-header-invalid', { orientation: [2, 0, 0, 0, 1, 0] }],
    ['slice-header-invalid', { pixelSpacing: [0, 1] }],
    ['slice-header-invalid', { slope: Number.NaN }],
    ['image-lut-unsupported', { modalityLut: true }],
  ] as const)('are left out by name: %s', (code, change) => {
    const plan = planVolumes([...stack(), slice(4, change)], named)
    expect(indices(plan)).toEqual([[0, 1, 2, 3]])
    expect(plan.leftOut).toEqual([{ index: 4, code }])
    expect(plan.findings.map(f => f.code)).toEqual([code])
    expect(plan.findings[0]!.message).toContain('1 of 5 frames')
    expect(plan.findings[0]!.message).toContain('IM4.dcm')
    expect(plan.findings[0]!.numbers).toMatchObject({ slices: '4' })
  })

  it('leave no volume when nothing else is there', () => {
    const plan = planVolumes([slice(0, { photometric: 'RGB', samplesPerPixel: 3 })])
    expect(plan.volumes).toEqual([])
    expect(codes(plan)).toEqual(['image-colour warning'])
    expect(planVolumes([])).toEqual({ volumes: [], leftOut: [], findings: [] })
  })

  it('are not MONOCHROME1 slices, which are noted', () => {
    const plan = planVolumes(stack({}, { photometric: 'MONOCHROME1' }), named)
    expect(plan.volumes).toHaveLength(1)
    expect(codes(plan)).toEqual(['photometric-inverted info'])
  })
})
