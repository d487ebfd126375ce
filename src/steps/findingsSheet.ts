import type { Finding } from '../core/finding.ts'
import type { WorksheetSpec } from '../formats/table/worksheetSpec.ts'

export const FINDINGS_SHEET = 'Findings'

const RANK = { error: 0, high: 1, warning: 2, info: 3 } as const

/** The worksheet that lists what is doubtful: the gravest first, then by place. */
export function findingsSheet(findings: readonly Finding[]): WorksheetSpec {
  const sorted = [...findings].sort(
    (a, b) =>
      RANK[a.severity] - RANK[b.severity] ||
      (a.where < b.where ? -1 : a.where > b.where ? 1 : 0) ||
      (a.code < b.code ? -1 : a.code > b.code ? 1 : a.message < b.message ? -1 : 1),
  )
  return {
    name: FINDINGS_SHEET,
    columns: ['file_path', 'code', 'severity', 'message', 'remedy'].map(name => ({
      name,
      kind: 'text' as const,
    })),
    rows: sorted.map(f => [f.where, f.code, f.severity, f.message, f.remedy]),
  }
}
