import { heldBackJson } from '../../artifacts/heldBackJson.ts'
import { workbook } from '../../artifacts/workbook.ts'
import { type Finding, finding } from '../../core/finding.ts'
import { defineStep, each, one, type Zod } from '../../engine/step.ts'
import type { Cell } from '../../formats/table/cell.ts'
import type { ColumnSpec, WorksheetSpec } from '../../formats/table/worksheetSpec.ts'
import { receiptFindings } from '../check/receiptFindings.ts'
import { findingsSheet } from '../findingsSheet.ts'
import { type LostCase, lostCases } from '../lostCases.ts'
import type { CropRecord } from './extractPericardiumBbox.ts'

const params = (z: Zod) =>
  z.object({
    failed: lostCases(z).describe('Patients that were lost on the way, and why.'),
  })

/** What most networks need the size of their input to be a multiple of. */
const MULTIPLE = 32

const AXES = ['x', 'y', 'z'] as const

/** Of one axis the largest extent of all crops, and whose it is. */
interface Largest {
  readonly voxels: { readonly value: number; readonly pid: string }
  readonly mm: { readonly value: number; readonly pid: string }
}

export const genCropReport = defineStep({
  name: 'gen-crop-report',
  version: 1,
  summary: 'Lists the box of the heart of each patient and the largest extents, which decide the crop size.',
  per: 'dataset',
  params,
  inputs: {
    records: each(heldBackJson<CropRecord>(), 'cropped.record'),
    upstream: each(receiptFindings, 'state.receipt'),
  },
  outputs: { report: one(workbook, 'cropped.report') },
  memory: () => 200e6,
  run({ records, upstream }, { failed }, context) {
    const crops = Object.values(records).map(load => load())
    const largest = AXES.map((_, axis) => largestAlong(crops, axis))
    const needed = sizeNeeded(largest, context.case)
    for (const f of needed) context.report(f)
    return {
      report: {
        sheets: [
          cropSheet(crops, failed),
          largestSheet(largest),
          findingsSheet([...needed, ...Object.values(upstream).flat()]),
        ],
      },
    }
  },
})

function largestAlong(crops: readonly CropRecord[], axis: number): Largest {
  const most = (of: (crop: CropRecord) => number) =>
    crops.reduce((best, crop) => (of(crop) > best.value ? { value: of(crop), pid: crop.pid } : best), {
      value: 0,
      pid: '',
    })
  return { voxels: most(c => c.extentVoxels[axis]!), mm: most(c => c.extentMm[axis]!) }
}

const roundedUp = (voxels: number): number => Math.ceil(voxels / MULTIPLE) * MULTIPLE

function sizeNeeded(largest: readonly Largest[], where: string): Finding[] {
  const voxels = largest.map(l => l.voxels.value)
  if (voxels.some(n => n === 0)) return []
  const pids = [...new Set(largest.map(l => l.voxels.pid))].join(', ')
  return [
    finding(
      'crop-size-needed',
      where,
      `the largest extents are ${voxels.join(' × ')} voxels (of ${pids}), ${voxels.map(roundedUp).join(' × ')} in multiples of ${MULTIPLE}`,
      { numbers: Object.fromEntries(AXES.map((axis, a) => [axis, voxels[a]!])) },
    ),
  ]
}

const numbers = (...names: string[]): ColumnSpec[] => names.map(name => ({ name, kind: 'number' }))
const text = (...names: string[]): ColumnSpec[] => names.map(name => ({ name, kind: 'text' }))
const perAxis = (name: string) => AXES.map(axis => `${name}_${axis}`)

function cropSheet(crops: readonly CropRecord[], failed: readonly LostCase[]): WorksheetSpec {
  const figures = ['first', 'last', 'extent_voxels', 'extent_mm', 'image_voxels', 'spacing_mm'].flatMap(
    perAxis,
  )
  const columns = [
    ...text('pid'),
    ...numbers(...figures, 'margin_mm', 'flow_voxels'),
    ...text('margin', 'status'),
  ]
  return {
    name: 'Crops',
    columns,
    rows: [
      ...crops.map((c): Cell[] => [
        c.pid,
        ...c.box.min,
        ...c.box.max,
        ...c.extentVoxels,
        ...c.extentMm,
        ...c.imageVoxels,
        ...c.spacingMm,
        c.marginMm,
        c.flowVoxels,
        c.marginClipped ? 'cut at the border' : '',
        'cropped',
      ]),
      ...failed.map((lost): Cell[] => [
        lost.case,
        ...Array<null>(columns.length - 2).fill(null),
        `failed: ${lost.reason}`,
      ]),
    ],
  }
}

const largestSheet = (largest: readonly Largest[]): WorksheetSpec => ({
  name: 'Largest',
  columns: [
    ...text('axis'),
    ...numbers('extent_voxels'),
    ...text('pid_of_voxels'),
    ...numbers(`multiple_of_${MULTIPLE}`, 'extent_mm'),
    ...text('pid_of_mm'),
  ],
  rows: largest.map(({ voxels, mm }, axis) => [
    AXES[axis]!,
    voxels.value,
    voxels.pid,
    roundedUp(voxels.value),
    mm.value,
    mm.pid,
  ]),
})
