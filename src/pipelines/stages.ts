import type { Finding } from '../core/finding.ts'
import type { CasePlan, JobOutcome } from '../engine/job.ts'

/** What a recipe needs of whoever carries it out: stages of cases, one after the other. */
export interface Stages {
  readonly stopped: boolean
  /** Whether jobs are only told, none carried out. */
  readonly dry: boolean
  /** Set where what jobs weigh and need is not told either. */
  readonly unweighed?: boolean
  /** @param cases may be made while they are gone through: where jobs are only told, they are not all held at once */
  stage(title: string, cases: Iterable<CasePlan>): Promise<readonly JobOutcome[]>
}

/** What stages have to say beside their outcomes. */
export interface StagesResult {
  /** Findings that no job has. */
  readonly findings: readonly Finding[]
  /** Where to look now: what it is, and its path. */
  readonly results: readonly { readonly what: string; readonly path: string }[]
}
