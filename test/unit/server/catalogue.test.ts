import { describe, expect, it } from 'vitest'
import type { CaseSummary, DatasetDescription } from '../../../src/core/datasetDescription.ts'
import { finding } from '../../../src/core/finding.ts'
import type { Verdict } from '../../../src/core/verdict.ts'
import { Catalogue, caseId, unitOf } from '../../../src/server/catalogue.ts'

const label = { index: 1, name: 'Lesion', shortForm: 'NME', color: '#ff0000' }
const summary = (name: string, more: Partial<CaseSummary> = {}): CaseSummary => ({
  ...{
    case: name,
    attributes: { site: 'Tongji' },
    texts: {},
    figures: { sizeX: 5 },
    labels: [],
    pictures: [],
  },
  images: [{ key: 'volume', role: 'image', path: `secret/${name}_volume.nii.gz`, group: 'sample' }],
  ...{ findings: [], failures: [] },
  ...more,
})
const dataset = (cases: readonly CaseSummary[]): DatasetDescription => ({
  ...{ name: 'NME', made: 'nme', attributes: ['site'], figures: ['sizeX', 'sizeY'], labels: [label], cases },
  ...{ findings: [], tables: [], provenance: [] },
  splits: [{ name: 'split07', subsets: ['train', 'test'], subsetOf: { 'A/1': 'test' }, onBothSides: [] }],
})

describe('a catalogue', () => {
  it('gives ids that say nothing of a path and stay the same', () => {
    const cases = [summary('A/1'), summary('A/2')]
    const [one, two] = [new Catalogue(dataset(cases)), new Catalogue(dataset([...cases].reverse()))]
    expect([...one.cases.keys()].sort()).toEqual([...two.cases.keys()].sort())
    expect([...one.images.keys()].sort()).toEqual([...two.images.keys()].sort())
    for (const id of [...one.cases.keys(), ...one.images.keys()]) expect(id).toMatch(/^[0-9a-f]{20}$/)
    expect(one.cases.get(caseId('A/1'))?.of.case).toBe('A/1')
    expect(new Set([...one.cases.keys(), ...one.images.keys()]).size).toBe(4)
  })

  it('lists a case with what can be filtered by', () => {
    const found = (code: 'mask-empty' | 'geometry-mismatch') => ({
      ...finding(code, 'x', 'y'),
      step: 'confirm-pairs',
    })
    const fault = { name: 'DataError', message: 'broken', remedy: 'Copy it again.' }
    const catalogue = new Catalogue(
      dataset([
        summary('A/1', {
          labels: [
            { ...label, voxels: 3, volumeMl: 1 },
            { ...label, shortForm: 'None', voxels: 0, volumeMl: 0 },
          ],
          findings: [found('mask-empty'), found('geometry-mismatch'), found('mask-empty')],
          failures: [{ step: 'register', fault }],
        }),
        summary('A/2'),
      ]),
    )
    const verdict: Verdict = { case: 'A/2', verdict: 'reject', comment: '', reviewer: 'x', at: '' }
    expect(catalogue.rows(new Map([['A/2', verdict]]))).toEqual([
      {
        ...{ id: caseId('A/1'), case: 'A/1', attributes: { site: 'Tongji' }, figures: { sizeX: 5 } },
        ...{ subsets: { split07: 'test' }, labels: ['NME'], findings: 3, severity: 'high' },
        ...{ codes: ['mask-empty', 'geometry-mismatch'], failed: true, verdict: null },
      },
      {
        ...{ id: caseId('A/2'), case: 'A/2', attributes: { site: 'Tongji' }, figures: { sizeX: 5 } },
        ...{
          subsets: {},
          labels: [],
          findings: 0,
          severity: null,
          codes: [],
          failed: false,
          verdict: 'reject',
        },
      },
    ])
  })

  it('tells of the data set what a page shows, and nothing else', () => {
    const told = new Catalogue(dataset([summary('A/1')])).reply(true, 'A. Reader')
    expect(Object.keys(told).sort()).toEqual(
      ['attributes', 'figures', 'labels', 'made', 'name', 'readonly', 'reviewer', 'splits', 'version'].sort(),
    )
    expect(told.figures).toEqual([
      { key: 'sizeX', title: 'Size x', unit: 'voxels' },
      { key: 'sizeY', title: 'Size y', unit: 'voxels' },
    ])
    expect(JSON.stringify(told)).not.toContain('secret')
  })
})

it('the unit is told of CT alone', () => {
  const image = (key: string, role: 'image' | 'label' = 'image') => ({ key, role, path: '', group: '' })
  expect(unitOf('cta2mbf', image('cta'))).toBe('HU')
  expect(unitOf('cta2mbf', image('CTA'))).toBe('HU')
  expect(unitOf('cta2mbf', image('cta_mip_bf'))).toBe('')
  expect(unitOf('cta2mbf', image('cta', 'label'))).toBe('')
  expect(unitOf('nme', image('cta'))).toBe('')
})
