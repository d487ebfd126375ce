import type { DatasetDescription } from '../../core/datasetDescription.ts'

/** Parameters that most jobs of a step used. */
export const paramsOf = (
  data: DatasetDescription,
  step: string,
): Readonly<Record<string, unknown>> | undefined =>
  data.provenance.find(p => p.step === step && p.done > 0)?.params[0]?.params as
    | Readonly<Record<string, unknown>>
    | undefined

export const jobsOf = (data: DatasetDescription, step: string): number =>
  data.provenance.find(p => p.step === step)?.done ?? 0

/** How many cases have a finding of the code. */
export const casesWith = ({ cases }: DatasetDescription, code: string): number =>
  cases.filter(c => c.findings.some(f => f.code === code)).length

/** What is still to be cited, as it stands in the text. */
export const cite = (what: string): string => `[cite: ${what}]`
