import path from 'node:path'
import { type Finding, finding } from '../core/finding.ts'
import type { CasePlan, Job } from '../engine/job.ts'
import { DATASET } from '../engine/provenance.ts'
import { receiptName } from '../engine/receipt.ts'
import { STATE_FOLDER, type Workspace } from '../engine/workspace.ts'
import { genSortBalance } from '../steps/ingest/genSortBalance.ts'
import { sortBySeriesUid } from '../steps/ingest/sortBySeriesUid.ts'
import type { SortRecord } from '../steps/ingest/sortRecord.ts'
import { existsSync, isReadable } from '../storage/exists.ts'
import { readTextIfThere } from '../storage/readFile.ts'
import { walk } from '../storage/walk.ts'
import type { RawCase } from './rawCases.ts'

export const SORT_BALANCE = 'sort_balance.xlsx'

export interface SortPlace {
  readonly workspace: Workspace
  /** Raw folders, absolute. */
  readonly roots: readonly string[]
  /** Absolute. */
  readonly output: string
}

export interface SortOptions {
  readonly pidFrom: 'folder' | 'PatientID'
  readonly link: 'none' | 'hard' | 'sym'
  readonly remake?: boolean
}

const RECORDS = `${STATE_FOLDER}/records/${sortBySeriesUid.name}`

const recordPath = (id: string): string => `${RECORDS}/${id}.json`

export function sortJob(place: SortPlace, raw: RawCase, options: SortOptions): CasePlan {
  const { workspace, output } = place
  const relative = (paths: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(paths).map(([key, p]) => [key, workspace.relative(p)]))
  const sorted = raw.patients.map(pid => [pid, workspace.relative(path.join(output, pid))] as const)
  const earlier = readRecord(workspace, raw.id)
  const refusal = sortedFromElsewhere(place, raw, earlier)
  const again = options.remake || hasBecomeReadable(workspace, earlier)
  const job: Job = {
    step: sortBySeriesUid.name,
    case: raw.id,
    fields: {},
    params: {
      pidFrom: options.pidFrom,
      link: options.link,
      ...(options.pidFrom === 'PatientID' ? { patients: raw.patients } : {}),
      output: workspace.relative(output),
    },
    inputs: { folders: relative(raw.folders), loose: relative(raw.loose) },
    outputs: { sorted: Object.fromEntries(sorted), record: recordPath(raw.id) },
    memory: sortBySeriesUid.memory({ voxels: 0, inputBytes: raw.bytes, files: raw.files }),
    weight: raw.bytes,
    ...(refusal === undefined ? {} : { refusal }),
    ...(again ? { remake: true } : {}),
  }
  return { case: raw.id, jobs: [job] }
}

/** A patient's files from a folder that this run was not given would get mixed up with those of this run. */
function sortedFromElsewhere(
  { workspace, output }: SortPlace,
  raw: RawCase,
  record: SortRecord | undefined,
): Finding | undefined {
  if (record === undefined || record.output !== workspace.relative(output)) return undefined
  const given = new Set([...Object.values(raw.folders), ...Object.values(raw.loose)].map(workspace.relative))
  const [other] = record.folders.filter(f => !given.has(f) && existsSync(workspace.absolute(f)))
  const isThere = raw.patients.some(pid => existsSync(path.join(output, pid)))
  if (other === undefined || !isThere) return undefined
  const message = `its files from ${other} were sorted into ${record.output} before, and ${other} was not given now`
  return finding('patient-sorted-before', raw.id, message)
}

/** Neither permissions nor a disk's health show in a listing, so files that could not be read are asked about. */
const hasBecomeReadable = (workspace: Workspace, record: SortRecord | undefined): boolean =>
  record?.skipped.some(s => s.reason === 'file-unreadable' && isReadable(workspace.absolute(s.path))) ?? false

function readRecord(workspace: Workspace, id: string): SortRecord | undefined {
  const text = readTextIfThere(workspace.absolute(recordPath(id)))
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as SortRecord
  } catch {
    return undefined
  }
}

/** Every record of sorting into the output, by case: of this run and of earlier ones. */
export function* sortRecords({ workspace, output }: SortPlace): Generator<[id: string, record: SortRecord]> {
  const folder = workspace.absolute(RECORDS)
  if (!existsSync(folder)) return
  for (const file of walk(folder)) {
    if (!file.path.endsWith('.json')) continue
    const id = file.path.slice(0, -'.json'.length)
    const record = readRecord(workspace, id)
    if (record?.output === workspace.relative(output)) yield [id, record]
  }
}

/** @param failed cases of this run that were not sorted; what they were before counts no more */
export function sortBalanceJob(
  place: SortPlace,
  failed: readonly string[],
  options: { remake?: boolean } = {},
): CasePlan {
  const { workspace, output } = place
  const out = new Set(failed)
  const cases: string[] = []
  for (const [id] of sortRecords(place)) if (!out.has(id)) cases.push(id)
  const receipts = [...cases, ...failed].map(id => [
    id,
    receiptName({ step: sortBySeriesUid.name, case: id }),
  ])
  const job: Job = {
    step: genSortBalance.name,
    case: DATASET,
    fields: {},
    params: { failed },
    inputs: {
      records: Object.fromEntries(cases.map(id => [id, recordPath(id)])),
      upstream: Object.fromEntries(receipts),
    },
    outputs: { balance: workspace.relative(path.join(output, SORT_BALANCE)) },
    memory: genSortBalance.memory({ voxels: 0, inputBytes: 0 }),
    weight: 0,
    ...(options.remake ? { remake: true } : {}),
  }
  return { case: DATASET, jobs: [job] }
}
