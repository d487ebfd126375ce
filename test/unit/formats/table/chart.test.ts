import { describe, expect, it } from 'vitest'
import { putWorksheets } from '../../../../src/formats/table/putWorksheets.ts'
import type { WorksheetSpec } from '../../../../src/formats/table/worksheetSpec.ts'
import { writeWorkbook } from '../../../../src/formats/table/writeWorkbook.ts'
import { readZip } from '../../../../src/formats/zip/readZip.ts'
import { partsOf, workbookFile } from './parts.ts'

const plain: WorksheetSpec = { name: 'plain', columns: [{ name: 'a' }], rows: [[1]] }
const charted = (name: string, title = 'Errors <by> case'): WorksheetSpec => ({
  name,
  columns: [{ name: 'id', kind: 'text' }, { name: 'mae' }, { name: 'mask_mae' }],
  rows: [
    ['a', 1, 2],
    ['b', 3, 4],
    ['c', null, null],
  ],
  chart: { kind: 'bar', title, categories: 'id', series: ['mask_mae', 'mae'], rows: 2 },
})

/** Every relationship leads to a part, every part but the package's own is led to, and each has one content type. */
async function isSound(bytes: Uint8Array): Promise<Map<string, string>> {
  const parts = await partsOf(bytes)
  const names = readZip(bytes).map(entry => entry.name)
  expect(new Set(names).size).toBe(names.length)
  const reached = new Set(['[Content_Types].xml'])
  for (const [name, text] of parts) {
    if (!name.endsWith('.rels')) continue
    reached.add(name)
    const folder = name.replace(/_rels\/[^/]*$/, '')
    const owner = name.replace('_rels/', '').replace(/\.rels$/, '')
    if (owner !== '') expect(names).toContain(owner)
    for (const element of text.match(/<(?:\w+:)?Relationship [^>]*>/g) ?? []) {
      if (element.includes('TargetMode="External"')) continue
      const target = /Target=["']([^"']*)["']/.exec(element)![1]!
      const path = new URL(target, `file:///${folder}`).pathname.slice(1)
      expect(names).toContain(path)
      reached.add(path)
    }
  }
  expect(names.filter(name => !reached.has(name))).toEqual([])
  const overrides = [...parts.get('[Content_Types].xml')!.matchAll(/PartName="\/([^"]*)"/g)].map(m => m[1]!)
  expect(new Set(overrides).size).toBe(overrides.length)
  for (const name of overrides) expect(names).toContain(name)
  for (const name of names.filter(n => /(drawings|charts)\/[^/]*\.xml$/.test(n)))
    expect(overrides).toContain(name)
  return parts
}

const chartNames = (parts: Map<string, string>) =>
  [...parts.keys()].filter(name => /(drawings|charts)\//.test(name)).toSorted()
const ONE = ['xl/charts/chart1.xml', 'xl/drawings/_rels/drawing1.xml.rels', 'xl/drawings/drawing1.xml']

describe('a worksheet with a chart', () => {
  it('has the parts that a chart needs, and refers to its cells', async () => {
    const parts = await isSound(await writeWorkbook([plain, charted("Doctor's")]))
    expect(chartNames(parts)).toEqual(ONE)
    const chart = parts.get('xl/charts/chart1.xml')!
    expect(chart.match(/<c:f>[^<]*<\/c:f>/g)).toEqual([
      "<c:f>'Doctor''s'!$C$1</c:f>",
      "<c:f>'Doctor''s'!$A$2:$A$3</c:f>",
      "<c:f>'Doctor''s'!$C$2:$C$3</c:f>",
      "<c:f>'Doctor''s'!$B$1</c:f>",
      "<c:f>'Doctor''s'!$A$2:$A$3</c:f>",
      "<c:f>'Doctor''s'!$B$2:$B$3</c:f>",
    ])
    expect(chart).toContain('<a:t>Errors &lt;by&gt; case</a:t>')
    expect(parts.get('xl/worksheets/sheet2.xml')).toMatch(/<drawing r:id="rId1"\/><\/worksheet>$/)
    expect(parts.get('xl/worksheets/sheet1.xml')).not.toContain('drawing')
    expect(parts.has('xl/worksheets/_rels/sheet1.xml.rels')).toBe(false)
  })

  it('starts below a title, and shows all rows unless told otherwise', async () => {
    const { rows: _, ...chart } = charted('s').chart!
    const parts = await isSound(await writeWorkbook([{ ...charted('s'), title: 'Run 7', chart }]))
    expect(parts.get('xl/charts/chart1.xml')).toContain("<c:f>'s'!$C$3:$C$5</c:f>")
  })

  it('keeps charts of several worksheets apart', async () => {
    const parts = await isSound(await writeWorkbook([charted('one', 'First'), charted('two', 'Second')]))
    expect(parts.get('xl/charts/chart1.xml')).toContain('First')
    expect(parts.get('xl/charts/chart2.xml')).toContain('Second')
    expect(parts.get('xl/worksheets/_rels/sheet2.xml.rels')).toContain('/xl/drawings/drawing2.xml')
  })

  it('gives the same bytes when it is put again', async () => {
    const written = await writeWorkbook([charted('one', 'First'), charted('two', 'Second')])
    const again = await putWorksheets(written, [charted('one', 'First'), charted('two', 'Second')])
    await isSound(again)
    expect(await putWorksheets(again, [charted('one', 'First'), charted('two', 'Second')])).toEqual(again)
  })

  it('is replaced with its chart, while another keeps its own', async () => {
    const written = await writeWorkbook([charted('one', 'First'), charted('two', 'Second')])
    const parts = await isSound(await putWorksheets(written, [charted('one', 'Third')]))
    expect(parts.get('xl/charts/chart1.xml')).toContain('Third')
    expect(parts.get('xl/charts/chart2.xml')).toContain('Second')
    expect(chartNames(parts)).toHaveLength(6)
  })

  it('takes its chart along when it is removed, or put without one', async () => {
    const written = await writeWorkbook([plain, charted('c')])
    expect(chartNames(await isSound(await putWorksheets(written, [], { removed: ['c'] })))).toEqual([])
    const { chart: _, ...bare } = charted('c')
    expect(chartNames(await isSound(await putWorksheets(written, [bare])))).toEqual([])
  })

  it.each(['styled.xlsx', 'libreoffice.xlsx', 'values.xlsx', 'handmade.xlsx'])(
    'is put beside the charts and images of %s',
    async file => {
      const before = workbookFile(file)
      const [old, parts] = [
        await partsOf(before),
        await isSound(await putWorksheets(before, [charted('mae')])),
      ]
      for (const name of chartNames(old)) expect(parts.get(name)).toBe(old.get(name))
      const added = chartNames(parts).filter(name => !old.has(name))
      expect(added).toHaveLength(3)
      const own = added.find(name => /charts\/chart\d+\.xml$/.test(name))!
      expect(parts.get(own)).toContain("'mae'!$C$2:$C$3")
    },
  )

  it('must have the columns that the chart shows', async () => {
    const spec = charted('s')
    const chart = { ...spec.chart!, series: ['psnr'] }
    await expect(writeWorkbook([{ ...spec, chart }])).rejects.toThrow(/column psnr that it lacks/)
  })
})
