import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { putWorksheets } from '../../../src/formats/table/putWorksheets.ts'
import { readWorkbook } from '../../../src/formats/table/readWorkbook.ts'
import { writeWorkbook } from '../../../src/formats/table/writeWorkbook.ts'
import expectations from './expectations.json' with { type: 'json' }

interface Expected {
  columns: string[]
  rows: unknown[][]
  rowNumbers: number[]
  errors: [number, string][]
}

const workbook = (name: string) => new Uint8Array(readFileSync(new URL(name, import.meta.url)))

const cases = Object.entries(expectations as unknown as Record<string, Record<string, Expected>>).flatMap(
  ([file, sheets]) => Object.entries(sheets).map(([sheet, expected]) => ({ file, sheet, expected })),
)

it('has the expectations that it is meant to have', () => {
  expect(cases.map(({ file, sheet }) => `${file}: ${sheet}`)).toHaveLength(13)
})

describe.each(cases)('$file, $sheet', ({ file, sheet, expected }) => {
  it('reads as openpyxl reads it', async () => {
    const table = await (await readWorkbook(workbook(file), file)).sheet(sheet)
    expect(table.columns).toEqual(expected.columns)
    expect(table.rows).toEqual(expected.rows)
    expect(table.rowNumbers).toEqual(expected.rowNumbers)
    const shown = table.cellErrors.filter(({ error }) => error.startsWith('#'))
    expect(shown.map(({ row, error }) => [row, error])).toEqual(expected.errors)
  })
})

const PYTHON = '/usr/bin/python3'

/** What openpyxl finds in a workbook: of each sheet the state, frozen pane, filter and values. */
const INSPECT = `
import json, sys, openpyxl
book = openpyxl.load_workbook(sys.argv[1])
print(json.dumps({s.title: [s.sheet_state, s.freeze_panes, s.auto_filter.ref, len(s._charts), len(s._images),
  s.column_dimensions['A'].width, s['A1'].font.b, s['B2'].number_format,
  [[c.value for c in row] for row in s.iter_rows()]] for s in book.worksheets}, default=str))
`

function hasOpenpyxl(): boolean {
  try {
    execFileSync(PYTHON, ['-c', 'import openpyxl, PIL'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function inspect(bytes: Uint8Array): Record<string, unknown[]> {
  const folder = mkdtempSync(join(tmpdir(), 'table-'))
  try {
    writeFileSync(join(folder, 'book.xlsx'), bytes)
    const text = execFileSync(PYTHON, ['-c', INSPECT, join(folder, 'book.xlsx')], { encoding: 'utf8' })
    return JSON.parse(text) as Record<string, unknown[]>
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe.skipIf(!hasOpenpyxl())(
  'openpyxl, where it is installed (else skipped: nothing to compare with)',
  () => {
    const split = {
      name: 'random_split',
      columns: [{ name: 'random_split' }, { name: 'pid', kind: 'text' as const }, { name: 'spx' }],
      rows: [
        ['train', '0012345678901234567', 0.1],
        ['test', '=1+1', null],
      ],
    }
    const shown = [
      'visible',
      'A2',
      'A1:C3',
      0,
      0,
      15,
      true,
      '@',
      [
        ['random_split', 'pid', 'spx'],
        ['train', '0012345678901234567', 0.1],
        ['test', '=1+1', null],
      ],
    ]

    it('reads a workbook written here, with its formats', async () => {
      expect(inspect(await writeWorkbook([split]))).toEqual({ random_split: shown })
    })

    it.each(['styled.xlsx', 'libreoffice.xlsx', 'values.xlsx'])(
      'finds %s as it was, and the new sheet',
      async file => {
        const before = inspect(workbook(file))
        const after = inspect(await putWorksheets(workbook(file), [split]))
        expect(after).toEqual({ ...before, random_split: shown })
        expect(Object.keys(after)).toEqual([...Object.keys(before), 'random_split'])
      },
    )
  },
)
