import { jsonFile } from '../../artifacts/jsonFile.ts'
import { workbook } from '../../artifacts/workbook.ts'
import { EXIT, Fault } from '../../core/fault.ts'
import { type Finding, finding } from '../../core/finding.ts'
import { defineStep, each, editable, type ParamsOf, type Zod } from '../../engine/step.ts'
import type { Cell } from '../../formats/table/cell.ts'
import type { Table } from '../../formats/table/table.ts'
import type { WorksheetSpec } from '../../formats/table/worksheetSpec.ts'
import { findingsSheet } from '../findingsSheet.ts'
import {
  indexFileName,
  indexSheet,
  type SplitColumns,
  type SplitRule,
  splitSheet,
} from '../share/splitSheet.ts'
import type { SampleRecord } from './inspectSample.ts'
import { receiptFindings } from './receiptFindings.ts'

const NUMBER_COLUMNS = ['szx', 'szy', 'szz', 'spx', 'spy', 'spz']

const params = (z: Zod) =>
  z.object({
    columns: z.array(z.string()).describe('Columns between ID and valid_labels.'),
    labels: z.array(z.string()).describe('Keys of the labels, in the order of the label map.'),
    sheet: z.string().describe('Name of the main worksheet.'),
    verbose: z.boolean().default(false).describe('Adds the column `debug`.'),
    split: z.custom<SplitColumns>().optional().describe('Which columns the splits go by.'),
    splits: z
      .array(z.object({ rule: z.custom<SplitRule>(), index: z.array(z.array(z.string())) }))
      .default([])
      .describe('Splits to add as worksheets, each with its index manifests.'),
  })
type Params = ParamsOf<typeof params>

export const genDatasetManifest = defineStep({
  name: 'gen-dataset-manifest',
  version: 1,
  summary:
    'Lists every sample with all its files, and every violation of what the files of a sample must share.',
  per: 'dataset',
  params,
  inputs: {
    records: each(jsonFile<SampleRecord>(), 'state.record'),
    upstream: each(receiptFindings, 'state.receipt'),
  },
  outputs: { manifest: editable(workbook, 'grouped.manifest'), indexes: each(workbook, 'grouped.index') },
  memory: () => 200e6,
  run({ records, upstream }, p: Params, context) {
    const samples = Object.entries(records).sort(([, a], [, b]) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
    const own = [...samples.flatMap(([, r]) => r.violations), ...repeatedIds(samples)]
    for (const f of own) context.report(f)
    const main = mainTable(samples, p)
    const sheets: WorksheetSpec[] = [
      {
        name: p.sheet,
        columns: main.columns.map((name, i) => ({ name, kind: kindOf(name, i, p) })),
        rows: main.rows,
      },
      findingsSheet([...own, ...Object.values(upstream).flat()]),
    ]
    const indexes: Record<string, { sheets: WorksheetSpec[] }> = {}
    for (const { rule, index } of p.splits) {
      try {
        const { sheet, findings } = splitSheet(main, rule, p.split!)
        for (const f of findings) context.report(f)
        const table: Table = {
          ...main,
          name: rule.name,
          columns: sheet.columns.map(c => c.name),
          rows: [...sheet.rows].map(r => [...r]),
        }
        for (const subsets of index) {
          const file = indexFileName(rule.name, subsets)
          indexes[`${rule.name}/${file}`] = { sheets: [indexSheet(table, rule.name, subsets)] }
        }
        sheets.push(sheet)
      } catch (error) {
        if (!(error instanceof Fault) || error.exitCode !== EXIT.usage) throw error
        context.report(finding('split-impossible', rule.name, error.message, { remedy: error.remedy }))
      }
    }
    return { manifest: { sheets }, indexes }
  },
})

const kindOf = (name: string, at: number, p: Params): 'text' | 'number' =>
  NUMBER_COLUMNS.includes(name) || (name.endsWith('_existence') && at > p.columns.length) ? 'number' : 'text'

function mainTable(samples: readonly (readonly [string, SampleRecord])[], p: Params): Table {
  const columns = [
    'ID',
    ...p.columns,
    'valid_labels',
    'info',
    'volume',
    'mask',
    ...p.labels.map(key => `mask_${key}`),
    ...p.labels.map(key => `mask_${key}_existence`),
    ...NUMBER_COLUMNS,
    'orientation_from',
    'orientation_to',
    'vol_dtype',
    'mask_dtype',
    'transform',
    ...(p.verbose ? ['debug'] : []),
  ]
  const rows = samples.map(([, r]): Cell[] => [
    r.id,
    ...p.columns.map(name => r.attributes[name] ?? null),
    r.labels.join(','),
    r.paths.info ?? null,
    r.paths.volume ?? null,
    r.paths.mask ?? null,
    ...p.labels.map(key => r.paths.binaries[key] ?? null),
    ...p.labels.map(key => (r.existence[key] === undefined ? null : Number(r.existence[key]))),
    ...(r.geometry?.shape ?? [null, null, null]),
    ...(r.geometry?.spacing ?? [null, null, null]),
    r.geometry?.orientationFrom ?? null,
    r.geometry?.orientationTo ?? null,
    r.volumeDtype ?? null,
    r.maskDtype ?? null,
    r.geometry?.transform ?? null,
    ...(p.verbose ? [r.violations.map(v => `${v.code}: ${v.message}`).join('; ') || 'all files agree'] : []),
  ])
  return {
    name: p.sheet,
    source: 'the dataset manifest',
    columns,
    rows,
    rowNumbers: rows.map((_, i) => i + 2),
    cellErrors: [],
  }
}

function repeatedIds(samples: readonly (readonly [string, SampleRecord])[]): Finding[] {
  const first = new Map<string, string>()
  return samples.flatMap(([place, { id }]) => {
    const other = first.get(id)
    if (other === undefined) {
      first.set(id, place)
      return []
    }
    return [finding('sample-id-repeated', place, `the id ${id} also stands for ${other}`)]
  })
}
