import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cell } from '../../../src/formats/table/cell.ts'
import { writeWorkbook } from '../../../src/formats/table/writeWorkbook.ts'
import { type AnnotationLayout, readAnnotation } from '../../../src/pipelines/annotationTable.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'voxmill-annotation-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const LAYOUT: AnnotationLayout = {
  sheet: 2,
  headerRow: 2,
  pidColumn: '病人编号（Patient ID）',
  columns: { CTA: 'CTA', MIP: 'MIP', AVG: 'AVG', BF: 'BF' },
}
const HEADER = ['病人编号（Patient ID）', 'CTA', 'MIP', 'AVG', 'BF']
const UIDS = ['1.2.3.1', '1.2.3.2', '1.2.3.3', '1.2.3.4']

/** A workbook whose second worksheet has these rows from the first on. */
async function workbookOf(rows: readonly (readonly Cell[])[], names = ['说明', '数据']): Promise<string> {
  const [first, ...rest] = rows
  const width = Math.max(...rows.map(r => r.length))
  const columns = Array.from({ length: width }, (_, i) => ({ name: String(first![i] ?? '') }))
  const file = path.join(folder, 'annotation.xlsx')
  const sheets = names.map((name, i) =>
    i === names.length - 1 ? { name, columns, rows: rest } : { name, columns: [{ name: 'x' }], rows: [] },
  )
  writeFileSync(file, await writeWorkbook(sheets))
  return file
}

const csvOf = (text: string | Uint8Array): string => {
  const file = path.join(folder, 'cta_series.csv')
  writeFileSync(file, text)
  return file
}

describe('a workbook', () => {
  it('is read below its title row', async () => {
    const file = await workbookOf([['标题'], HEADER, [12345, ...UIDS]])
    expect(await readAnnotation(file, LAYOUT)).toEqual({
      source: file,
      modalities: ['CTA', 'MIP', 'AVG', 'BF'],
      rows: [
        {
          row: 3,
          pid: '12345',
          pidDamaged: false,
          cells: { CTA: ['1.2.3.1'], MIP: ['1.2.3.2'], AVG: ['1.2.3.3'], BF: ['1.2.3.4'] },
        },
      ],
    })
  })

  it('is read with half-width brackets, other capitals and spaces in its titles', async () => {
    const file = await workbookOf([
      ['标题'],
      [' 病人编号 (patient id)', 'cta ', 'Mip', 'AVG', 'ＢＦ'],
      ['a', ...UIDS],
    ])
    expect((await readAnnotation(file, LAYOUT)).rows.map(r => r.pid)).toEqual(['a'])
  })

  it('is read by other names of columns and worksheets, and another row of titles', async () => {
    const file = await workbookOf(
      [
        ['BF', '冠脉', 'MIP', 'AVG', '住院号'],
        [...UIDS, 'b'],
      ],
      ['s1', 's2', 's3'],
    )
    const { rows } = await readAnnotation(file, {
      sheet: 's3',
      headerRow: 1,
      pidColumn: '住院号',
      columns: { ...LAYOUT.columns, CTA: '冠脉' },
    })
    expect(rows).toMatchObject([{ pid: 'b', cells: { BF: ['1.2.3.1'], CTA: ['1.2.3.2'] } }])
  })

  it('takes a worksheet by the name that is a number before the number', async () => {
    const file = await workbookOf([['标题'], HEADER, ['a', ...UIDS]], ['x', 'y', '2'])
    expect((await readAnnotation(file, { ...LAYOUT, sheet: '2' })).rows).toHaveLength(1)
  })

  it('tells an id whose digits were lost', async () => {
    const file = await workbookOf([['标题'], HEADER, [2 ** 60, ...UIDS]])
    expect((await readAnnotation(file, LAYOUT)).rows[0]!.pidDamaged).toBe(true)
  })

  it('keeps several words of a cell apart, each once', async () => {
    const file = await workbookOf([['标题'], HEADER, ['a', '1.2\n1.3', '1.2，1.2', '无', null]])
    expect((await readAnnotation(file, LAYOUT)).rows[0]!.cells).toEqual({
      CTA: ['1.2', '1.3'],
      MIP: ['1.2'],
      AVG: ['无'],
      BF: [],
    })
  })

  it.each([
    ['the titles stand in row 1', [HEADER, ['a', ...UIDS]], { headerRow: 2 }, '--header_row 1.'],
    ['the titles stand in row 3', [['t'], ['u'], HEADER, ['a', ...UIDS]], {}, '--header_row 3.'],
    ['a column is missing', [['t'], HEADER.slice(0, 4), ['a']], {}, '--column pid='],
  ])('is refused with the way out when %s', async (_, rows, layout, remedy) => {
    const file = await workbookOf(rows as Cell[][])
    await expect(readAnnotation(file, { ...LAYOUT, ...layout })).rejects.toMatchObject({
      name: 'AnnotationTableError',
      remedy: expect.stringContaining(remedy),
    })
  })

  it('is refused when a column is there twice', async () => {
    const file = await workbookOf([['t'], [...HEADER, 'cta'], ['a']])
    await expect(readAnnotation(file, LAYOUT)).rejects.toThrow("several columns 'cta'")
  })

  it('is refused by the names of its worksheets when there are too few', async () => {
    const file = await workbookOf([HEADER, ['a']], ['数据'])
    await expect(readAnnotation(file, LAYOUT)).rejects.toThrow('no worksheet 2: it has 1 (数据)')
  })

  it('is refused when it is not there', async () => {
    await expect(readAnnotation(path.join(folder, 'no.xlsx'), LAYOUT)).rejects.toThrow('does not exist')
  })
})

describe('a CSV file', () => {
  const pairs = [
    { row: 2, pid: '0017', cells: { CTA: ['1.2.3.1'] } },
    { row: 3, pid: '18', cells: { CTA: ['1.2.3.2'] } },
  ]

  it.each([
    ['two columns of any titles', 'patient,suid\n0017,1.2.3.1\n18,1.2.3.2\n'],
    ['an index before them', ',pid,series\n0,0017,1.2.3.1\n1,18,1.2.3.2\n'],
    ['a byte order mark and semicolons', '\ufeffpid;series UID\r\n0017;1.2.3.1\r\n18;1.2.3.2\r\n'],
  ])('of %s gives the first modality', async (_, text) => {
    const { modalities, rows } = await readAnnotation(csvOf(text), LAYOUT)
    expect(modalities).toEqual(['CTA'])
    expect(rows).toMatchObject(pairs)
  })

  it('without titles loses no line', async () => {
    const { rows } = await readAnnotation(csvOf('0017,1.2.3.1\n18,1.2.3.2\n'), LAYOUT)
    expect(rows).toMatchObject([
      { ...pairs[0], row: 1 },
      { ...pairs[1], row: 2 },
    ])
  })

  it('in GB 18030 is read too', async () => {
    // 病人,序列 in GB 18030.
    const titles = [0xb2, 0xa1, 0xc8, 0xcb, 0x2c, 0xd0, 0xf2, 0xc1, 0xd0, 0x0a]
    const bytes = Uint8Array.from([...titles, ...new TextEncoder().encode('0017,1.2.3.1\n')])
    expect((await readAnnotation(csvOf(bytes), LAYOUT)).rows).toMatchObject([pairs[0]!])
  })

  it('with the titles of a workbook is read by them', async () => {
    const { modalities, rows } = await readAnnotation(
      csvOf('MIP,病人编号(Patient ID),AVG\n1.2.3.2,a,1.2.3.3\n'),
      LAYOUT,
    )
    expect(modalities).toEqual(['MIP', 'AVG'])
    expect(rows).toMatchObject([{ pid: 'a', cells: { MIP: ['1.2.3.2'], AVG: ['1.2.3.3'] } }])
  })

  it.each([
    ['several columns of UIDs and no titles', 'a,1.2.3.1,1.2.3.2\n', '2 columns of series UIDs'],
    ['no UID', 'a,b\nc,d\n', 'no column of series UIDs'],
    ['no patient', '1.2.3.1,x\n', 'no column of series UIDs behind one of patients'],
  ])('is refused with %s', async (_, text, message) => {
    await expect(readAnnotation(csvOf(text), LAYOUT)).rejects.toThrow(message)
  })
})
