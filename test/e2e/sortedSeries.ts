import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll } from 'vitest'
import { TAGS } from '../../src/formats/dicom/dictionary.ts'
import type { Cell } from '../../src/formats/table/cell.ts'
import { writeWorkbook } from '../../src/formats/table/writeWorkbook.ts'
import { rawObject, SERIES, writeFiles } from '../unit/steps/ingest/rawObject.ts'
import { voxmill } from './cli.ts'
import { filesBelow, newFolder, worksheet } from './phantomRoot.ts'

const MODALITIES = ['CTA', 'MIP', 'AVG', 'BF'] as const
type Modality = (typeof MODALITIES)[number]
/** Just enough for the rules of the shipped pipeline. */
export const IMAGES = { CTA: 100, MIP: 20, AVG: 20, BF: 20 } as const

/** The number of a series: 11 to 14 of patient 1. */
const numberOf = (patient: number, modality: Modality) => 10 * patient + MODALITIES.indexOf(modality) + 1
export const uidOf = (patient: number, modality: Modality) => `${SERIES}${numberOf(patient, modality)}`

let sop = 0
function seriesFiles(
  number: number,
  modality: Modality,
  count: number = IMAGES[modality],
): Record<string, Uint8Array> {
  const derived = modality !== 'CTA'
  const files: Record<string, Uint8Array> = {}
  for (let i = 1; i <= count; i++)
    files[`${String(i).padStart(5, '0')}.dcm`] = rawObject({
      sop: ++sop,
      series: number,
      number: i,
      pid: 'secret id',
      position: [0, 0, i],
      imageType: derived ? ['DERIVED', 'SECONDARY', 'AXIAL', modality] : ['ORIGINAL', 'PRIMARY', 'AXIAL'],
      further: [
        { tag: TAGS.SliceThickness, value: derived ? 3 : 0.75 },
        { tag: TAGS.SeriesNumber, value: number },
      ],
    })
  return files
}

export const PIDS = ['0012345', '病人2', 'P3'] as const

/** Three patients; the last has a second series that looks like its MIP. */
function sortedRoot(): string {
  const root = newFolder()
  for (const [i, pid] of PIDS.entries())
    for (const m of MODALITIES)
      writeFiles(path.join(root, '0.ori_3', pid, uidOf(i + 1, m)), seriesFiles(numberOf(i + 1, m), m))
  writeFiles(path.join(root, '0.ori_3/P3', `${SERIES}99`), seriesFiles(99, 'MIP'))
  return root
}

export const HEADER = ['病人编号(Patient ID)', 'CTA', 'MIP', 'AVG', 'BF', '备注']
export const uids = (patient: number) => MODALITIES.map(m => uidOf(patient, m))

export async function writeAnnotation(root: string, rows: readonly (readonly Cell[])[]): Promise<void> {
  const columns = [{ name: '标注表' }, ...HEADER.slice(1).map(() => ({ name: '' }))]
  const bytes = await writeWorkbook([
    { name: '说明', columns: [{ name: '说明' }], rows: [] },
    { name: '数据', columns, rows: [HEADER, ...rows] },
  ])
  mkdirSync(path.join(root, 'annotation'), { recursive: true })
  writeFileSync(path.join(root, 'annotation/series.xlsx'), bytes)
}

export const extract = (root: string, ...further: string[]) =>
  voxmill(['extract-modalities', '-r', '0.ori_3', '-o', '3.sorted_dcm', ...further], { cwd: root })
export const byTable = (root: string, ...further: string[]) =>
  extract(root, '--annotation', 'annotation/series.xlsx', ...further)
export const propose = (root: string, ...further: string[]) =>
  voxmill(['propose-annotation', '-r', '0.ori_3', '-o', 'annotation/proposed.xlsx', ...further], {
    cwd: root,
  })

/** Folders of series in the output, each with how many files it has. */
export function copied(root: string, output = '3.sorted_dcm'): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const file of filesBelow(path.join(root, output)))
    if (file.endsWith('.dcm')) counts[path.posix.dirname(file)] = (counts[path.posix.dirname(file)] ?? 0) + 1
  return counts
}
export const copiesOf = (pid: string, patient: number) =>
  Object.fromEntries(MODALITIES.map(m => [`${pid}/${m}/${uidOf(patient, m)}`, IMAGES[m]]))
export const reportSheet = (root: string, name: string) =>
  worksheet(path.join(root, '3.sorted_dcm/extract_report.xlsx'), name)
export const codesIn = async (root: string) =>
  (await reportSheet(root, 'Findings')).map(f => `${f.code} ${f.file_path}`)

export let sorted: string
beforeAll(() => {
  sorted = sortedRoot()
})
