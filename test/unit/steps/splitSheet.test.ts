import { describe, expect, it } from 'vitest'
import { UsageError } from '../../../src/core/fault.ts'
import type { Table } from '../../../src/formats/table/table.ts'
import { indexFileName, indexSheet, outdatedSplit, splitSheet } from '../../../src/steps/share/splitSheet.ts'

const columns = { id: 'ID', site: 'site', collection: 'collection', subset: 'subset', patient: 'pid' }
const table = (rows: (string | number)[][], name = 'Manifest'): Table => ({
  name,
  source: 'test.xlsx',
  columns: ['ID', 'site', 'collection', 'subset', 'pid', 'szx'],
  rows,
  rowNumbers: rows.map((_, i) => i + 2),
  cellErrors: [],
})
const main = table([
  ['a', 'Tongji', 'train-val', 'train', '007', 10],
  ['b', 'Tongji', 'train-val', 'val', '007', 11],
  ['c', 'Yunnan', 'test-outer-02', 'test', '008', 12],
])
const asTable = (sheet: ReturnType<typeof splitSheet>['sheet']): Table => ({
  ...main,
  name: sheet.name,
  columns: sheet.columns.map(c => c.name),
  rows: [...sheet.rows],
})

describe('a split worksheet', () => {
  it('has the subset first, under its own name, then every column as it was', () => {
    const { sheet } = splitSheet(main, { method: 'predefined', name: 's1', sites: ['Tongji'] }, columns)
    expect(sheet.columns.map(c => c.name)).toEqual(['s1', ...main.columns])
    expect([...sheet.rows]).toEqual([
      ['train', 'a', 'Tongji', 'train-val', 'train', '007', 10],
      ['val', 'b', 'Tongji', 'train-val', 'val', '007', 11],
    ])
  })

  it('names patients that stand on both sides', () => {
    const { findings } = splitSheet(main, { method: 'predefined', name: 's1' }, columns)
    expect(findings.map(f => [f.code, f.where])).toEqual([['patient-in-several-subsets', '007']])
  })

  it('keeps only those kept sites that the data set has', () => {
    const rule = {
      method: 'across-sites',
      name: 's',
      keepSites: ['Tongji', 'Elsewhere'],
      testRatio: 1,
      valRatio: 0,
      seed: 0,
    } as const
    expect([...splitSheet(main, rule, columns).sheet.rows].map(r => r[0])).toEqual(['train', 'val', 'test'])
  })

  it('is told to be outdated once the main worksheet has changed', () => {
    const split = asTable(splitSheet(main, { method: 'predefined', name: 's1' }, columns).sheet)
    expect(outdatedSplit(split, main, 's1')).toEqual([])
    const changed = table([
      ['a', 'Tongji', 'train-val', 'train', '007', 99],
      ...main.rows.slice(1).map(r => [...r] as string[]),
    ])
    expect(outdatedSplit(split, changed, 's1').map(f => [f.code, f.numbers?.rows])).toEqual([
      ['worksheet-outdated', 1],
    ])
  })
})

describe('an index manifest', () => {
  const split = asTable(splitSheet(main, { method: 'predefined', name: 's1' }, columns).sheet)

  it('holds the rows of its subsets', () => {
    expect([...indexSheet(split, 's1', ['train', 'val']).rows].map(r => r[1])).toEqual(['a', 'b'])
    expect(indexFileName('s1', ['train', 'val'])).toBe('s1_train_val.xlsx')
  })

  it('is refused when a subset has no row, naming what there is', () => {
    expect(() => indexSheet(split, 's1', ['train', 'Val'])).toThrow(UsageError)
    expect(() => indexSheet(split, 's1', ['Val'])).toThrow('no row of the split s1 is Val')
  })
})
