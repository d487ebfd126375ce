import { rasToLps, transformPoint } from '../core/affine.ts'
import type { PhantomElements } from './ctPhantomObject.ts'
import { CANARY, encodeName, type PhantomPatient, phantomUid } from './ctPhantomPatient.ts'
import {
  CT_IMAGE_STORAGE,
  decimalString,
  identifyingElements,
  type PhantomSeries,
  pixelElements,
} from './ctPhantomSeries.ts'

// What lies in a patient's folder beside the images that are wanted.

const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7'
const X_RAY_RADIATION_DOSE_SR = '1.2.840.10008.5.1.4.1.1.88.67'

/** A scout: the angiogram seen from the front, one coronal image. */
export function localizerElements(patient: PhantomPatient, angiogram: PhantomSeries): PhantomElements {
  const seriesUid = phantomUid(patient.studyUid, 'localizer')
  const { shape, affine } = angiogram.grid
  const [columns, rows] = [shape[0], shape[2]]
  const toLps = rasToLps(affine)
  const stored = angiogram.stored()
  const pixels = new Int16Array(columns * rows)
  for (let k = 0; k < rows; k++)
    for (let i = 0; i < columns; i++) {
      let sum = 0
      for (let j = 0; j < shape[1]; j++) sum += stored[(k * shape[1] + j) * columns + i]!
      pixels[(rows - 1 - k) * columns + i] = Math.floor(sum / shape[1])
    }
  const along = (axis: number) => [toLps[axis]!, toLps[4 + axis]!, toLps[8 + axis]!]
  const length = (v: readonly number[]) => Math.sqrt(v[0]! * v[0]! + v[1]! * v[1]! + v[2]! * v[2]!)
  const [right, down] = [along(0), along(2).map(v => -v)]
  return {
    ...identifyingElements(patient, {
      seriesUid,
      seriesNumber: 1,
      description: 'Topogram 0.6 Tr20',
      modality: 'CT',
    }),
    ImageType: ['ORIGINAL', 'PRIMARY', 'LOCALIZER'],
    SOPClassUID: CT_IMAGE_STORAGE,
    SOPInstanceUID: phantomUid(seriesUid, 1),
    AcquisitionNumber: '1',
    InstanceNumber: '1',
    ImagePositionPatient: transformPoint(toLps, [0, (shape[1] - 1) / 2, rows - 1]).map(decimalString),
    ImageOrientationPatient: [right, down].flatMap(v => v.map(c => decimalString(c / length(v)))),
    FrameOfReferenceUID: patient.frameOfReferenceUid,
    ...pixelElements(rows, columns, { signed: true, bitsStored: 16 }),
    PixelSpacing: [length(down), length(right)].map(decimalString),
    RescaleIntercept: decimalString(angiogram.storage.intercept),
    RescaleSlope: '1',
    RescaleType: 'HU',
    PixelData: pixels,
  }
}

/** A picture of the screen in colour, without position. */
export function screenshotElements(patient: PhantomPatient): PhantomElements {
  const seriesUid = phantomUid(patient.studyUid, 'screenshot')
  const [rows, columns] = [48, 64]
  const pixels = new Uint8Array(3 * rows * columns)
  // Bars in place of lines of text.
  for (let j = 4; j < rows; j += 8)
    for (let i = 4; i < 24 + ((j * 7) % 32); i++)
      pixels.fill(230, 3 * (j * columns + i), 3 * (j * columns + i) + 2)
  return {
    ...identifyingElements(patient, {
      seriesUid,
      seriesNumber: 502,
      description: 'Patient Protocol',
      modality: 'OT',
    }),
    ImageType: ['DERIVED', 'SECONDARY', 'OTHER'],
    ConversionType: 'WSD',
    SOPClassUID: SECONDARY_CAPTURE,
    SOPInstanceUID: phantomUid(seriesUid, 1),
    InstanceNumber: '1',
    SamplesPerPixel: 3,
    PhotometricInterpretation: 'RGB',
    PlanarConfiguration: 0,
    Rows: rows,
    Columns: columns,
    BitsAllocated: 8,
    BitsStored: 8,
    HighBit: 7,
    PixelRepresentation: 0,
    BurnedInAnnotation: 'YES',
    PixelData: pixels,
  }
}

/** A report on the dose of radiation: nested content, no pixels. */
export function doseReportElements(patient: PhantomPatient): PhantomElements {
  const seriesUid = phantomUid(patient.studyUid, 'dose report')
  const concept = (CodeValue: string, CodeMeaning: string): PhantomElements[] => [
    { CodeValue, CodingSchemeDesignator: 'DCM', CodeMeaning },
  ]
  const events = Array.from({ length: 4 }, (_, n) => ({
    RelationshipType: 'CONTAINS',
    ValueType: 'TEXT',
    ConceptNameCodeSequence: concept('113819', 'CT Acquisition'),
    TextValue: encodeName(`${CANARY}: DLP ${40 + n} mGy.cm`, patient.characterSet),
  }))
  return {
    ...identifyingElements(patient, {
      seriesUid,
      seriesNumber: 501,
      description: 'Dose Report',
      modality: 'SR',
    }),
    SOPClassUID: X_RAY_RADIATION_DOSE_SR,
    SOPInstanceUID: phantomUid(seriesUid, 1),
    InstanceNumber: '1',
    CompletionFlag: 'COMPLETE',
    VerificationFlag: 'UNVERIFIED',
    ValueType: 'CONTAINER',
    ConceptNameCodeSequence: concept('113701', 'X-Ray Radiation Dose Report'),
    ContinuityOfContent: 'SEPARATE',
    ContentSequence: [
      {
        RelationshipType: 'CONTAINS',
        ValueType: 'CONTAINER',
        ConceptNameCodeSequence: concept('113811', 'CT Accumulated Dose Data'),
        ContinuityOfContent: 'SEPARATE',
        ContentSequence: events,
      },
    ],
  }
}

/**
 * A media directory (PS3.10, section 8) with records of the patient and of so many files, by the names that they had on
 * their disk; all offsets are 0.
 */
export function directoryElements(patient: PhantomPatient, files: number): PhantomElements {
  const record = (type: string, more: PhantomElements): PhantomElements => ({
    OffsetOfTheNextDirectoryRecord: 0,
    RecordInUseFlag: 0xffff,
    OffsetOfReferencedLowerLevelDirectoryEntity: 0,
    DirectoryRecordType: type,
    SpecificCharacterSet: patient.characterSet,
    ...more,
  })
  return {
    FileSetID: 'PHANTOM',
    OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity: 0,
    OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity: 0,
    FileSetConsistencyFlag: 0,
    DirectoryRecordSequence: [
      record('PATIENT', {
        PatientName: encodeName(patient.name, patient.characterSet),
        PatientID: patient.pid,
      }),
      ...Array.from({ length: files }, (_, n) =>
        record('IMAGE', { ReferencedFileID: ['DICOM', `IM${n + 1}`] }),
      ),
    ],
  }
}

/** Files that are no DICOM: path below the patient's folder, and content. */
export function junkFiles(
  patient: PhantomPatient,
): readonly (readonly [path: string, content: Uint8Array])[] {
  const text = (lines: string) => new TextEncoder().encode(lines)
  const thumbnails = new Uint8Array(512)
  // The signature of a compound file, as Windows keeps its thumbnails.
  thumbnails.set([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])
  return [
    ['Thumbs.db', thumbnails],
    ['VERSION', text('phantom 1.0\n')],
    ['说明.txt', text(`${patient.name}\n`)],
    ['empty', new Uint8Array(0)],
  ]
}
