import type { Finding } from '../core/finding.ts'
import type { CasePlan, JobOutcome } from '../engine/job.ts'

/** What a recipe needs of whoever carries it out: stages of cases, one after the other. */
export interface Stages {
  readonly stopped: boolean
  /** Whether jobs are only told, none carried out. */
  readonly dry: boolean
  stage(title: string, cases: readonly CasePlan[]): Promise<readonly JobOutcome[]>
}

/** What stages have to say beside their outcomes. */
export interface StagesResult {
  /** Findings that no job has. */
  readonly findings: readonly Finding[]
  /** Where to look now: what it is, and its path. */
  readonly results: readonly { readonly what: string; readonly path: string }[]
}
