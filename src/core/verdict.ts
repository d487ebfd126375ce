export const VERDICTS = ['accept', 'reject', 'needs-work'] as const
export type VerdictWord = (typeof VERDICTS)[number]

/** What a person thinks of a case. A later one of the same case stands in place of an earlier one. */
export interface Verdict {
  /** Id of the case as receipts have it. */
  readonly case: string
  readonly verdict: VerdictWord
  readonly comment: string
  readonly reviewer: string
  /** When it was given, ISO 8601 in UTC. */
  readonly at: string
}

/** The verdict that stands for each case: the last one in the order of the file. */
export function standingVerdicts(all: Iterable<Verdict>): Map<string, Verdict> {
  const standing = new Map<string, Verdict>()
  for (const verdict of all) standing.set(verdict.case, verdict)
  return standing
}

const TEXTS = ['case', 'comment', 'reviewer', 'at'] as const

/** Whether what was read somewhere is a verdict. */
export function isVerdict(value: unknown): value is Verdict {
  if (typeof value !== 'object' || value === null) return false
  const fields = value as Record<string, unknown>
  return TEXTS.every(key => typeof fields[key] === 'string') && isVerdictWord(fields.verdict)
}

export const isVerdictWord = (value: unknown): value is VerdictWord => VERDICTS.some(word => word === value)
