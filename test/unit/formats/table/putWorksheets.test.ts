import { describe, expect, it } from 'vitest'
import type { Cell } from '../../../../src/formats/table/cell.ts'
import {
  SheetNameError,
  WorkbookCorruptError,
  WorksheetInUseError,
  WorksheetLimitError,
  WorksheetMissingError,
} from '../../../../src/formats/table/fault.ts'
import { putWorksheets } from '../../../../src/formats/table/putWorksheets.ts'
import { readWorkbook } from '../../../../src/formats/table/readWorkbook.ts'
import { writeWorkbook } from '../../../../src/formats/table/writeWorkbook.ts'
import { readZip } from '../../../../src/formats/zip/readZip.ts'
import { partsOf, readSheet, withPart, workbookFile } from './parts.ts'

const rows: Cell[][] = [
  ['train', '001'],
  ['test', '002'],
]
const split = (name: string) => ({ name, columns: [{ name: 'split' }, { name: 'pid' }], rows })
const FILES = ['styled.xlsx', 'libreoffice.xlsx', 'values.xlsx', 'handmade.xlsx']
const TYPES = '[Content_Types].xml'

/** How parts differ: names of those added, removed and changed, sorted. */
async function difference(before: Uint8Array, after: Uint8Array) {
  const [old, now] = [await partsOf(before), await partsOf(after)]
  return {
    added: [...now.keys()].filter(name => !old.has(name)).sort(),
    removed: [...old.keys()].filter(name => !now.has(name)).sort(),
    changed: [...now.keys()].filter(name => old.has(name) && old.get(name) !== now.get(name)).sort(),
  }
}

/** Takes away what was inserted into a part; what is left must be the part as it was. */
async function withoutInsertions(
  bytes: Uint8Array,
  part: string,
  ...inserted: (string | RegExp)[]
): Promise<string> {
  let text = (await partsOf(bytes)).get(part)!
  for (const piece of inserted) {
    expect(text).toMatch(
      piece instanceof RegExp ? piece : new RegExp(piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')),
    )
    text = text.replace(piece, '')
  }
  return text
}

describe.each(FILES)('a worksheet added to %s', file => {
  const before = workbookFile(file)

  it('leaves every other part as it was, still compressed as it was', async () => {
    const after = await putWorksheets(before, [split('random_split')])
    const { added, removed, changed } = await difference(before, after)
    expect(added).toEqual([expect.stringMatching(/^xl\/worksheets\/sheet\d\.xml$/)])
    expect(removed).toEqual([])
    const lists = [TYPES, 'xl/_rels/workbook.xml.rels', 'xl/styles.xml', 'xl/workbook.xml']
    expect(changed).toEqual(file === 'handmade.xlsx' ? [...lists, 'docProps/app.xml'].sort() : lists.sort())
    const raw = (bytes: Uint8Array) =>
      new Map(readZip(bytes).map(entry => [entry.name, [entry.modified, entry.crc, ...entry.data[0]!]]))
    const [old, now] = [raw(before), raw(after)]
    for (const name of old.keys()) if (!changed.includes(name)) expect(now.get(name)).toEqual(old.get(name))
    expect([...now.keys()]).toEqual([...old.keys(), ...added])
  })

  it('only inserts into the parts that list the worksheets', async () => {
    const after = await putWorksheets(before, [split('random_split')])
    const old = await partsOf(before)
    const name = `<(x:)?definedName name="_xlnm._FilterDatabase" localSheetId="\\d" hidden="1">'random_split'!\\$A\\$1:\\$B\\$3</(x:)?definedName>`
    const filterName = new RegExp(`<definedNames>${name}</definedNames>|${name}`)
    expect(
      await withoutInsertions(
        after,
        TYPES,
        /<(ct:)?Override PartName="\/xl\/worksheets\/sheet\d\.xml" ContentType="[^"]*worksheet\+xml"\/>(?=<\/(ct:)?Types>)/,
      ),
    ).toBe(old.get(TYPES))
    expect(
      await withoutInsertions(
        after,
        'xl/_rels/workbook.xml.rels',
        /<(pr:)?Relationship Id="rId\d+" Type="[^"]*\/worksheet" Target="worksheets\/sheet\d\.xml"\/>(?=\s*<\/(pr:)?Relationships>)/,
      ),
    ).toBe(old.get('xl/_rels/workbook.xml.rels'))
    expect(
      await withoutInsertions(
        after,
        'xl/workbook.xml',
        /<(x:)?sheet (xmlns:r="[^"]*" )?name="random_split" sheetId="\d+" r:id="rId\d+"\/>/,
        filterName,
      ),
    ).toBe(old.get('xl/workbook.xml')!.replace('<definedNames/>', ''))
  })

  it('appends our formats to the styles once, and reads back beside the others', async () => {
    const after = await putWorksheets(before, [split('one more')])
    const again = await putWorksheets(after, [split('yet one')])
    expect((await partsOf(again)).get('xl/styles.xml')).toBe((await partsOf(after)).get('xl/styles.xml'))
    const book = await readWorkbook(again)
    expect(book.sheetNames.slice(-2)).toEqual(['one more', 'yet one'])
    expect((await book.sheet('yet one')).rows).toEqual(rows)
    const original = await readWorkbook(before)
    for (const name of original.sheetNames) expect(await book.sheet(name)).toEqual(await original.sheet(name))
  })

  it('gives the same bytes again', async () => {
    expect(await putWorksheets(before, [split('s')])).toEqual(await putWorksheets(before, [split('s')]))
  })
})

describe('a worksheet replaced', () => {
  it('keeps its tab, its name and its state, and takes along the parts that only it used', async () => {
    const before = workbookFile('styled.xlsx')
    const after = await putWorksheets(before, [split('übersicht & MORE')])
    const book = await readWorkbook(after)
    expect(book.sheetNames).toEqual((await readWorkbook(before)).sheetNames)
    expect((await book.sheet('Übersicht & more')).rows).toEqual(rows)
    expect(await difference(before, after)).toEqual({
      added: [],
      removed: [
        'xl/charts/chart1.xml',
        'xl/drawings/_rels/drawing2.xml.rels',
        'xl/drawings/drawing2.xml',
        'xl/tables/table1.xml',
        'xl/worksheets/_rels/sheet2.xml.rels',
      ],
      changed: [TYPES, 'xl/styles.xml', 'xl/workbook.xml', 'xl/worksheets/sheet2.xml'],
    })
    const parts = await partsOf(after)
    expect(parts.get(TYPES)).not.toMatch(/chart1|drawing2|table1/)
    expect(parts.get('xl/worksheets/sheet2.xml')).toContain('<sheetView tabSelected="1"')
  })

  it('stays hidden when it was', async () => {
    const after = await putWorksheets(workbookFile('styled.xlsx'), [split('Hidden')])
    expect((await partsOf(after)).get('xl/workbook.xml')).toContain(
      'name="Hidden" sheetId="3" state="hidden"',
    )
    expect((await partsOf(after)).get('xl/worksheets/sheet3.xml')).not.toContain('tabSelected')
  })

  it('has the range of its filter brought up to date, and keeps its other names', async () => {
    const after = await putWorksheets(workbookFile('styled.xlsx'), [split('Manifest')])
    const names = (await partsOf(after))
      .get('xl/workbook.xml')!
      .match(/<definedName [^>]*localSheetId="0".*?<\/definedName>/g)
    expect(names?.map(name => name.replace(/<[^>]*name="([^"]*)"[^>]*>(.*?)<.*/, '$1 $2')).sort()).toEqual([
      "_xlnm.Print_Area 'Manifest'!$A$1:$F$13",
      "_xlnm.Print_Titles 'Manifest'!1:1",
      "_xlnm._FilterDatabase 'Manifest'!$A$1:$B$3",
    ])
  })

  it('takes a calculation chain along that names its cells, and leaves one that does not', async () => {
    const before = workbookFile('handmade.xlsx')
    const one = await partsOf(await putWorksheets(before, [split('One')]))
    expect(one.has('xl/calcChain.xml')).toBe(false)
    expect(one.get(TYPES)).not.toContain('calcChain')
    expect(one.get('xl/_rels/workbook.xml.rels')).not.toContain('calcChain')
    const two = await partsOf(await putWorksheets(before, [split('Two')]))
    expect(two.get('xl/calcChain.xml')).toBe((await partsOf(before)).get('xl/calcChain.xml'))
  })

  it('changes nothing but itself when it is put again', async () => {
    const first = await putWorksheets(workbookFile('styled.xlsx'), [split('s')])
    expect(await putWorksheets(first, [split('s')])).toEqual(first)
    const longer = { ...split('s'), rows: [...rows, ['val', '003']] }
    expect((await difference(first, await putWorksheets(first, [longer]))).changed).toEqual([
      'xl/workbook.xml',
      'xl/worksheets/sheet5.xml',
    ])
  })
})

describe('a worksheet removed', () => {
  const before = workbookFile('styled.xlsx')

  it('goes with its parts and names; the others keep theirs', async () => {
    const after = await putWorksheets(before, [], { removed: ['Übersicht & more'] })
    expect((await readWorkbook(after)).sheetNames).toEqual(['Manifest', 'Hidden', 'Formulas'])
    const workbook = (await partsOf(after)).get('xl/workbook.xml')!
    expect(workbook).toContain('<definedName name="sites">#REF!</definedName>')
    expect(workbook).toContain('<definedName name="local" localSheetId="2">Formulas!$A$2</definedName>')
    expect(workbook).toMatch(/_FilterDatabase" localSheetId="2" hidden="1">'Formulas'!\$A\$1:\$C\$5/)
    expect(workbook).toContain('activeTab="2"')
    const { removed } = await difference(before, after)
    expect(removed).toEqual([
      'xl/charts/chart1.xml',
      'xl/drawings/_rels/drawing2.xml.rels',
      'xl/drawings/drawing2.xml',
      'xl/tables/table1.xml',
      'xl/worksheets/_rels/sheet2.xml.rels',
      'xl/worksheets/sheet2.xml',
    ])
  })

  it('is followed by added ones with positions that are right', async () => {
    const after = await putWorksheets(before, [split('s')], { removed: ['Formulas', 'hidden'] })
    expect((await readWorkbook(after)).sheetNames).toEqual(['Manifest', 'Übersicht & more', 's'])
    expect((await partsOf(after)).get('xl/workbook.xml')).toContain(
      `<definedName name="_xlnm._FilterDatabase" localSheetId="2" hidden="1">'s'!$A$1:$B$3</definedName>`,
    )
    expect((await readSheet(after, 's')).rows).toEqual(rows)
  })

  it('leaves the list of titles right', async () => {
    const titles = async (bytes: Uint8Array) => {
      const text = new TextDecoder().decode(
        Uint8Array.from((await partsOf(bytes)).get('docProps/app.xml')!, c => c.charCodeAt(0)),
      )
      return [
        /<vt:i4>(\d+)/.exec(text)![1],
        /size="(\d+)" baseType="lpstr"/.exec(text)![1],
        text
          .split('TitlesOfParts')[1]!
          .replace(/<[^>]*>/g, ' ')
          .match(/\w+/g)!
          .filter(word => !/vt|size|vector|baseType|lpstr|^\d$/.test(word)),
      ]
    }
    const handmade = workbookFile('handmade.xlsx')
    expect(await titles(await putWorksheets(handmade, [split('New')]))).toEqual([
      '3',
      '4',
      ['One', 'Two', 'New', 'total'],
    ])
    expect(await titles(await putWorksheets(handmade, [], { removed: ['One'] }))).toEqual([
      '1',
      '2',
      ['Two', 'total'],
    ])
    expect(await titles(await putWorksheets(handmade, [split('New')], { removed: ['Two'] }))).toEqual([
      '2',
      '3',
      ['One', 'New', 'total'],
    ])
  })

  it('is refused while a formula needs it', async () => {
    const removal = putWorksheets(before, [], { removed: ['Manifest'], source: 'm.xlsx' })
    await expect(removal).rejects.toThrow(WorksheetInUseError)
    await expect(removal).rejects.toThrow(
      'm.xlsx: the worksheet "Manifest" cannot be removed: a formula in the worksheet "Formulas" refers to it',
    )
    const both = await putWorksheets(before, [], { removed: ['Manifest', 'Formulas'] })
    expect((await readWorkbook(both)).sheetNames).toEqual(['Übersicht & more', 'Hidden'])
    const overwritten = await putWorksheets(before, [split('Formulas')], { removed: ['Manifest'] })
    expect((await readWorkbook(overwritten)).sheetNames).toEqual(['Übersicht & more', 'Hidden', 'Formulas'])
  })

  it('is refused when no other is visible', async () => {
    const removed = ['Manifest', 'Übersicht & more', 'Formulas']
    await expect(putWorksheets(before, [], { removed })).rejects.toThrow('no other worksheet is visible')
    expect((await readWorkbook(await putWorksheets(before, [split('s')], { removed }))).sheetNames).toEqual([
      'Hidden',
      's',
    ])
  })

  it('is refused when it is not there', async () => {
    await expect(putWorksheets(before, [], { removed: ['None'] })).rejects.toThrow(WorksheetMissingError)
  })
})

describe('putWorksheets', () => {
  it('refuses bad names, too much, and what is no workbook; the input stays', async () => {
    const before = workbookFile('styled.xlsx')
    const copy = before.slice()
    await expect(putWorksheets(before, [split('a/b')])).rejects.toThrow(SheetNameError)
    await expect(putWorksheets(before, [split('a'), split('A')])).rejects.toThrow(SheetNameError)
    const long = { name: 's', columns: [{ name: 'a' }], rows: [['x'.repeat(40_000)]] }
    await expect(putWorksheets(before, [long])).rejects.toThrow(WorksheetLimitError)
    await expect(putWorksheets(new Uint8Array(9), [split('s')], { source: 'x' })).rejects.toThrow(
      WorkbookCorruptError,
    )
    await putWorksheets(before, [split('s')])
    expect(before).toEqual(copy)
  })

  it('refuses to take the name of a chart sheet', async () => {
    const rels = 'xl/_rels/workbook.xml.rels'
    const chart = await withPart(await writeWorkbook([split('a'), split('Chart')]), rels, text =>
      text.replace(/worksheet" Target="worksheets\/sheet2/, 'chartsheet" Target="worksheets/sheet2'),
    )
    await expect(putWorksheets(chart, [split('chart')])).rejects.toThrow(
      'is taken by a sheet that holds no cells',
    )
    expect((await readSheet(await putWorksheets(chart, [split('b')]), 'b')).rows).toEqual(rows)
  })

  it('gives a workbook without styles some', async () => {
    let bare = await writeWorkbook([split('a')])
    bare = await withPart(bare, 'xl/_rels/workbook.xml.rels', text =>
      text.replace(/<Relationship [^>]*styles[^>]*>/, ''),
    )
    const after = await putWorksheets(bare, [split('b')])
    expect((await partsOf(after)).get('xl/_rels/workbook.xml.rels')).toMatch(/\/styles" Target="styles.xml"/)
    expect((await readSheet(after, 'b')).rows).toEqual(rows)
  })

  it('makes the header bold in the font of the workbook, once', async () => {
    const styles = async (font: string) => {
      const book = await withPart(await writeWorkbook([split('a')]), 'xl/styles.xml', text =>
        text
          .replace(/<fonts.*<\/fonts>/, `<fonts>${font}</fonts>`)
          .replace(/<cellXfs.*<\/cellXfs>/, '<cellXfs><xf/></cellXfs>'),
      )
      return (await partsOf(await putWorksheets(book, [split('b')]))).get('xl/styles.xml')
    }
    expect(await styles('<font><sz val="9"/></font>')).toContain(
      '<fonts><font><sz val="9"/></font><font><b/><sz val="9"/></font></fonts>',
    )
    expect(await styles('<font/>')).toContain('<fonts><font/><font><b/></font></fonts>')
    expect(await styles('<font><b/><sz val="9"/></font>')).toContain(
      '<fonts><font><b/><sz val="9"/></font></fonts>',
    )
    expect(await styles('<font><b val="0"/><sz val="9"/></font>')).toContain(
      '</font><font><b/><sz val="9"/></font></fonts>',
    )
  })
})
