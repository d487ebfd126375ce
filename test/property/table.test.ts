import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Fault } from '../../src/core/fault.ts'
import { readCsv } from '../../src/formats/table/csv.ts'
import { putWorksheets } from '../../src/formats/table/putWorksheets.ts'
import { readWorkbook } from '../../src/formats/table/readWorkbook.ts'
import { checkSheetName } from '../../src/formats/table/sheetName.ts'
import { writeWorkbook } from '../../src/formats/table/writeWorkbook.ts'
import { readZip } from '../../src/formats/zip/readZip.ts'
import { readSheet, withPart } from '../unit/formats/table/parts.ts'

const difficult = fc.constantFrom(
  '  spaces  ',
  '=1+1',
  '@cmd',
  '000123',
  '12345678901234567890',
  '1e5',
  'TRUE',
  '#N/A',
  '2025-08-25',
  '_x0041_',
  '_x005F_x0041_',
  'line\r\nfeed\rand\ttab\n',
  '\u0000\u0001\u001f\u007f\ufffe\uffff\ufeff',
  '\ud83e alone \udde0',
  '<a>&amp;</a>]]>',
  '武汉 🧠 e\u0301',
  'x'.repeat(32_767),
)
const text = fc.oneof(difficult, fc.string({ minLength: 1, unit: 'binary' }), fc.string({ minLength: 1 }))
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => (value === 0 ? 0 : value))
const cell = fc.oneof(text, number, fc.integer(), fc.boolean(), fc.constant(null))
const sheetName = fc
  .string({ minLength: 1, maxLength: 31, unit: 'grapheme' })
  .filter(name => checkSheetName(name).length === 0)

/** Rows that hold something, with a key, so that none is blank. */
const rows = fc.array(fc.tuple(fc.nat(), cell, cell, text), { maxLength: 20 })
const columns = ['key', 'second', 'third', 'fourth'].map(name => ({ name }))

describe('a worksheet', () => {
  it('reads back as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(sheetName, rows, async (name, written) => {
        const table = await readSheet(await writeWorkbook([{ name, columns, rows: written }]), name)
        expect(table.columns).toEqual(columns.map(column => column.name))
        expect(table.rows).toEqual(written)
      }),
      { numRuns: 150 },
    )
  })

  it('put into a workbook reads back, and so does what was there', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(sheetName, { minLength: 2, maxLength: 4, selector: n => n.toLowerCase() }),
        rows,
        rows,
        async (names, before, put) => {
          const spec = (name: string, content: typeof rows extends fc.Arbitrary<infer T> ? T : never) => ({
            name,
            columns,
            rows: content,
          })
          const first = await writeWorkbook(names.slice(1).map(name => spec(name, before)))
          const added = await putWorksheets(first, [spec(names[0]!, put)])
          const replaced = await putWorksheets(added, [spec(names[1]!, put)])
          expect((await readSheet(added, names[0]!)).rows).toEqual(put)
          expect((await readSheet(added, names[1]!)).rows).toEqual(before)
          expect((await readSheet(replaced, names[0]!)).rows).toEqual(put)
          expect((await readSheet(replaced, names[1]!)).rows).toEqual(put)
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('a damaged workbook', () => {
  const whole = new Uint8Array(readFileSync(new URL('../oracle/table/handmade.xlsx', import.meta.url)))
  const parts = readZip(whole).map(entry => entry.name)

  it('is refused with a fault that names the file, or read', async () => {
    const damage = fc.record({
      part: fc.constantFrom(...parts),
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      removed: fc.integer({ min: 0, max: 40 }),
      inserted: fc.oneof(
        fc.constantFrom(
          '<',
          '>',
          '"',
          '&',
          '</x:c>',
          '<x:row>',
          '-1',
          '9999999999',
          '<!DOCTYPE a>',
          '\0',
          '<a/>',
        ),
        fc.string({ maxLength: 4 }),
      ),
    })
    let refused = 0
    await fc.assert(
      fc.asyncProperty(damage, async ({ part, at, removed, inserted }) => {
        const damaged = await withPart(whole, part, text => {
          const start = Math.floor(at * text.length)
          return text.slice(0, start) + inserted + text.slice(start + removed)
        })
        try {
          const book = await readWorkbook(damaged, 'in.xlsx')
          for (const name of book.sheetNames) await book.sheet(name)
          await putWorksheets(damaged, [{ name: 'One', columns, rows: [] }], { source: 'in.xlsx' })
        } catch (error) {
          refused++
          expect(error).toBeInstanceOf(Fault)
          expect((error as Fault).message).toContain('in.xlsx')
          expect((error as Fault).remedy).not.toBe('')
        }
      }),
      { numRuns: 400 },
    )
    expect(refused).toBeGreaterThan(100)
  })
})

describe('a CSV file', () => {
  const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`

  it.each([',', ';', '\t'] as const)('divided by %j reads back', delimiter => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { minLength: 1 }), written => {
        const lines = [['a', 'b'], ...written].map(line => line.map(quoted).join(delimiter))
        expect(readCsv(lines.join('\r\n'), { delimiter }).rows).toEqual(written)
      }),
    )
  })
})
