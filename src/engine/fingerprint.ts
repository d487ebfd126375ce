import { createHash } from 'node:crypto'
import { canonicalJson } from '../core/canonicalJson.ts'
import type { Job } from './job.ts'
import type { AnyStep } from './step.ts'

/**
 * SHA-256 of everything that decides a job's outputs: which step in which version, its parameters, what the plan
 * knows of the case, the content of each input by slot and key, and where the outputs go. Not in it: input paths (a
 * moved file is the same file), times, the machine.
 */
export function fingerprint(step: AnyStep, job: Job, digests: Readonly<Record<string, string>>): string {
  const key = {
    step: step.name,
    version: step.version,
    params: job.params,
    fields: job.fields,
    inputs: digests,
    outputs: job.outputs,
  }
  return createHash('sha256').update(canonicalJson(key)).digest('hex')
}
