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

/** A line that is no verdict: torn by a crash, or edited. */
export interface UnreadableLine {
  /** Counted from 1. */
  readonly line: number
}

/** The verdict that a line of JSON holds; undefined when it holds none. */
export function parseVerdict(line: string): Verdict | undefined {
  try {
    const found = JSON.parse(line)
    const texts = [found.case, found.comment, found.reviewer, found.at]
    return texts.every(t => typeof t === 'string') && isVerdictWord(found.verdict) ? found : undefined
  } catch {
    return undefined
  }
}

/** The verdicts of a file; empty lines are passed over. */
export function parseVerdicts(text: string): { verdicts: Verdict[]; unreadable: UnreadableLine[] } {
  const verdicts: Verdict[] = []
  const unreadable: UnreadableLine[] = []
  text.split('\n').forEach((line, i) => {
    const verdict = parseVerdict(line)
    if (verdict !== undefined) verdicts.push(verdict)
    else if (line.trim() !== '') unreadable.push({ line: i + 1 })
  })
  return { verdicts, unreadable }
}
