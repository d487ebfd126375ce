import { describe, expect, it } from 'vitest'
import { UsageError } from '../../../src/core/fault.ts'
import {
  acrossSitesSplit,
  patientsInSeveralSubsets,
  predefinedSplit,
  type SplitRow,
} from '../../../src/core/split.ts'

/** Rows from lines `id site collection subset pid label`. */
const table = (...lines: string[]): SplitRow[] =>
  lines.map(line => {
    const [id, site, collection, subset, pid, label] = line.split(' ') as [
      string,
      string,
      string,
      string,
      string,
      string,
    ]
    return { id, site, collection, subset, values: { site, pid, label } }
  })

const rows = table(
  'a1 Tongji train-val train 007 x',
  'a2 Tongji train-val val 008 x',
  'b1 Yunnan test-outer-02 test 100 x',
  'a3 Tongji test-inner-01 test 007 y',
  'b2 Yunnan test-outer-02 test 101 y',
)

const subsetsOf = (split: { row: SplitRow; subset: string }[]) => split.map(a => `${a.row.id} ${a.subset}`)

/** The fault that `run` throws. */
function faultOf(run: () => unknown): UsageError {
  try {
    run()
  } catch (error) {
    if (error instanceof UsageError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('predefinedSplit', () => {
  it('takes the rows of the sites and collections in sheet order, with their own subset', () => {
    const split = predefinedSplit(rows, { sites: ['Tongji'], collections: ['test-inner-01', 'train-val'] })
    expect(subsetsOf(split)).toEqual(['a1 train', 'a2 val', 'a3 test'])
  })

  it('names what there is when a site or collection is unknown', () => {
    const site = faultOf(() => predefinedSplit(rows, { sites: ['Tonji'], collections: ['train-val'] }))
    expect(site.message).toContain('site Tonji')
    expect(site.remedy).toContain('Tongji, Yunnan')
    const collection = faultOf(() => predefinedSplit(rows, { sites: ['Tongji'], collections: ['train'] }))
    expect(collection.message).toContain('collection train')
    expect(collection.remedy).toContain('train-val, test-outer-02, test-inner-01')
  })

  it('refuses a site and a collection that no row has together', () => {
    const fault = faultOf(() => predefinedSplit(rows, { sites: ['Yunnan'], collections: ['train-val'] }))
    expect(fault.message).toContain('site Yunnan and collection train-val')
    expect(fault.remedy).toContain('Yunnan / test-outer-02')
  })

  it('refuses to match nothing', () => {
    expect(() => predefinedSplit(rows, { sites: [], collections: ['train-val'] })).toThrow(UsageError)
    expect(faultOf(() => predefinedSplit([], { sites: ['Tongji'], collections: ['a'] })).remedy).toContain(
      'none',
    )
  })
})

describe('acrossSitesSplit', () => {
  const options = { keepSites: ['Tongji'], testRatio: 0.5, valRatio: 0, seed: 0 }

  it('keeps the subset of kept sites and the order of the sheet', () => {
    const split = acrossSitesSplit(rows, options)
    expect(split.map(a => a.row)).toEqual(rows)
    expect(subsetsOf(split)).toEqual(expect.arrayContaining(['a1 train', 'a2 val', 'a3 test']))
    expect(new Set([split[2]!.subset, split[4]!.subset])).toEqual(new Set(['test', 'train']))
  })

  it('cuts at the floor of the product of doubles: 100 · 0.29 is 28.999…', () => {
    const many = table(...Array.from({ length: 100 }, (_, i) => `s${i} Yunnan c test p${i} x`))
    const split = acrossSitesSplit(many, { keepSites: [], testRatio: 0.29, valRatio: 0.5, seed: 1 })
    expect(split.filter(a => a.subset === 'test')).toHaveLength(28)
    expect(split.filter(a => a.subset === 'val')).toHaveLength(36)
  })

  it('cuts between groups where the number of rows is nearest, the fewer on a tie', () => {
    // Groups of 4, 4 and 4 rows; of 12 rows half is 6, as near to 4 as to 8.
    const grouped = table(...Array.from({ length: 12 }, (_, i) => `s${i} Yunnan c test p${i % 3} x`))
    const split = acrossSitesSplit(grouped, { ...options, keepSites: [], groupBy: 'pid' })
    expect(split.filter(a => a.subset === 'test')).toHaveLength(4)
    const most = acrossSitesSplit(grouped, { ...options, keepSites: [], testRatio: 0.6, groupBy: 'pid' })
    expect(most.filter(a => a.subset === 'test')).toHaveLength(8)
  })

  it('shuffles groups as it would single rows in the order of first appearance', () => {
    const single = table(...Array.from({ length: 20 }, (_, i) => `s${i} Yunnan c test p${i} x`))
    const plain = acrossSitesSplit(single, { keepSites: [], testRatio: 0.3, valRatio: 0.2, seed: 3 })
    const grouped = acrossSitesSplit(
      single.flatMap(row => [row, { ...row, id: `${row.id}b` }]),
      { keepSites: [], testRatio: 0.3, valRatio: 0.2, seed: 3, groupBy: 'pid' },
    )
    // 14 groups remain: ⌊14 · 0.2⌋ = 2 single rows but ⌊28 · 0.2⌋ = 5 rows, nearest 4, that is 2 pairs.
    expect(grouped.filter(a => !a.row.id.endsWith('b')).map(a => a.subset)).toEqual(plain.map(a => a.subset))
  })

  it('holds the ratios within each stratum, one generator going on', () => {
    const many = table(
      ...Array.from({ length: 40 }, (_, i) => `s${i} Yunnan c test p${i} ${i % 4 ? 'x' : 'y'}`),
    )
    const split = acrossSitesSplit(many, { ...options, keepSites: [], stratifyBy: ['label'] })
    const ofLabel = (label: string) => split.filter(a => a.row.values.label === label)
    expect(ofLabel('x').filter(a => a.subset === 'test')).toHaveLength(15)
    expect(ofLabel('y').filter(a => a.subset === 'test')).toHaveLength(5)
    const alone = acrossSitesSplit(
      many.filter(row => row.values.label === 'y'),
      { ...options, keepSites: [] },
    )
    // y appears first, so that its shuffle is the first of the generator.
    expect(ofLabel('y')).toEqual(alone)
  })

  it('puts a group whose rows lie in several strata where its first row belongs', () => {
    const mixed = table(
      's0 Yunnan c test p0 x',
      's1 Yunnan c test p1 y',
      's2 Yunnan c test p0 y',
      's3 Yunnan c test p1 y',
    )
    const split = acrossSitesSplit(mixed, {
      keepSites: [],
      testRatio: 1,
      valRatio: 0,
      seed: 0,
      groupBy: 'pid',
      stratifyBy: ['site', 'label'],
    })
    expect(split.every(a => a.subset === 'test')).toBe(true)
    const half = acrossSitesSplit(mixed, { ...options, keepSites: [], groupBy: 'pid', stratifyBy: ['label'] })
    // Each stratum is one group of two rows, of which one is asked for: a tie, so that none is taken.
    expect(half.every(a => a.subset === 'train')).toBe(true)
  })

  it.each([-0.1, 1.1, Number.NaN])('refuses the ratio %s', ratio => {
    expect(faultOf(() => acrossSitesSplit(rows, { ...options, testRatio: ratio })).message).toContain(
      'test ratio',
    )
    expect(faultOf(() => acrossSitesSplit(rows, { ...options, valRatio: ratio })).message).toContain(
      'val ratio',
    )
  })

  it('refuses an unknown site, column or seed, an empty group value, and no rows', () => {
    expect(faultOf(() => acrossSitesSplit(rows, { ...options, keepSites: ['X'] })).remedy).toContain('Tongji')
    expect(faultOf(() => acrossSitesSplit(rows, { ...options, groupBy: 'toString' })).remedy).toContain('pid')
    expect(faultOf(() => acrossSitesSplit(rows, { ...options, stratifyBy: ['age'] })).message).toContain(
      'age',
    )
    expect(() => acrossSitesSplit(rows, { ...options, seed: -1 })).toThrow(UsageError)
    const nameless = rows.map(row => ({ ...row, values: { ...row.values, pid: '' } }))
    expect(faultOf(() => acrossSitesSplit(nameless, { ...options, groupBy: 'pid' })).message).toContain('b1')
    expect(() => acrossSitesSplit([], { ...options, keepSites: [] })).toThrow('no sample')
  })
})

describe('patientsInSeveralSubsets', () => {
  it('names each divided patient once, with subsets and samples', () => {
    const split = predefinedSplit(rows, {
      sites: ['Tongji', 'Yunnan'],
      collections: ['train-val', 'test-inner-01', 'test-outer-02'],
    })
    const findings = patientsInSeveralSubsets(split, 'pid')
    expect(findings).toHaveLength(1)
    expect(findings[0]).toMatchObject({
      code: 'patient-in-several-subsets',
      severity: 'warning',
      where: '007',
      numbers: { samples: 2, subsets: 2 },
    })
    expect(findings[0]!.message).toContain('train (a1); test (a3)')
  })

  it('passes over rows without a patient', () => {
    const nameless = rows.map(row => ({ row: { ...row, values: { pid: '' } }, subset: row.subset }))
    expect(patientsInSeveralSubsets(nameless, 'pid')).toEqual([])
  })

  it('refuses a column that is not there', () => {
    const split = rows.map(row => ({ row, subset: row.subset }))
    expect(() => patientsInSeveralSubsets(split, 'patient')).toThrow('no column patient')
  })
})
