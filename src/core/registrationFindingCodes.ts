import type { FindingKind } from './finding.ts'

/** Finding codes of registrations; part of `FINDING_CODES`. */
export const REGISTRATION_FINDING_CODES = {
  'registration-failed': {
    severity: 'error',
    title: 'A registration broke off',
    explanation:
      'elastix gave up or crashed. Most often the images have too little in common: they lie apart, show other parts of the body, or one of them has a single value throughout.',
    remedy:
      'Look at both images side by side and at the log that the message names; check that they are of one patient, or give parameter files with another initialisation.',
  },
  'registration-timeout': {
    severity: 'error',
    title: 'A registration took too long',
    explanation: 'elastix was ended, with all its processes, after the time that --timeout allows.',
    remedy:
      'Look at the log that the message names: if iterations went on, raise --timeout; if not, run again with fewer threads or with the other engine.',
  },
  'registration-doubtful': {
    severity: 'high',
    title: 'A registration may be wrong',
    explanation:
      'At least one figure of its quality lies beyond the gate of the pipeline file: too little likeness gained, folded voxels, very large displacements, or little overlap. Outputs are written all the same.',
    remedy:
      'Look at the checkerboard picture beside the outputs. If the organ fits, leave it; else correct the input, or give other parameter files.',
  },
  'registration-fields-apart': {
    severity: 'error',
    title: 'Two images do not overlap after registration',
    explanation: 'No voxel of the fixed image has its counterpart within the moving image.',
    remedy:
      'Check that both images are of one patient and of the same part of the body; their positions in scanner space may be wrong.',
  },
} as const satisfies Record<string, FindingKind>
