import type { FaultRecord } from '../core/fault.ts'
import type { Finding } from '../core/finding.ts'
import type { DigestEntry } from '../storage/digestCache.ts'
import type { MeasuredMemory } from './peakMemory.ts'

/**
 * Paths of one slot, relative to the root: one, none, or several by key. Where the step decides how many outputs there
 * are, a pattern under the key `*`, with `{key}` for the key that the step gives each.
 */
export type SlotPaths = string | null | Readonly<Record<string, string>>

/** Every path of some slots; a pattern stands for itself. */
export const slotPaths = (slots: Readonly<Record<string, SlotPaths>>): string[] =>
  Object.values(slots).flatMap(p => (p === null ? [] : typeof p === 'string' ? [p] : Object.values(p)))

/** One application of a step to one case: plain data that any executor can carry out. */
export interface Job {
  readonly step: string
  /** Id of the case, a relative POSIX path; the data set itself for steps per data set. */
  readonly case: string
  /** Tells jobs of one step and case apart: the label that this one is about, for instance. */
  readonly part?: string
  readonly fields: Readonly<Record<string, string>>
  readonly params: unknown
  readonly inputs: Readonly<Record<string, SlotPaths>>
  readonly outputs: Readonly<Record<string, SlotPaths>>
  /** Predicted peak memory in bytes. */
  readonly memory: number
  /** Why the plan knows already that the case cannot be used: the job fails with this finding and makes nothing. */
  readonly refusal?: Finding
  /** Set by an executor that has not the memory for it, in bytes: the job fails and makes nothing. */
  readonly tooLarge?: { readonly needed: number; readonly atHand: number }
  /** Carry it out even if its receipt agrees. */
  readonly remake?: boolean
  /** Bytes of input, by which progress is weighed. */
  readonly weight: number
}

/** A job by its name, to be made when more of it is needed. */
export interface NamedJob {
  readonly step: string
  readonly part?: string
  make(): Job
}

/** The jobs of one case, in the order in which they depend on each other. */
export interface CasePlan {
  readonly case: string
  /**
   * Where there are many cases, they are made whenever they are asked for: a plan of 100,000 cases is then held without
   * their jobs. What is sent elsewhere or kept is a copy by `wholePlan`.
   */
  readonly jobs: readonly Job[]
  /** The same jobs one by one, where it is known which there are before they are made. */
  named?(): readonly NamedJob[]
  /** Whether a job is still tried when one before it has failed whose outputs it does not read. */
  readonly independent?: true
}

/** The same plan as plain data, with its jobs or what is left of them. */
export const wholePlan = (plan: CasePlan, jobs: readonly Job[] = plan.jobs): CasePlan => ({
  case: plan.case,
  jobs,
  ...(plan.independent ? { independent: true } : {}),
})

export type JobStatus = 'done' | 'fresh' | 'failed' | 'skipped'

/** What became of a job. */
export interface JobOutcome {
  readonly step: string
  readonly case: string
  readonly status: JobStatus
  readonly findings: readonly Finding[]
  readonly fault?: FaultRecord
  /** The job itself, where no process was left to leave its receipt. */
  readonly unrecorded?: Job
  /** Set when going on with other cases makes no sense: the disk is full or not writable. */
  readonly fatal?: boolean
  readonly seconds: number
  readonly weight: number
  readonly bytesWritten: number
  readonly memory?: MeasuredMemory
  /** Files (relative paths) that were inflated in full. */
  readonly inflated: readonly string[]
  readonly digests: readonly DigestEntry[]
}
