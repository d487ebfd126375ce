import { canonicalJson } from '../core/canonicalJson.ts'
import { fingerprint } from './fingerprint.ts'
import type { Job } from './job.ts'
import type { Receipt } from './receipt.ts'
import { fileLabel, receiptKeys, type SlotFile, slotFiles } from './slotFiles.ts'
import type { AnyStep } from './step.ts'

/**
 * Why a job must be carried out: the first reason that applies. `unknown` means that stamps alone cannot tell and
 * that a file must be digested first.
 */
export interface Staleness {
  readonly reason:
    | 'never-made'
    | 'failed-before'
    | 'step-changed'
    | 'parameters-changed'
    | 'case-changed'
    | 'input-changed'
    | 'output-missing'
    | 'output-changed'
    | 'asked-for'
    | 'unknown'
  readonly detail: string
}

/** A digest; `undefined` when it is not known without reading; `null` when there is no such file. */
export type DigestOf = (file: SlotFile) => string | undefined | null

/**
 * Compares a job with its receipt. @returns undefined when the job is finished: the receipt says done, its fingerprint
 * is the job's, and every output still has its digest.
 */
export function staleness(
  step: AnyStep,
  job: Job,
  receipt: Receipt | undefined,
  digestOf: DigestOf,
): Staleness | undefined {
  if (receipt === undefined) return { reason: 'never-made', detail: 'there is no receipt' }
  if (receipt.status === 'failed')
    return { reason: 'failed-before', detail: receipt.fault?.message ?? 'the last attempt failed' }
  if (receipt.version !== step.version)
    return {
      reason: 'step-changed',
      detail: `${step.name} is now version ${step.version}, the receipt is of ${receipt.version}`,
    }
  if (canonicalJson(receipt.params) !== canonicalJson(job.params))
    return { reason: 'parameters-changed', detail: changedKeys(receipt.params, job.params) }
  if (canonicalJson(receipt.fields) !== canonicalJson(job.fields))
    return { reason: 'case-changed', detail: changedKeys(receipt.fields, job.fields) }
  const inputs = slotFiles(step.inputs, job.inputs)
  const digests: Record<string, string> = {}
  for (const f of inputs) {
    const digest = digestOf(f)
    if (digest === undefined) return { reason: 'unknown', detail: f.path }
    digests[fileLabel(f)] = digest ?? ''
  }
  if (fingerprint(step, job, digests) !== receipt.fingerprint) {
    const changed = inputs.filter(
      f => digests[fileLabel(f)] !== receipt.inputs.find(i => fileLabel(i) === fileLabel(f))?.digest,
    )
    return {
      reason: 'input-changed',
      detail: changed.map(f => f.path).join(', ') || 'the set of inputs or outputs',
    }
  }
  for (const f of slotFiles(step.outputs, job.outputs, receiptKeys(receipt))) {
    // A step may leave out some of several outputs; the receipt says which it wrote.
    const left = receipt.outputs.find(o => o.path === f.path)
    if (left === undefined) continue
    const digest = digestOf(f)
    if (digest === null) return { reason: 'output-missing', detail: f.path }
    if (f.editable) continue
    if (digest === undefined) return { reason: 'unknown', detail: f.path }
    if (digest !== left.digest) return { reason: 'output-changed', detail: f.path }
  }
  return undefined
}

function changedKeys(before: unknown, now: unknown): string {
  const [a, b] = [before, now] as [Record<string, unknown>, Record<string, unknown>]
  return [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])]
    .filter(k => canonicalJson(a?.[k] ?? null) !== canonicalJson(b?.[k] ?? null))
    .join(', ')
}
