import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { CaseDescription, CasePicture } from '../../src/core/caseDescription.ts'
import { finding } from '../../src/core/finding.ts'
import type { Receipt, ReceiptFile } from '../../src/engine/receipt.ts'
import type { Cell } from '../../src/formats/table/cell.ts'
import { writeWorkbook } from '../../src/formats/table/writeWorkbook.ts'

export interface ManySamples {
  readonly samples: number
  /** Bytes of each picture, three a sample. */
  readonly picture: (sample: number, axis: string) => Uint8Array
  /** Makes ids and attributes of a sample other than plain ones. */
  readonly name?: (sample: number) => { site?: string; seq?: string; message?: string }
}

const SITES = ['Tongji', 'Yunnan', 'Zhongnan', 'HKU-SZH']
const COLUMNS = ['site', 'collection', 'subset', 'seq', 'pid']
const AXES = ['axial', 'coronal', 'sagittal']
const FINISHED = '2026-01-02T03:04:05.678Z'

/**
 * Writes what a finished run on many samples leaves, as far as a report reads it: receipts, records, descriptions,
 * pictures, the manifest with a split, and empty files in place of images.
 *
 * @returns ids of the cases
 */
export async function writeManySamples(root: string, options: ManySamples): Promise<string[]> {
  const put = (file: string, content: string | Uint8Array) => {
    const target = path.join(root, file)
    mkdirSync(path.dirname(target), { recursive: true })
    writeFileSync(target, content)
  }
  const file = (slot: string, place: string, kind: string, key?: string): ReceiptFile => ({
    ...{ slot, path: place, kind, digest: 'a'.repeat(64) },
    ...(key === undefined ? {} : { key }),
  })
  const receipt = (job: Pick<Receipt, 'step' | 'case'> & Partial<Receipt>) => {
    const part = job.part === undefined ? '' : `@${job.part}`
    const whole: Receipt = {
      ...{
        voxmill: '0.1.0',
        version: 1,
        status: 'done',
        fingerprint: 'b'.repeat(64),
        params: {},
        fields: {},
      },
      ...{ inputs: [], outputs: [], findings: [], finished: FINISHED, seconds: 0.25 },
      ...job,
    }
    put(`.voxmill/receipts/${job.step}/${job.case}${part}.json`, JSON.stringify(whole, null, 1))
  }
  const cases: string[] = []
  const rows: Cell[][] = []
  for (let n = 0; n < options.samples; n++) {
    const named = options.name?.(n) ?? {}
    const site = named.site ?? SITES[n % SITES.length]!
    const subset = ['train', 'train', 'val', 'test', 'train'][n % 5]!
    const seq = named.seq ?? `${String(n).padStart(4, '0')}A`
    // Every hundredth sample is of the patient before it.
    const pid = String(100000 + (n % 100 === 99 ? n - 1 : n))
    const collection = subset === 'test' ? 'test-outer' : 'train-val'
    const id = `${seq}_${pid}`
    const folder = `${site}/${collection}/${subset}/${id}`
    cases.push(folder)
    rows.push([id, site, collection, subset, seq, pid])
    const image = (name: string) => `grouped/${folder}/${id}_${name}.nii.gz`
    for (const name of ['volume', 'mask', 'mask_01_NME']) put(image(name), '')
    const volume = file('volume', image('volume'), 'nifti-volume')
    const mask = file('mask', image('mask'), 'nifti-mask')
    const message = named.message ?? `the farthest corner lay ${n % 7} mm from where the volume has it`
    receipt({
      ...{
        step: 'confirm-pairs',
        case: folder,
        params: { onGeometryMismatch: 'copy' },
        outputs: [volume, mask],
      },
      findings: n % 9 === 0 ? [finding('geometry-shift', image('mask'), message)] : [],
    })
    receipt({
      ...{ step: 'extract-binary-masks', case: folder, part: '01', inputs: [mask] },
      params: { index: 1, shortForm: 'NME', known: [0, 1] },
      outputs: [file('binary', image('mask_01_NME'), 'nifti-mask')],
    })
    const record = `.voxmill/records/${folder}.json`
    receipt({
      ...{ step: 'inspect-sample', case: folder, inputs: [volume, mask] },
      outputs: [file('record', record, 'json')],
    })
    const attributes = { site, collection, subset, seq, pid }
    const size = [320 + 32 * (n % 5), 320 + 32 * (n % 5), 60 + ((n * 37) % 90)]
    const spacing = [0.7 + 0.05 * (n % 4), 0.7 + 0.05 * (n % 4), 1 + 0.2 * (n % 6)]
    const geometry = { shape: size, spacing, orientationFrom: 'RAI', orientationTo: 'LPS', transform: '' }
    const checked = { id, attributes, paths: { binaries: {} }, labels: ['01_NME'], existence: {}, geometry }
    put(record, JSON.stringify({ ...checked, violations: [] }))
    const pictures = AXES.map((key): CasePicture => {
      const place = `.voxmill/thumbnails/${folder}/${key}.jpg`
      put(place, options.picture(n, key))
      return {
        key,
        path: place,
        width: 160,
        height: 160,
        alt: `${key} slice through the middle of the lesion`,
      }
    })
    const wave = Math.abs(Math.sin(n * 12.9898) * 43758.5453) % 1
    const description: CaseDescription = {
      case: folder,
      figures: {
        ...{ sizeX: size[0]!, sizeY: size[1]!, sizeZ: size[2]!, intensityMin: 0 },
        ...{ spacingX: spacing[0]!, spacingY: spacing[1]!, spacingZ: spacing[2]! },
        ...{ intensityMean: 200 + 300 * wave, intensityMax: 1000 + n, intensitySd: 50 + 40 * wave },
        ...{ labelVolumeMl: 0.1 + 60 * wave ** 4, labelParts: 1 + (n % 6), insideMean: 400 + 200 * wave },
      },
      texts: { orientation: n % 11 === 0 ? 'RAS' : 'LPS', dtype: n % 3 === 0 ? 'int16' : 'float32' },
      histogram: {
        from: 0,
        to: 1000,
        counts: Array.from({ length: 32 }, (_, i) => (31 - i) * ((n % 5) + 1)),
      },
      labels: [
        {
          index: 1,
          name: 'non mass enhancement',
          shortForm: 'NME',
          color: '#ff0000',
          voxels: 1000 + n,
          volumeMl: 0.1 + 60 * wave ** 4,
        },
      ],
      pictures,
    }
    put(`.voxmill/records/describe-sample/${folder}.json`, JSON.stringify(description))
  }
  const columns = ['ID', ...COLUMNS].map(name => ({ name }))
  const split = rows.map((row): Cell[] => [row[3]!, ...row])
  const book = await writeWorkbook([
    { name: 'Manifest', columns, rows },
    { name: 'split01_Whole', columns: [{ name: 'split01_Whole' }, ...columns], rows: split },
  ])
  put('grouped/dataset_manifest.xlsx', book)
  receipt({
    ...{ step: 'gen-dataset-manifest', case: 'dataset' },
    params: {
      columns: COLUMNS,
      labels: ['01_NME'],
      sheet: 'Manifest',
      split: { id: 'ID', patient: 'pid' },
      splits: [],
    },
    inputs: cases.map(folder => file('records', `.voxmill/records/${folder}.json`, 'json', folder)),
    outputs: [file('manifest', 'grouped/dataset_manifest.xlsx', 'workbook')],
  })
  return cases
}
