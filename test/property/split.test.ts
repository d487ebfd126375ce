import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { acrossSitesSplit, patientsInSeveralSubsets, type SplitRow } from '../../src/core/split.ts'

const sites = ['Tongji', 'Yunnan', 'Zhongnan', 'HKU-SZH']

const sheet: fc.Arbitrary<SplitRow[]> = fc
  .array(
    fc.record({
      site: fc.constantFrom(...sites),
      subset: fc.constantFrom('train', 'val', 'test'),
      pid: fc.integer({ min: 0, max: 30 }).map(String),
      label: fc.constantFrom('01_NME', ''),
    }),
    { minLength: 1, maxLength: 80 },
  )
  .map(rows =>
    rows.map(({ site, subset, pid, label }, i) => ({
      id: `s${i}`,
      site,
      collection: `c-${site}`,
      subset,
      values: { site, pid, label },
    })),
  )

const ratio = fc.double({ min: 0, max: 1, noNaN: true })
const options = fc.record({
  testRatio: ratio,
  valRatio: ratio,
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
})

const keepOne = (rows: SplitRow[]) => [rows[0]!.site]
const count = (split: { subset: string }[], subset: string) => split.filter(a => a.subset === subset).length

describe('acrossSitesSplit', () => {
  it('assigns every row exactly once, in sheet order, and leaves kept sites alone', () => {
    fc.assert(
      fc.property(sheet, options, (rows, o) => {
        const keepSites = keepOne(rows)
        const split = acrossSitesSplit(rows, { ...o, keepSites })
        expect(split.map(a => a.row)).toEqual(rows)
        for (const { row, subset } of split) {
          expect(['train', 'val', 'test']).toContain(subset)
          if (keepSites.includes(row.site)) expect(subset).toBe(row.subset)
        }
      }),
    )
  })

  it('has the sizes of the rule', () => {
    fc.assert(
      fc.property(sheet, options, (rows, o) => {
        const split = acrossSitesSplit(rows, { ...o, keepSites: [] })
        const test = Math.floor(rows.length * o.testRatio)
        expect(count(split, 'test')).toBe(test)
        expect(count(split, 'val')).toBe(Math.floor((rows.length - test) * o.valRatio))
      }),
    )
  })

  it('divides no group and misses the size asked for by at most half the largest', () => {
    fc.assert(
      fc.property(sheet, options, (rows, o) => {
        const split = acrossSitesSplit(rows, { ...o, keepSites: [], groupBy: 'pid' })
        expect(patientsInSeveralSubsets(split, 'pid')).toEqual([])
        const sizes = new Map<string, number>()
        for (const { values } of rows) sizes.set(values.pid!, (sizes.get(values.pid!) ?? 0) + 1)
        const half = Math.max(...sizes.values()) / 2
        const test = count(split, 'test')
        expect(Math.abs(test - Math.floor(rows.length * o.testRatio))).toBeLessThanOrEqual(half)
        const val = Math.floor((rows.length - test) * o.valRatio)
        expect(Math.abs(count(split, 'val') - val)).toBeLessThanOrEqual(half)
      }),
    )
  })

  it('holds the sizes within each stratum', () => {
    fc.assert(
      fc.property(sheet, options, (rows, o) => {
        const split = acrossSitesSplit(rows, { ...o, keepSites: [], stratifyBy: ['site', 'label'] })
        for (const site of sites)
          for (const label of ['01_NME', '']) {
            const stratum = split.filter(a => a.row.site === site && a.row.values.label === label)
            const test = Math.floor(stratum.length * o.testRatio)
            expect(count(stratum, 'test')).toBe(test)
            expect(count(stratum, 'val')).toBe(Math.floor((stratum.length - test) * o.valRatio))
          }
      }),
    )
  })

  it('divides no group when stratified too', () => {
    fc.assert(
      fc.property(sheet, options, (rows, o) => {
        const split = acrossSitesSplit(rows, {
          ...o,
          keepSites: [],
          groupBy: 'pid',
          stratifyBy: ['site', 'label'],
        })
        expect(patientsInSeveralSubsets(split, 'pid')).toEqual([])
        expect(split.map(a => a.row)).toEqual(rows)
      }),
    )
  })

  it('gives the same split for the same seed', () => {
    fc.assert(
      fc.property(sheet, options, (rows, o) => {
        const all = { ...o, keepSites: keepOne(rows), groupBy: 'pid' }
        expect(acrossSitesSplit(rows, all)).toEqual(acrossSitesSplit(rows, all))
      }),
    )
  })
})
