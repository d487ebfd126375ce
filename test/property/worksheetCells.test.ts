import fc from 'fast-check'
import { expect, it } from 'vitest'
import { WorksheetReader } from '../../src/formats/table/ooxml/worksheetReader.ts'

const CONTEXT = { sharedStrings: ['first', 'second'], dateFormats: [false, true], date1904: false }
const WANTED = ['A', 'B', 'D']

/** A cell as a program may write it; the first forms are those that nearly all programs use. */
const cell = fc.record({
  column: fc.constantFrom('A', 'B', 'C', 'D', 'E', 'AA'),
  format: fc.constantFrom('', ' s="1"', ' s="0"', ' s="7" '),
  content: fc.constantFrom(
    '><v>12.50</v></c>',
    ' t="n"><v>-3</v></c>',
    ' t="s"><v>1</v></c>',
    ' t="inlineStr"><is><t>volume &amp; mask</t></is></c>',
    ' t="inlineStr"><is><t xml:space="preserve"> größer </t></is></c>',
    ' t="inlineStr"><is><t></t></is></c>',
    '><v></v></c>',
    '/>',
    '></c>',
    ' t="b"><v>1</v></c>',
    ' t="e"><v>#REF!</v></c>',
    ' t="str"><f>A1</f><v>made</v></c>',
    '><f>A1</f></c>',
    ' t="inlineStr"><is><r><t>two </t></r><r><t>runs</t></r></is></c>',
    ' t="inlineStr"><is><t>read</t><rPh><t>aloud</t></rPh></is></c>',
    ' t="inlineStr"><is><t><![CDATA[</row> & ?]]></t></is></c>',
    ' t="inlineStr"><is><t>a <!-- </row> --> b</t></is></c>',
    ' t="inlineStr"><is><t>window! why?</t></is></c>',
    '><v>12345678901234567890</v></c>',
    '> <v>1</v> </c>',
  ),
})
const rows = fc.array(fc.record({ cells: fc.array(cell, { maxLength: 6 }), spans: fc.boolean() }), {
  maxLength: 6,
})

const TITLES = ['A', 'B', 'C', 'D', 'E', 'AA']
const titled = TITLES.map(t => `<c r="${t}1" t="inlineStr"><is><t>${t}</t></is></c>`).join('')

/** @param opening how each cell begins: with one more blank, no cell is in the common form */
function sheet(
  all: readonly { cells: readonly { column: string; format: string; content: string }[]; spans: boolean }[],
  opening: string,
) {
  const body = all.map(({ cells, spans }, i) => {
    // Cells of a row stand in the order of their columns.
    const ordered = [...cells].sort((a, b) => TITLES.indexOf(a.column) - TITLES.indexOf(b.column))
    const written = ordered.map(c => `${opening}r="${c.column}${i + 2}"${c.format}${c.content}`).join('')
    return `<row r="${i + 2}"${spans ? ' spans="1:4"' : ''}>${written}</row>`
  })
  return `<worksheet><sheetData><row r="1">${titled}</row>${body.join('')}</sheetData></worksheet>`
}

function read(xml: string, pieceBytes: number, wanted: ReadonlySet<string> | undefined) {
  const bytes = new TextEncoder().encode(xml)
  const reader = new WorksheetReader(CONTEXT, wanted)
  for (let at = 0; at < bytes.length; at += pieceBytes) reader.feed(bytes.slice(at, at + pieceBytes))
  reader.finish()
  return { rows: reader.rows, errors: reader.errors }
}

it('a cell says the same however it is written, wherever the bytes are cut, and whatever columns are wanted', () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 400 }), fc.boolean(), (all, pieceBytes, some) => {
      const wanted = some ? new Set(WANTED) : undefined
      const expected = read(sheet(all, '<c  '), Number.MAX_SAFE_INTEGER, wanted)
      expect(read(sheet(all, '<c '), pieceBytes, wanted)).toEqual(expected)
      expect(read(sheet(all, '<c '), Number.MAX_SAFE_INTEGER, wanted)).toEqual(expected)
    }),
    { numRuns: 2000 },
  )
})
