import type { StepFinding } from '../../core/datasetDescription.ts'
import type { FaultRecord } from '../../core/fault.ts'
import type { Finding, FindingKind } from '../../core/finding.ts'
import { FINDING_CODES } from '../../core/findingCodes.ts'

/**
 * Steps that read raw DICOM. What they say may carry names: of folders that a hospital named after people, and of
 * headers. A description is sent on, so of their findings it has the code's own words and numbers only.
 */
const RAW_STEPS: ReadonlySet<string> = new Set([
  'sort-by-series-uid',
  'gen-sort-balance',
  'list-series',
  'propose-annotation',
  'extract-modalities',
  'gen-extract-report',
  'convert-dicom',
])

export const readsRawFiles = (step: string): boolean => RAW_STEPS.has(step)

/**
 * A finding as a description may have it. Of a step that reads raw DICOM it tells the case in place of a path, and the
 * title of its code in place of the message; the whole stands in the receipt and in the workbooks.
 */
export function shownFinding(found: Finding, step: string, where: string): StepFinding {
  if (!readsRawFiles(step)) return { ...found, step }
  const kind: FindingKind = FINDING_CODES[found.code]
  const numbers = Object.entries(found.numbers ?? {}).filter(([, v]) => typeof v !== 'string')
  return {
    code: found.code,
    severity: found.severity,
    where,
    message: `${kind.title}${countsOf(numbers)}`,
    remedy: kind.remedy,
    ...(numbers.length === 0 ? {} : { numbers: Object.fromEntries(numbers) }),
    step,
  }
}

/** Names of figures are words of voxmill; their values are numbers. */
const countsOf = (numbers: readonly (readonly [string, unknown])[]): string => {
  const told = numbers.filter(([, v]) => typeof v === 'number')
  if (told.length === 0) return ''
  return ` (${told.map(([name, v]) => `${name} ${Number((v as number).toPrecision(6))}`).join(', ')})`
}

/** Why a job failed, under the same rule. */
export function shownFault(
  fault: FaultRecord | undefined,
  step: string,
  found: readonly Finding[],
): FaultRecord {
  const known = fault ?? { name: 'Error', message: 'it failed without a reason', remedy: 'Run it again.' }
  if (!readsRawFiles(step)) return known
  const first = found.find(f => f.severity === 'error') ?? found[0]
  const kind: FindingKind | undefined = first && FINDING_CODES[first.code]
  return {
    name: known.name,
    message: kind?.title ?? `${step} failed; voxmill status tells why`,
    remedy: kind?.remedy ?? 'Run voxmill status on the data set: it shows the whole message.',
    ...(known.exitCode === undefined ? {} : { exitCode: known.exitCode }),
  }
}
