import { describe, expect, it } from 'vitest'
import { commandText } from '../../../src/cli/commandText.ts'
import { givenColumns, givenSeries } from '../../../src/cli/seriesFlags.ts'

const MODALITIES = ['CTA', 'MIP']

describe('--column', () => {
  it('takes all after the first = as the title', () => {
    const titles = givenColumns(['pid=住院号', 'CTA=a=b'], MODALITIES)
    expect([...titles]).toEqual([
      ['pid', '住院号'],
      ['CTA', 'a=b'],
    ])
  })

  it.each(['CTB=x', 'CTA', 'CTA='])('refuses %s', value => {
    expect(() => givenColumns([value], MODALITIES)).toThrow('pid, CTA, MIP')
  })
})

describe('--series', () => {
  it('gathers the series of each patient', () => {
    const given = givenSeries(['a/CTA=1.2', 'a/MIP=1.3', 'b/CTA=1.4'], ['a', 'b'], MODALITIES)
    expect([...given].map(([pid, series]) => [pid, Object.fromEntries(series)])).toEqual([
      ['a', { CTA: '1.2', MIP: '1.3' }],
      ['b', { CTA: '1.4' }],
    ])
  })

  it.each([
    ['a/CTB=1.2', 'CTA, MIP'],
    ['a/CTA=UID', 'PID/MODALITY=UID'],
    ['a=1.2', 'PID/MODALITY=UID'],
    ['c/CTA=1.2', 'no folder of patient c'],
  ])('refuses %s', (value, message) => {
    expect(() => givenSeries([value], ['a', 'b'], MODALITIES)).toThrow(message)
  })
})

describe('a command as text', () => {
  it('repeats lists, leaves out what is not given, and quotes what a shell would change', () => {
    const flags = { root_dir: '0.ori_3', sheet: 2, by: undefined, series: ['a b/CTA=1.2', "o'c/MIP=1.3"] }
    expect(commandText('extract-modalities', flags)).toBe(
      "voxmill extract-modalities --root_dir 0.ori_3 --sheet 2 --series 'a b/CTA=1.2' --series 'o'\\''c/MIP=1.3'",
    )
  })

  it('leaves Chinese names and signs that are safe as they are', () => {
    expect(commandText('x', { annotation: '标注/表.xlsx' })).toBe('voxmill x --annotation 标注/表.xlsx')
    expect(commandText('x', { annotation: '标注（新）.xlsx' })).toBe(
      "voxmill x --annotation '标注（新）.xlsx'",
    )
  })
})
