import type { FindingKind } from './finding.ts'

/** What the verdicts on cases can tell of a data set; part of `FINDING_CODES`. */
export const VERDICT_FINDING_CODES = {
  'sample-rejected': {
    severity: 'info',
    title: 'A sample was left out because it was rejected',
    explanation:
      'The verdict that stands for the sample is `reject`, and the split was asked to respect verdicts.',
    remedy:
      'None is needed; judge the sample anew in `voxmill view` to take it in, then run the split command again.',
  },
  'sample-needs-work': {
    severity: 'warning',
    title: 'Samples of a split still need work',
    explanation:
      'The verdict that stands for them is `needs-work`. They are in the split all the same: only rejected samples are left out.',
    remedy: 'Correct them and accept them in `voxmill view`, or reject them and run the split command again.',
  },
  'verdict-unreadable': {
    severity: 'warning',
    title: 'A line of the verdict file is no verdict',
    explanation:
      'A computer or a disk failed while it was written, or it was edited by hand. The line stays in the file and counts nothing; every other line counts.',
    remedy: 'Look at the line, judge its case again in `voxmill view`, then remove the line.',
  },
  'verdict-unmatched': {
    severity: 'warning',
    title: 'A verdict is on a case that the worksheet does not list',
    explanation:
      'No row has the id of the case or a file in its folder: the row was deleted, or the case has another name since it was judged.',
    remedy: 'Nothing, if the row was deleted on purpose; else judge the case again under its present name.',
  },
} as const satisfies Record<string, FindingKind>
