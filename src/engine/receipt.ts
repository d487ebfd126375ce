import path from 'node:path'
import type { FaultRecord } from '../core/fault.ts'
import type { Finding } from '../core/finding.ts'
import { writeAtomicSmall } from '../storage/atomicWrite.ts'
import { existsSync } from '../storage/exists.ts'
import { readTextIfThere } from '../storage/readFile.ts'
import { walk } from '../storage/walk.ts'
import type { MeasuredMemory } from './peakMemory.ts'
import { STATE_FOLDER, type Workspace } from './workspace.ts'

export interface ReceiptFile {
  readonly slot: string
  readonly key?: string
  /** Relative to the root, POSIX. */
  readonly path: string
  /** Name of the artifact kind that read or wrote it. */
  readonly kind: string
  readonly digest: string
}

/**
 * What a job leaves behind. A job is finished if and only if its receipt exists, says `done`, carries the job's
 * fingerprint, and its outputs still have their digests.
 */
export interface Receipt {
  readonly voxmill: string
  readonly step: string
  readonly version: number
  readonly case: string
  readonly part?: string
  readonly status: 'done' | 'failed'
  readonly fingerprint: string
  readonly params: unknown
  readonly fields: Readonly<Record<string, string>>
  readonly inputs: readonly ReceiptFile[]
  readonly outputs: readonly ReceiptFile[]
  readonly findings: readonly Finding[]
  readonly fault?: FaultRecord
  /** ISO 8601, UTC. For people: whether a job is finished is never told from it, since clocks are set back. */
  readonly finished: string
  readonly seconds: number
  /** What the job weighed in the plan, in bytes of input. Receipts of version 0.1 have none of the following. */
  readonly weight?: number
  /** Bytes of output that were written. */
  readonly written?: number
  readonly memory?: MeasuredMemory
}

/** Path of a job's receipt relative to the root. */
export const receiptName = (job: { step: string; case: string; part?: string }): string =>
  `${STATE_FOLDER}/receipts/${job.step}/${job.case}${job.part === undefined ? '' : `@${job.part}`}.json`

/** Path, relative to the root, of what a program said before a job of it failed. */
export const logName = (job: { step: string; case: string; part?: string }): string =>
  `${STATE_FOLDER}/logs/${job.step}/${job.case}${job.part === undefined ? '' : `@${job.part}`}.log`

export const receiptPath = (
  workspace: Workspace,
  job: { step: string; case: string; part?: string },
): string => workspace.absolute(receiptName(job))

/** @returns undefined when there is none, or when it is not readable as a receipt (it is then made anew). */
export function readReceipt(file: string): Receipt | undefined {
  const text = readTextIfThere(file)
  if (text === undefined) return undefined
  try {
    const receipt = JSON.parse(text) as Receipt
    return typeof receipt.fingerprint === 'string' && Array.isArray(receipt.outputs) ? receipt : undefined
  } catch {
    return undefined
  }
}

/**
 * The receipts of a root while nobody writes any: of a step that has left none, as where a plan is new, none is looked for.
 */
export class Receipts {
  readonly #steps = new Map<string, boolean>()

  constructor(readonly workspace: Workspace) {}

  read(job: { step: string; case: string; part?: string }): Receipt | undefined {
    let some = this.#steps.get(job.step)
    if (some === undefined) {
      some = existsSync(this.workspace.state('receipts', job.step))
      this.#steps.set(job.step, some)
    }
    return some ? readReceipt(receiptPath(this.workspace, job)) : undefined
  }
}

export function writeReceipt(file: string, receipt: Receipt): void {
  writeAtomicSmall(file, `${JSON.stringify(receipt, null, 1)}\n`)
}

/** Some of the receipts of a step, wherever its cases lie. */
export function* receiptsOfStep(workspace: Workspace, step: string, most: number): Generator<Receipt> {
  const folder = workspace.state('receipts', step)
  if (!existsSync(folder)) return
  let count = 0
  for (const file of walk(folder)) {
    if (!file.path.endsWith('.json')) continue
    if (count++ >= most) return
    const receipt = readReceipt(path.join(folder, file.path))
    if (receipt !== undefined) yield receipt
  }
}

/** Every receipt under a root. */
export function* receiptsOf(workspace: Workspace): Generator<Receipt> {
  const folder = workspace.state('receipts')
  if (!existsSync(folder)) return
  for (const file of walk(folder)) {
    if (!file.path.endsWith('.json')) continue
    const receipt = readReceipt(path.join(folder, file.path))
    if (receipt !== undefined) yield receipt
  }
}
