import { describe, expect, it } from 'vitest'
import type { AnnotationRow } from '../../../src/pipelines/annotationTable.ts'
import { chooseSeries, type SeriesChoices } from '../../../src/pipelines/chooseSeries.ts'
import { openPipeline } from '../../../src/pipelines/openPipeline.ts'
import type { SeriesTraits } from '../../../src/steps/ingest/seriesTraits.ts'
import { mapOf, seriesOf } from '../steps/ingest/seriesOf.ts'

const MODALITIES = ['CTA', 'MIP', 'AVG', 'BF'] as const
/** UIDs of a patient: 1.1.1 to 1.1.4 of patient 1. */
const uidsOf = (patient: number) => MODALITIES.map((_, i) => `1.${patient}.${i + 1}`)

function rowOf(
  row: number,
  pid: string,
  uids: readonly string[],
  given: Partial<AnnotationRow> = {},
): AnnotationRow {
  const cells = Object.fromEntries(
    MODALITIES.map((m, i) => [m, uids[i] === '' || uids[i] === undefined ? [] : uids[i]!.split(' ')]),
  )
  return { row, pid, pidDamaged: false, cells, ...given }
}

/** Patients by folder with the folders of their series, and a table. */
function choose(
  folders: Readonly<Record<string, readonly string[]>>,
  rows: readonly AnnotationRow[] | undefined,
  further: Partial<SeriesChoices> = {},
) {
  return chooseSeries({
    modalities: openPipeline().modalities,
    source: '0.ori_3',
    patients: Object.keys(folders),
    seriesFolders: pid => folders[pid]!,
    annotation: rows && { source: 'a.xlsx', modalities: MODALITIES, rows },
    listing: () => undefined,
    given: new Map(),
    accept: series => `ACCEPT ${series.join(' ')}`,
    ...further,
  })
}

const codes = (findings: readonly { code: string; where: string }[] | undefined) =>
  findings?.map(f => `${f.code} ${f.where}`)

describe('by table', () => {
  it('takes what the cells name', () => {
    const { chosen, refused, findings } = choose({ A: uidsOf(1) }, [rowOf(3, 'A', uidsOf(1))])
    expect(chosen.get('A')).toEqual({
      CTA: { uid: '1.1.1', folder: '1.1.1', by: 'table' },
      MIP: { uid: '1.1.2', folder: '1.1.2', by: 'table' },
      AVG: { uid: '1.1.3', folder: '1.1.3', by: 'table' },
      BF: { uid: '1.1.4', folder: '1.1.4', by: 'table' },
    })
    expect([refused.size, findings]).toEqual([0, []])
  })

  it('refuses a patient whole, with every reason and one command that settles all', () => {
    const rows = [rowOf(3, 'A', ['', '1.1.2 1.1.9', '无', '1.1.4'])]
    const { chosen, refused } = choose({ A: uidsOf(1) }, rows)
    expect(chosen.size).toBe(0)
    expect(refused.get('A')!.map(f => [f.code, f.message])).toEqual([
      ['series-missing', 'CTA: row 3 names no series'],
      ['series-ambiguous', 'MIP: row 3 names 2 series: 1.1.2 and 1.1.9'],
      ['series-missing', "AVG: row 3 says '无', which is no UID"],
    ])
    for (const { remedy } of refused.get('A')!)
      expect(remedy).toContain('ACCEPT A/CTA=UID A/MIP=1.1.2 A/AVG=UID')
  })

  it('tells a series without a folder, and where else it lies', () => {
    const { refused } = choose({ A: uidsOf(1).slice(1), B: ['1.1.1', ...uidsOf(2)] }, [
      rowOf(3, 'A', uidsOf(1)),
      rowOf(4, 'B', uidsOf(2)),
    ])
    expect(refused.get('A')!.map(f => f.message)).toEqual([
      'CTA: the series 1.1.1 has no folder in 0.ori_3/A; it lies in the folder of patient B',
    ])
  })

  it('refuses a series for two modalities', () => {
    const { chosen, refused } = choose({ A: uidsOf(1) }, [
      rowOf(3, 'A', ['1.1.1', '1.1.2', '1.1.2', '1.1.4']),
    ])
    expect(chosen.size).toBe(0)
    expect(refused.get('A')!.map(f => f.message)).toEqual([
      'the series 1.1.2 is named as MIP of A and AVG of A',
    ])
  })

  it('refuses both patients of a series, and no other', () => {
    const shared = [uidsOf(1)[0]!, ...uidsOf(2).slice(1)]
    const folders = { A: uidsOf(1), B: shared, C: uidsOf(3) }
    const { chosen, refused } = choose(folders, [
      rowOf(3, 'A', uidsOf(1)),
      rowOf(4, 'B', shared),
      rowOf(5, 'C', uidsOf(3)),
    ])
    expect([...chosen.keys()]).toEqual(['C'])
    expect([...refused].map(([pid, list]) => [pid, codes(list)])).toEqual([
      ['A', ['series-used-twice A']],
      ['B', ['series-used-twice B']],
    ])
  })

  it('tells rows without folder and folders without row', () => {
    const { findings } = choose({ A: uidsOf(1), B: uidsOf(2) }, [
      rowOf(3, 'A', uidsOf(1)),
      rowOf(4, 'Z', uidsOf(9)),
      rowOf(5, '合计 1 例', []),
    ])
    expect(findings.map(f => [f.code, f.where, f.severity])).toEqual([
      ['patient-folder-absent', 'Z', 'error'],
      ['patient-folder-absent', '合计 1 例', 'warning'],
      ['patient-row-absent', 'B', 'warning'],
    ])
    expect(findings[2]!.remedy).toContain('ACCEPT B/CTA=UID B/MIP=UID B/AVG=UID B/BF=UID')
  })

  it.each([
    ['leading zeros', '0012345', '12345'],
    ['a fraction', '12345', '12345.0'],
    ['capitals and spaces', 'P4-001', 'p4 -001'],
  ])('finds the folder in spite of %s, and tells it', (_, folder, written) => {
    const { chosen, findings } = choose({ [folder]: uidsOf(1) }, [rowOf(3, written, uidsOf(1))])
    expect([...chosen.keys()]).toEqual([folder])
    expect(codes(findings)).toEqual([`patient-id-inexact ${folder}`])
  })

  it('takes an exact folder before one with other zeros', () => {
    const { chosen, findings } = choose({ '017': uidsOf(1), '17': uidsOf(2) }, [rowOf(3, '17', uidsOf(2))])
    expect([...chosen.keys()]).toEqual(['17'])
    expect(codes(findings)).toEqual(['patient-row-absent 017'])
  })

  it('does not guess between two folders', () => {
    const { chosen, findings } = choose({ '017': uidsOf(1), '0017': uidsOf(2) }, [rowOf(3, '17', uidsOf(2))])
    expect(chosen.size).toBe(0)
    expect(findings[0]!.message).toBe('a.xlsx, row 3: several folders could be meant by 17: 017, 0017')
  })

  it('refuses rows without an id, with a damaged one, and two that contradict each other', () => {
    const { chosen, refused, findings } = choose({ A: uidsOf(1), B: uidsOf(2) }, [
      rowOf(3, '', uidsOf(7)),
      rowOf(4, '12345678901234567000', uidsOf(8), { pidDamaged: true }),
      rowOf(5, 'A', uidsOf(1)),
      rowOf(6, 'A', [...uidsOf(1).slice(0, 3), '1.1.5']),
      rowOf(7, 'B', uidsOf(2)),
      rowOf(8, 'B', uidsOf(2)),
    ])
    expect([...chosen.keys()]).toEqual(['B'])
    expect(codes(findings)).toEqual(['annotation-row-unusable a.xlsx', 'annotation-row-unusable a.xlsx'])
    expect(refused.get('A')!.map(f => f.message)).toEqual([
      'rows 5 and 6 of a.xlsx name other series for the same patient',
    ])
  })
})

describe('by rules', () => {
  const listed = (series: readonly SeriesTraits[]): Partial<SeriesChoices> => ({
    listing: pid => ({ pid, series }),
  })
  const maps = [mapOf('MIP', '1.2'), mapOf('AVG', '1.3'), mapOf('BF', '1.4')]

  it('takes the only series that fits, by its folder', () => {
    const series = [seriesOf('1.1', { folder: 'odd name' }), ...maps]
    const { chosen } = choose({ A: [] }, undefined, listed(series))
    expect(chosen.get('A')!.CTA).toEqual({ uid: '1.1', folder: 'odd name', by: 'rule' })
    expect(chosen.get('A')!.BF).toEqual({ uid: '1.4', folder: '1.4', by: 'rule' })
  })

  it('does not guess between two, and names both', () => {
    const series = [seriesOf('1.1'), ...maps, mapOf('MIP', '1.9', { seriesNumber: 9 })]
    const { refused } = choose({ A: [] }, undefined, listed(series))
    const [problem, ...more] = refused.get('A')!
    expect(more).toEqual([])
    expect(problem!.code).toBe('series-ambiguous')
    expect(problem!.message).toBe('MIP: 2 series fit the rule: 1.2 (MIP, 40 images); 1.9 (MIP, 40 images)')
    expect(problem!.remedy).toContain('ACCEPT A/MIP=1.2')
  })

  it('tells what comes near when nothing fits', () => {
    const series = [seriesOf('1.1', { sliceThicknessMm: 2 }), ...maps]
    const { refused } = choose({ A: [] }, undefined, listed(series))
    expect(refused.get('A')!.map(f => f.message)).toEqual([
      'CTA: no series fits the rule; 1.1 has slice thickness 2 mm, at most 1 mm is wanted',
    ])
  })

  it('says nothing of a patient whose headers could not be read: that failure is told itself', () => {
    const { chosen, refused, findings } = choose({ A: [] }, undefined)
    expect([chosen.size, refused.size, findings]).toEqual([0, 0, []])
  })

  it('fills in for modalities that the table has no column for', () => {
    const cells = { CTA: ['1.9'] }
    const annotation = {
      source: 'cta.csv',
      modalities: ['CTA'],
      rows: [{ row: 2, pid: 'A', pidDamaged: false, cells }],
    }
    const { chosen } = choose({ A: ['1.9'] }, undefined, {
      ...listed([seriesOf('1.1'), ...maps]),
      annotation,
    })
    expect(Object.values(chosen.get('A')!).map(s => [s.uid, s.by])).toEqual([
      ['1.9', 'table'],
      ['1.2', 'rule'],
      ['1.3', 'rule'],
      ['1.4', 'rule'],
    ])
  })
})

describe('by option', () => {
  const given = (series: Record<string, string>) => new Map([['A', new Map(Object.entries(series))]])

  it('goes before the table', () => {
    const { chosen } = choose({ A: [...uidsOf(1), '1.9'] }, [rowOf(3, 'A', ['x y', ...uidsOf(1).slice(1)])], {
      given: given({ CTA: '1.9' }),
    })
    expect(chosen.get('A')!.CTA).toEqual({ uid: '1.9', folder: '1.9', by: 'option' })
  })

  it('stands for a row that is not there when it names all', () => {
    const all = Object.fromEntries(MODALITIES.map((m, i) => [m, uidsOf(1)[i]!]))
    expect([...choose({ A: uidsOf(1) }, [], { given: given(all) }).chosen.keys()]).toEqual(['A'])
    const some = choose({ A: uidsOf(1) }, [], { given: given({ CTA: '1.1.1' }) })
    expect(codes(some.findings)).toEqual(['patient-row-absent A'])
  })
})
