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

export const isVerdictWord = (value: unknown): value is VerdictWord => VERDICTS.some(word => word === value)

const TEXTS = ['case', 'comment', 'reviewer', 'at'] as const

/** The verdict that a line of JSON holds; undefined when it holds none. */
export function parseVerdict(line: string): Verdict | undefined {
  try {
    const fields = JSON.parse(line) as Readonly<Record<string, unknown>> | null
    if (fields === null || !TEXTS.every(key => typeof fields[key] === 'string')) return undefined
    return isVerdictWord(fields.verdict) ? (fields as unknown as Verdict) : undefined
  } catch {
    return undefined
  }
}

/** A line of a file of verdicts that is none: torn by a crash or a full disk, or edited by hand. */
export interface UnreadableLine {
  /** Counted from 1. */
  readonly line: number
  readonly text: string
}

/** The verdicts that lines of JSON hold, in their order; empty lines are passed over. */
export function parseVerdicts(lines: readonly string[]): {
  verdicts: Verdict[]
  unreadable: UnreadableLine[]
} {
  const verdicts: Verdict[] = []
  const unreadable: UnreadableLine[] = []
  lines.forEach((text, i) => {
    if (text.trim() === '') return
    const verdict = parseVerdict(text)
    if (verdict === undefined) unreadable.push({ line: i + 1, text })
    else verdicts.push(verdict)
  })
  return { verdicts, unreadable }
}
