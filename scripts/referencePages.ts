import { commandReference } from './commandReference.ts'
import { findingReference } from './findingReference.ts'
import { stepReference } from './stepReference.ts'

/** Every generated page of docs/reference but the profile's, by file name. */
export const referencePages = async (): Promise<Readonly<Record<string, string>>> => ({
  'commands.md': await commandReference(),
  'steps.md': await stepReference(),
  'findings.md': findingReference(),
})
