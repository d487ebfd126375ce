import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CaseSummary, DatasetDescription } from '../../../../src/core/datasetDescription.ts'
import { countedAttributes, figureHistogram } from '../../../../src/pipelines/report/groups.ts'

const withFigure = (value: number | undefined, n = 0): CaseSummary => ({
  ...{ case: `case-${n}`, attributes: {}, texts: {}, labels: [], pictures: [], images: [], findings: [] },
  ...{ failures: [], figures: value === undefined ? {} : { labelVolumeMl: value } },
})

describe('a histogram', () => {
  it('has every value in one bar, and as many in each as the bar tells', () => {
    const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true, noDefaultInfinity: true }), {
      minLength: 1,
    })
    fc.assert(
      fc.property(values, all => {
        const { bars, cases } = figureHistogram(all.map(withFigure), 'labelVolumeMl')!
        expect(cases).toBe(all.length)
        expect(bars.reduce((sum, b) => sum + b.cases, 0)).toBe(all.length)
        for (const b of bars) {
          const { filter } = b
          if (filter.kind !== 'figure') throw new Error('a bar filters by its figure')
          const inside = all.filter(v => v >= filter.from && (filter.closed ? v <= filter.to : v < filter.to))
          expect(inside.length).toBe(b.cases)
        }
      }),
      { examples: [[[5.000000000000001, 0, 5e-324, -5e-324]]] },
    )
  })

  it('has a bar a value where few values recur', () => {
    const sizes = [320, 320, 384, 384, 384, 512, 512]
    const { bars, single } = figureHistogram(sizes.map(withFigure), 'labelVolumeMl')!
    expect(single).toBe(true)
    expect(bars.map(b => [b.title, b.cases])).toEqual([
      ['320 mL', 2],
      ['384 mL', 3],
      ['512 mL', 2],
    ])
  })

  it('has round borders where values are many', () => {
    const { bars } = figureHistogram(
      Array.from({ length: 100 }, (_, i) => withFigure(i)),
      'labelVolumeMl',
    )!
    expect(bars.map(b => b.title).slice(0, 2)).toEqual(['0 to 10 mL', '10 to 20 mL'])
    expect(bars.at(-1)!.title).toBe('90 to 100 mL')
  })

  it('is none of a figure that no case has', () => {
    expect(figureHistogram([withFigure(undefined)], 'labelVolumeMl')).toBeUndefined()
  })
})

it('counts by attributes that group, not by those that tell cases apart', () => {
  const cases = Array.from(
    { length: 8 },
    (_, n): CaseSummary => ({
      ...withFigure(1, n),
      attributes: { site: n < 5 ? 'A' : 'B', pid: String(n), note: '' },
    }),
  )
  const data: DatasetDescription = {
    ...{ name: 'x', made: 'nme', attributes: ['site', 'pid', 'note'], figures: [], labels: [], cases },
    ...{ findings: [], splits: [], tables: [], provenance: [] },
  }
  expect(countedAttributes(data).map(t => [t.title, ...t.groups.map(g => `${g.title} ${g.cases}`)])).toEqual([
    ['site', 'A 5', 'B 3'],
    ['note', '— 8'],
  ])
})
