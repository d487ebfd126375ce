import { EXIT, Fault } from './fault.ts'
import { type Finding, type FindingCode, type FindingKind, finding } from './finding.ts'
import { FINDING_CODES } from './findingCodes.ts'

/**
 * Input data that cannot be used: a Fault that carries the code of the finding that it becomes. Thrown where a
 * value cannot be given back; the engine turns it into a finding of its case, and the other cases go on.
 */
export class DataError extends Fault {
  readonly code: FindingCode
  /** All that is wrong with the case, when it is more than one thing. */
  readonly findings: readonly Finding[]

  constructor(
    code: FindingCode,
    message: string,
    options: {
      where?: string | undefined
      cause?: unknown
      findings?: readonly Finding[]
      log?: string | undefined
    } = {},
  ) {
    const kind: FindingKind = FINDING_CODES[code]
    super(message, {
      remedy: options.findings?.[0]?.remedy ?? kind.remedy,
      exitCode: EXIT.someFailed,
      where: options.where,
      log: options.log,
      ...(options.cause === undefined ? {} : { cause: options.cause }),
    })
    this.code = code
    this.findings = options.findings ?? []
  }
}

/** The findings that an error stands for: its own list, or one of its code; none if it is no problem of data. */
export function findingsOf(error: unknown, where: string): readonly Finding[] {
  if (!(error instanceof Fault) || !('code' in error)) return []
  if (error instanceof DataError && error.findings.length > 0) return error.findings
  const code = error.code as FindingCode
  return code in FINDING_CODES
    ? [finding(code, error.where ?? where, error.message, { severity: 'error' })]
    : []
}
