import { FINDING_CODES } from '../../core/findingCodes.ts'

interface ReasonKind {
  readonly message: string
  readonly remedy: string
  /** Whether the file is DICOM or might be: then leaving it out is a finding. */
  readonly loss: boolean
}

/** Why sorting leaves files out that are no problem of the data, or one of sorting alone. */
const REASONS: Readonly<Record<string, ReasonKind>> = {
  'not-dicom': {
    message: 'the content is not DICOM',
    remedy: 'None is needed, unless the file should be DICOM: then copy it again from its source.',
    loss: false,
  },
  dicomdir: {
    message: 'a DICOMDIR lists files and is none of a series',
    remedy: 'None is needed: the files that it lists are found by themselves.',
    loss: false,
  },
  'file-empty': { message: 'the file has no bytes', remedy: FINDING_CODES['file-empty'].remedy, loss: true },
  'series-uid-missing': {
    message: 'the object has no SeriesInstanceUID',
    remedy:
      'Export the file again, or give it a SeriesInstanceUID, for example `dcmodify -i 0020,000e=UID FILE`.',
    loss: true,
  },
  'patient-id-missing': {
    message: 'the object has no PatientID',
    remedy: 'Sort by folder: `voxmill sort-by-series-uid --pid_from folder`.',
    loss: true,
  },
  'patient-folder-missing': {
    message: 'the file lies in no folder of a patient',
    remedy:
      'Move it into one, or sort by what is in the files: `voxmill sort-by-series-uid --pid_from PatientID`.',
    loss: true,
  },
  'patient-unplanned': {
    message: 'the file came into the folder while the run went on',
    remedy: 'Run the same command again.',
    loss: true,
  },
}

/** What is known of a reason for leaving a file out: sorting's own, or the code of a finding. */
export function skipReason(reason: string): ReasonKind {
  const own = REASONS[reason]
  if (own !== undefined) return own
  const kind = FINDING_CODES[reason as keyof typeof FINDING_CODES]
  return { message: kind?.title ?? reason, remedy: kind?.remedy ?? '', loss: true }
}
