import { describe, expect, it } from 'vitest'
import type { SliceHeader } from '../../../../src/core/sliceHeader.ts'
import { planVolumes } from '../../../../src/imaging/dicom/planVolumes.ts'
import type { SeriesPlan } from '../../../../src/imaging/dicom/volumePlan.ts'
import { stack } from './sliceSeries.ts'

const told = ({ volumes }: SeriesPlan) =>
  volumes.map(({ suffix, distinction, slices }) => [suffix, distinction, slices.map(s => s.index)])
const codes = ({ findings }: SeriesPlan) => findings.map(({ code, severity }) => `${code} ${severity}`)

/** Stacks at the same places, 4 slices each, the n-th with the n-th change. */
const repeated = (...changes: Partial<SliceHeader>[]) =>
  changes.flatMap((change, n) => stack({}, change, 4 * n))

describe('several volumes at the same places', () => {
  it.each([
    ['TemporalPositionIdentifier', { temporalPosition: 2 }, { temporalPosition: 10 }, 2, 10],
    ['AcquisitionNumber', { acquisitionNumber: 9 }, { acquisitionNumber: 11 }, 9, 11],
    ['EchoTime', { echoTime: 2.3 }, { echoTime: 4.6 }, 2.3, 4.6],
    ['ImageType', { imageType: ['A'] }, { imageType: ['B'] }, 'A', 'B'],
    ['DiffusionBValue', { bValue: 0 }, { bValue: 1000 }, 0, 1000],
    ['TriggerTime', { triggerTime: 0 }, { triggerTime: 55 }, 0, 55],
  ])('are told apart by %s', (keyword, first, second, low, high) => {
    const plan = planVolumes(repeated(second, first))
    expect(told(plan)).toEqual([
      ['', { [keyword]: low }, [4, 5, 6, 7]],
      ['_2', { [keyword]: high }, [0, 1, 2, 3]],
    ])
    expect(codes(plan)).toEqual(['series-several-volumes warning'])
    expect(plan.findings[0]!.message).toContain(`${keyword} ${low} (4 slices), ${keyword} ${high} (4 slices)`)
  })

  it('are told apart by several attributes when one is not enough', () => {
    const plan = planVolumes(
      repeated(
        { echoTime: 1, temporalPosition: 1 },
        { echoTime: 2, temporalPosition: 1 },
        { echoTime: 1, temporalPosition: 2 },
        { echoTime: 2, temporalPosition: 2 },
      ),
    )
    expect(plan.volumes.map(volume => volume.distinction)).toEqual([
      { TemporalPositionIdentifier: 1, EchoTime: 1 },
      { TemporalPositionIdentifier: 1, EchoTime: 2 },
      { TemporalPositionIdentifier: 2, EchoTime: 1 },
      { TemporalPositionIdentifier: 2, EchoTime: 2 },
    ])
  })

  it('are not torn by an acquisition number that changes within each of them', () => {
    const slices = repeated({ temporalPosition: 1 }, { temporalPosition: 2 }).map(s => ({
      ...s,
      acquisitionNumber: s.index >> 1,
    }))
    expect(planVolumes(slices).volumes.map(volume => volume.slices.length)).toEqual([4, 4])
    const stepAndShoot = stack().map(s => ({ ...s, acquisitionNumber: s.index }))
    expect(planVolumes(stepAndShoot).volumes).toHaveLength(1)
  })

  it('are ranked by instance number at each place when nothing else differs', () => {
    const slices = repeated({}, {}).map(s => ({ ...s, instanceNumber: 100 - s.index }))
    expect(told(planVolumes(slices, { digestOf: String }))).toEqual([
      ['', { Rank: 1 }, [4, 5, 6, 7]],
      ['_2', { Rank: 2 }, [0, 1, 2, 3]],
    ])
  })

  it('are ranked by dimension index before instance number', () => {
    const slices = repeated({}, {}).map(s => ({
      ...s,
      instanceNumber: 1,
      dimensionIndexValues: [1, (s.index % 4) + 1, s.index < 4 ? 2 : 1],
    }))
    expect(told(planVolumes(slices, { digestOf: String }))[0]![2]).toEqual([4, 5, 6, 7])
  })

  it('carry their suffix as --on-multiple says', () => {
    const slices = repeated({ echoTime: 1 }, { echoTime: 2 }).slice(1)
    const suffixes = (onMultiple: 'split' | 'suffix') =>
      planVolumes(slices, { onMultiple }).volumes.map(volume => volume.suffix)
    // The one of most slices keeps the plain name.
    expect(suffixes('split')).toEqual(['_1', ''])
    expect(suffixes('suffix')).toEqual(['_1', '_2'])
    const refused = planVolumes(slices, { onMultiple: 'reject' })
    expect(refused.volumes).toEqual([])
    expect(codes(refused)).toEqual(['series-several-volumes error'])
    expect(refused.leftOut).toHaveLength(7)
  })

  it('are those of StackID, which may lie in other planes', () => {
    const slices = [
      ...stack({}, { stackId: 'A' }),
      ...stack({ row: [0, 1, 0], column: [0, 0, -1] }, { stackId: 'B' }, 4),
    ]
    expect(told(planVolumes(slices))).toEqual([
      ['', { StackID: 'A' }, [0, 1, 2, 3]],
      ['_2', { StackID: 'B' }, [4, 5, 6, 7]],
    ])
  })

  it('go on without the one that is refused, whose slices are named', () => {
    const slices = repeated({ echoTime: 1 }, { echoTime: 2 }).filter(s => s.index !== 5)
    const plan = planVolumes(slices)
    expect(plan.volumes.map(volume => volume.distinction)).toEqual([{ EchoTime: 1 }])
    expect(plan.leftOut).toEqual([4, 6, 7].map(index => ({ index, code: 'slice-gap-uneven' })))
    expect(codes(plan)).toEqual(['slice-gap-uneven error', 'series-several-volumes warning'])
  })
})

describe('slices at one place', () => {
  const digestOf = (index: number) => String(index % 4)

  it('count once when their pixels are the same', () => {
    const plan = planVolumes(repeated({}, {}).slice(0, 6), { digestOf, nameOf: index => `IM${index}` })
    expect(told(plan)).toEqual([['', {}, [0, 1, 2, 3]]])
    expect(plan.leftOut).toEqual([4, 5].map(index => ({ index, code: 'slice-duplicate' })))
    expect(codes(plan)).toEqual(['slice-duplicate info'])
    expect(plan.findings[0]!.message).toContain('IM4, IM5')
  })

  it('count once when they are the same instance and no digest is known', () => {
    const plan = planVolumes([...stack(), { ...stack()[2]!, index: 9 }])
    expect(plan.leftOut).toEqual([{ index: 9, code: 'slice-duplicate' }])
    expect(plan.volumes).toHaveLength(1)
  })

  it('are two when equal pixels have another slope', () => {
    const twice = [...stack(), { ...stack()[2]!, index: 9, sopInstanceUid: '9', slope: 2 }]
    expect(planVolumes(twice, { digestOf: () => 'same' }).volumes).toEqual([])
  })

  it('are refused with their names and position when their pixels differ', () => {
    const extra = { ...stack()[2]!, index: 4, sopInstanceUid: '1.2.4' }
    const plan = planVolumes([...stack(), extra], { digestOf: String, nameOf: index => `IM${index}.dcm` })
    expect(plan.volumes).toEqual([])
    expect(plan.leftOut).toHaveLength(5)
    expect(codes(plan)).toEqual(['slice-position-repeated error'])
    expect(plan.findings[0]!.message).toContain('IM2.dcm, IM4.dcm at 34.000 mm')
    expect(plan.findings[0]!.numbers).toMatchObject({
      slices: '2, 4',
      positionsMm: '34.000, 34.000',
      places: 1,
    })
  })

  it('ask for no digest when an attribute tells them apart', () => {
    const asked: number[] = []
    const digest = (index: number) => String(asked.push(index))
    planVolumes(repeated({ echoTime: 1 }, { echoTime: 2 }), { digestOf: digest })
    planVolumes(stack(), { digestOf: digest })
    expect(asked).toEqual([])
  })

  it('are told apart by an attribute once the duplicate among them is gone', () => {
    const slices = repeated({ echoTime: 1 }, { echoTime: 2 })
    const plan = planVolumes([...slices, { ...slices[0]!, index: 8, sopInstanceUid: '9' }], {
      digestOf: index => String(index % 8),
    })
    expect(plan.volumes.map(volume => volume.distinction)).toEqual([{ EchoTime: 1 }, { EchoTime: 2 }])
    expect(plan.leftOut).toEqual([{ index: 8, code: 'slice-duplicate' }])
  })
})
