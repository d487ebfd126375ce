import { DATASET } from '../../engine/provenance.ts'
import { type Receipt, readReceipt, receiptPath } from '../../engine/receipt.ts'
import type { Workspace } from '../../engine/workspace.ts'
import { readWorkbook, type Workbook } from '../../formats/table/readWorkbook.ts'
import { existsSync } from '../../storage/exists.ts'
import { readWhole } from '../../storage/readFile.ts'

/** The dataset manifest as its receipt tells it. */
export interface DatasetManifest {
  readonly finished: string
  /** Cases that it lists. */
  readonly listed: ReadonlySet<string>
  /** Cases of which an earlier step told it anything: also those that failed and are not listed. */
  readonly named: ReadonlySet<string>
  /** Relative to the root. */
  readonly file: string | undefined
  /** Name of the main worksheet. */
  readonly sheet: string
  /** Titles of the attributes. */
  readonly columns: readonly string[]
  readonly idColumn: string
  readonly patientColumn: string | undefined
}

interface ManifestParams {
  readonly sheet?: string
  readonly columns?: readonly string[]
  readonly split?: { readonly id?: string; readonly patient?: string }
}

/** undefined when the data set has no manifest that was finished. */
export function manifestOfDataset(workspace: Workspace): DatasetManifest | undefined {
  const receipt = readReceipt(receiptPath(workspace, { step: 'gen-dataset-manifest', case: DATASET }))
  if (receipt?.status !== 'done') return undefined
  const params = receipt.params as ManifestParams
  const columns = params.columns ?? []
  return {
    finished: receipt.finished,
    listed: keysOf(receipt, 'records', key => key),
    named: keysOf(receipt, 'upstream', caseOfUpstream),
    file: receipt.outputs.find(o => o.slot === 'manifest')?.path,
    sheet: params.sheet ?? 'Manifest',
    columns,
    idColumn: params.split?.id ?? 'ID',
    patientColumn: params.split?.patient ?? (columns.includes('pid') ? 'pid' : undefined),
  }
}

const keysOf = (receipt: Receipt, slot: string, of: (key: string) => string): Set<string> =>
  new Set(receipt.inputs.flatMap(i => (i.slot === slot && i.key !== undefined ? [of(i.key)] : [])))

/** `STEP/CASE@PART`, as the job of the manifest names what it reads. */
const caseOfUpstream = (key: string): string => key.slice(key.indexOf('/') + 1, key.lastIndexOf('@'))

/** A workbook of the data set; undefined when it is gone. @throws WorkbookCorruptError when it cannot be read */
export async function workbookIfThere(workspace: Workspace, file: string): Promise<Workbook | undefined> {
  const absolute = workspace.absolute(file)
  if (!existsSync(absolute)) return undefined
  return readWorkbook((await readWhole(absolute)).bytes, file)
}
