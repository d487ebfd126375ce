import { describe, expect, it } from 'vitest'
import type { CaseRow, DatasetReply } from '../../../src/server/api.ts'
import { type CaseQuery, facetsOf, findCases, NO_QUERY, searchText } from '../../../web/view/caseFilter.ts'

const row = (name: string, more: Partial<CaseRow> = {}): CaseRow => ({
  id: name,
  case: name,
  attributes: {},
  figures: {},
  subsets: {},
  labels: [],
  findings: 0,
  codes: [],
  severity: null,
  failed: false,
  verdict: null,
  ...more,
})

const rows = [
  row('Tongji/a2', {
    attributes: { site: 'Tongji' },
    labels: ['NME'],
    figures: { mae: 3 },
    verdict: 'reject',
  }),
  row('Tongji/a10', { attributes: { site: 'Tongji' }, subsets: { mix: 'val' }, figures: { mae: 1 } }),
  row('Yunnan/b1', {
    attributes: { site: 'Yunnan' },
    codes: ['mask-empty'],
    severity: 'info',
    figures: { mae: 2 },
  }),
  row('Yunnan/b2', { attributes: { site: 'Yunnan' }, subsets: { mix: 'train' }, failed: true }),
]
const texts = rows.map(searchText)
const found = (query: Partial<CaseQuery>) =>
  findCases(rows, texts, { ...NO_QUERY, ...query }).map(i => rows[i]!.case)
const chosen = (key: string, ...values: string[]) => ({ facets: new Map([[key, new Set(values)]]) })

describe('the list of cases', () => {
  it('is in order of ids, numbers by value', () => {
    expect(found({})).toEqual(['Tongji/a2', 'Tongji/a10', 'Yunnan/b1', 'Yunnan/b2'])
  })

  it('finds every typed word in ids, attributes, labels and finding codes', () => {
    expect(found({ text: 'A1' })).toEqual(['Tongji/a10'])
    expect(found({ text: 'nme tongji' })).toEqual(['Tongji/a2'])
    expect(found({ text: 'mask-emp' })).toEqual(['Yunnan/b1'])
    expect(found({ text: 'nme yunnan' })).toEqual([])
  })

  it('is narrowed by facets: any value of one, and all facets', () => {
    expect(found(chosen('attribute:site', 'Yunnan'))).toEqual(['Yunnan/b1', 'Yunnan/b2'])
    expect(found(chosen('split:mix', 'val', 'train'))).toEqual(['Tongji/a10', 'Yunnan/b2'])
    expect(found(chosen('label', 'none'))).toHaveLength(3)
    expect(found(chosen('severity', 'error'))).toEqual(['Yunnan/b2'])
    expect(found(chosen('verdict', 'reject'))).toEqual(['Tongji/a2'])
    const both = new Map([
      ...chosen('attribute:site', 'Tongji').facets,
      ...chosen('verdict', 'not judged').facets,
    ])
    expect(found({ facets: both })).toEqual(['Tongji/a10'])
  })

  it('has cases without the figure at the end, whichever way it is sorted', () => {
    expect(found({ sortBy: 'figure:mae' })).toEqual(['Tongji/a10', 'Yunnan/b1', 'Tongji/a2', 'Yunnan/b2'])
    expect(found({ sortBy: 'figure:mae', descending: true })).toEqual([
      'Tongji/a2',
      'Yunnan/b1',
      'Tongji/a10',
      'Yunnan/b2',
    ])
    expect(found({ sortBy: 'severity', descending: true }).slice(0, 2)).toEqual(['Yunnan/b2', 'Yunnan/b1'])
  })

  it('offers facets in which cases differ, with counts', () => {
    const dataset = { attributes: ['site', 'pid'], splits: ['mix'] } as unknown as DatasetReply
    const facets = facetsOf(rows, dataset)
    expect(facets.map(f => f.key)).toEqual(['verdict', 'attribute:site', 'split:mix', 'label', 'severity'])
    expect(facets[0]!.values).toEqual([
      { value: 'not judged', count: 3 },
      { value: 'reject', count: 1 },
    ])
    expect(facets.at(-1)!.values.map(v => v.value)).toEqual(['error', 'info', 'none'])
  })
})
