import type { FindingKind } from './finding.ts'

/** What planning the steps of a pipeline can find. */
export const PIPELINE_FINDING_CODES = {
  'input-missing': {
    severity: 'error',
    title: 'A file that a step reads is not there',
    explanation:
      'The pipeline file says where each step finds its inputs. One of them is missing, because the step that makes it has not been carried out, has failed for this patient, or works in another folder.',
    remedy: 'Carry out the step that makes it, or correct its path in the pipeline file.',
  },
} as const satisfies Record<string, FindingKind>
