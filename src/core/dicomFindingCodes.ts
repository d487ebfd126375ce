import type { FindingKind } from './finding.ts'

/** Finding codes of DICOM files, of sorting them and of choosing series. */
export const DICOM_FINDING_CODES = {
  'dicom-invalid': {
    severity: 'error',
    title: 'A file is not readable as DICOM',
    explanation:
      'The bytes have no DICOM beginning, or an element in them contradicts its surroundings: a length that leaves its sequence, an item where none may be, nesting without end (PS3.5, section 7; PS3.10, section 7).',
    remedy:
      'Check what the file is (`file FILE`, `dcmdump FILE`); copy it again from its source or export it again.',
  },
  'dicom-truncated': {
    severity: 'error',
    title: 'A DICOM file ends too early',
    explanation:
      'An element reaches past the end of the file; most often a copy was broken off, seldom a length is damaged.',
    remedy: 'Copy the file again from its source and compare sizes or checksums.',
  },
  'dicom-pixels-missing': {
    severity: 'error',
    title: 'A DICOM object has no pixels',
    explanation: 'The data set has none of PixelData, FloatPixelData and DoubleFloatPixelData.',
    remedy: 'Leave the file out, or copy it again from its source if it should be an image.',
  },
  'dicom-pixels-unsupported': {
    severity: 'error',
    title: 'The pixels of a DICOM object are stored in a way that voxmill does not read',
    explanation:
      'The transfer syntax, the process of the compressed stream, or the size of the pixel cells is none that voxmill decodes; the message names it.',
    remedy: 'Convert the file to Explicit VR Little Endian, for example with `gdcmconv --raw`.',
  },
  'dicom-pixels-corrupt': {
    severity: 'error',
    title: 'The pixels of a DICOM object are damaged',
    explanation:
      'They end too early, the compressed stream is damaged, or the elements that describe them contradict each other or the stream. Nothing of the frame is used.',
    remedy:
      'Copy the file again from its source; if the source is damaged too, ask the site for a new export.',
  },
  'sop-uid-repeated': {
    severity: 'warning',
    title: 'Several files of a patient carry one SOPInstanceUID and differ',
    explanation:
      'The UID should name one object. The bytes differ, so all are kept, the later ones under a name with a suffix; conversion may then meet a slice twice.',
    remedy:
      'Compare the files that the message names; move the wrong ones out of the raw folder and sort again.',
  },
  'patient-id-mismatch': {
    severity: 'warning',
    title: 'PatientID does not agree with the folder',
    explanation:
      'Files below the folder of a patient carry another PatientID than its name. This is usual after pseudonymisation; several PatientIDs in one folder (severity high) can mean that patients are mixed.',
    remedy:
      'Check what is in the folder; `voxmill sort-by-series-uid … --pid_from PatientID` sorts by the PatientID of the files in place of the folder.',
  },
  'dicom-unsortable': {
    severity: 'error',
    title: 'DICOM files were not sorted',
    explanation:
      'The files are DICOM by content but damaged, unreadable, or without the identifier that says where they belong. They stay where they are; the worksheet Skipped of the balance names each with its reason.',
    remedy: 'See the worksheet Skipped of sort_balance.xlsx: each row says what would make the file usable.',
  },
  'copy-left-over': {
    severity: 'warning',
    title: 'An output folder holds files that no source gives any more',
    explanation:
      'An earlier run copied them, or someone put them there; since then their source was removed, renamed or sorted elsewhere. They stay, and later steps read them with the others.',
    remedy: 'Remove them, or remove the folder and run again.',
  },
  'patient-sorted-before': {
    severity: 'error',
    title: 'A patient was sorted from other raw folders before',
    explanation:
      'The output holds the files of this patient from a raw folder that this run was not given. Sorting one folder after the other could replace files of the same name, so nothing is written.',
    remedy:
      'Give all raw folders of the patient at once (`voxmill sort-by-series-uid --root_dir RAW1 RAW2 …`), or remove the folder of the patient from the output first.',
  },
  'series-missing': {
    severity: 'error',
    title: 'A patient lacks one of the series that are wanted',
    explanation:
      'The cell of the table is empty or holds no UID, the series has no folder, or no series fits the rule. The patient is left out whole: nothing of it is copied.',
    remedy:
      'Name the series in the table, or restore it with `voxmill sort-by-series-uid`; then run extract-modalities again.',
  },
  'series-ambiguous': {
    severity: 'error',
    title: 'Several series could be meant where one is wanted',
    explanation:
      'A cell of the table holds several UIDs, or several series fit the rule. None is guessed; the patient is left out whole.',
    remedy:
      'Choose one: `voxmill extract-modalities … --series PID/MODALITY=UID`, or name it in the table; `voxmill propose-annotation` writes one with all candidates.',
  },
  'series-used-twice': {
    severity: 'error',
    title: 'One series stands in several places',
    explanation:
      'Two modalities of a patient, or two patients, name the same SeriesInstanceUID; at most one can be right. All patients concerned are left out.',
    remedy:
      'Correct the table, or choose the right one: `voxmill extract-modalities … --series PID/MODALITY=UID`.',
  },
  'series-unlike-modality': {
    severity: 'warning',
    title: 'A chosen series does not look like its modality',
    explanation:
      'The headers of the series do not meet the rule that the pipeline file has for the modality: another value in ImageType, fewer images, thicker slices. It was chosen by a person, so it is copied all the same.',
    remedy: 'Look at the series; if columns were mixed up, correct the table and run again.',
  },
  'series-file-foreign': {
    severity: 'warning',
    title: 'Files in the folder of a series do not belong to it',
    explanation:
      'They are not readable as DICOM or carry another SeriesInstanceUID than the one that was chosen. They are not copied.',
    remedy:
      'Sort the folder again: `voxmill sort-by-series-uid`. Copy damaged files again from their source.',
  },
  'patient-folder-absent': {
    severity: 'error',
    title: 'The table names a patient that has no folder',
    explanation: 'No folder of the sorted series has the id of the row, not even with other zeros or spaces.',
    remedy:
      'Correct the id in the table, or sort the patient: `voxmill sort-by-series-uid`; then run extract-modalities again.',
  },
  'patient-row-absent': {
    severity: 'warning',
    title: 'A patient has a folder but no row in the table',
    explanation: 'Nothing of the patient is copied.',
    remedy: 'Add a row to the table, or name all series of the patient with --series PID/MODALITY=UID.',
  },
  'patient-id-inexact': {
    severity: 'warning',
    title: 'The table writes the id of a patient otherwise than its folder',
    explanation:
      'Spreadsheet programs drop leading zeros of ids that are typed as numbers. Exactly one folder has the id apart from zeros, spaces and full-width characters; it was taken.',
    remedy: 'Check that the folder is that of the patient; write the id into the table as text.',
  },
  'annotation-row-unusable': {
    severity: 'error',
    title: 'A row of the table cannot be used',
    explanation:
      'It has series but no id, an id whose digits were lost, or the id of another row with other series.',
    remedy: 'Correct the row that the message names.',
  },
} as const satisfies Record<string, FindingKind>
