import { DataError } from '../core/dataError.ts'
import { faultRecord } from '../core/fault.ts'
import type { JobOutcome } from '../engine/job.ts'
import { readWorkbook } from '../formats/table/readWorkbook.ts'
import type { Table } from '../formats/table/table.ts'
import { existingFile } from '../storage/existingFile.ts'
import { readWhole } from '../storage/readFile.ts'
import type { RefusedSample } from './nmeSamples.ts'

/** One worksheet of a workbook on disk. */
export async function readManifest(file: string, sheet: string): Promise<Table> {
  existingFile(file)
  const book = await readWorkbook((await readWhole(file)).bytes, file)
  return book.sheet(sheet)
}

/** The outcome of a sample that was refused while planning. */
export function refusedOutcome(step: string, { folder, finding }: RefusedSample): JobOutcome {
  const fault = faultRecord(new DataError(finding.code, finding.message, { where: folder }))
  return {
    step,
    case: folder,
    status: 'failed',
    findings: [{ ...finding, severity: 'error' }],
    fault,
    seconds: 0,
    weight: 0,
    bytesWritten: 0,
    inflated: [],
    digests: [],
  }
}
