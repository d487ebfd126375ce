import type { Finding } from '../core/finding.ts'
import type { JobOutcome } from '../engine/job.ts'

/** Flags of convert-dicom under which a refused series would be taken; undefined where no flag does. */
export function acceptingFlags(findings: readonly Finding[]): Record<string, string> | undefined {
  const flags: Record<string, string> = {}
  for (const { code, severity, numbers } of findings) {
    if (code === 'gantry-tilt' || code === 'slice-origin-shifted') flags.on_tilt = 'resample'
    else if (code === 'slice-gap-uneven') flags.on_uneven = 'resample'
    else if (code === 'slice-count-low') flags.min_slices = numbers?.count === 1 ? '1' : '2'
    else if (code === 'series-several-volumes' && severity === 'error') flags.on_multiple = 'split'
    else if (severity === 'error') return undefined
  }
  return Object.keys(flags).length > 0 ? flags : undefined
}

/** Refused series that flags would accept, those that need the same ones together. */
export function acceptableSeries(
  outcomes: readonly JobOutcome[],
): { readonly cases: readonly string[]; readonly flags: Readonly<Record<string, string>> }[] {
  const groups = new Map<string, { cases: string[]; flags: Record<string, string> }>()
  // Outcomes come as they are finished.
  const inOrder = [...outcomes].sort((a, b) => (a.case < b.case ? -1 : 1))
  for (const { status, case: name, findings } of inOrder) {
    const flags = status === 'failed' ? acceptingFlags(findings) : undefined
    if (flags === undefined) continue
    const key = JSON.stringify(Object.entries(flags).sort())
    const group = groups.get(key) ?? { cases: [], flags }
    group.cases.push(name)
    groups.set(key, group)
  }
  return [...groups.values()]
}
