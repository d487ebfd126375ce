import { FINDING_CODES } from './findingCodes.ts'

/** `info` is worth knowing; `warning` wants a look; `high` needs a decision; `error` stopped the case or file. */
export type Severity = 'info' | 'warning' | 'high' | 'error'

export type FindingCode = keyof typeof FINDING_CODES

/** What is known of a code before any case of it is met; `voxmill explain CODE` prints it. */
export interface FindingKind {
  readonly severity: Severity
  /** One line: what is wrong. */
  readonly title: string
  /** Why it matters and how it is told. */
  readonly explanation: string
  /** What the user can do; specific enough to act on. */
  readonly remedy: string
}

/** A problem in the data. Collected, never thrown; it goes to receipts, the Findings worksheet and the report. */
export interface Finding {
  readonly code: FindingCode
  readonly severity: Severity
  /** Path of the file (relative to the root, POSIX) or id of the case that it is about. */
  readonly where: string
  readonly message: string
  readonly remedy: string
  /** The figures behind the message, for machines. */
  readonly numbers?: Readonly<Record<string, number | string | boolean>>
}

/** Makes a finding of a registered code; severity and remedy come from the registry unless given. */
export function finding(
  code: FindingCode,
  where: string,
  message: string,
  extra: { severity?: Severity; remedy?: string; numbers?: Finding['numbers'] } = {},
): Finding {
  const kind: FindingKind = FINDING_CODES[code]
  return {
    code,
    severity: extra.severity ?? kind.severity,
    where,
    message,
    remedy: extra.remedy ?? kind.remedy,
    ...(extra.numbers ? { numbers: extra.numbers } : {}),
  }
}
