import type { DicomFile } from './dataset.ts'
import { TAGS } from './dictionary.ts'

/** What sorting into series needs of one object: identifiers and technical attributes, no text about the patient. */
export interface SeriesHeader {
  /** A media directory (DICOMDIR, PS3.10 section 8), which describes files and is none of a series. */
  readonly isDirectory: boolean
  readonly sopInstanceUid: string | undefined
  readonly seriesInstanceUid: string | undefined
  readonly patientId: string | undefined
  /** Undefined where it is absent or no whole number from 0 up. */
  readonly instanceNumber: number | undefined
  readonly modality: string | undefined
  /** Values of ImageType, `\` between them. */
  readonly imageType: string | undefined
  readonly rows: number | undefined
  readonly columns: number | undefined
  /** 1 for an object that does not say otherwise. */
  readonly frames: number
  /** Distance of rows, then of columns, in mm; of the object itself, not of its functional groups. */
  readonly pixelSpacing: readonly number[]
  /** ImagePositionPatient in mm, LPS. */
  readonly position: readonly number[]
  readonly seriesNumber: number | undefined
  /** In mm; of the object itself, not of its functional groups. */
  readonly sliceThickness: number | undefined
  readonly convolutionKernel: string | undefined
  /** Whether ContrastBolusAgent names an agent. */
  readonly hasContrast: boolean
}

const MEDIA_STORAGE_DIRECTORY = '1.2.840.10008.1.3.10'

/** The sorting attributes of one parsed object (tags of PS3.6). */
export function seriesHeader({ dataset, meta }: DicomFile): SeriesHeader {
  const filled = (text: string | undefined) => (text === undefined || text === '' ? undefined : text)
  const instanceNumber = dataset.number(TAGS.InstanceNumber)
  return {
    isDirectory:
      meta?.text(TAGS.MediaStorageSOPClassUID) === MEDIA_STORAGE_DIRECTORY ||
      dataset.has(TAGS.DirectoryRecordSequence),
    sopInstanceUid: filled(dataset.text(TAGS.SOPInstanceUID)),
    seriesInstanceUid: filled(dataset.text(TAGS.SeriesInstanceUID)),
    patientId: filled(dataset.text(TAGS.PatientID)?.trim()),
    instanceNumber: Number.isSafeInteger(instanceNumber) && instanceNumber! >= 0 ? instanceNumber : undefined,
    modality: filled(dataset.text(TAGS.Modality)),
    imageType: filled(dataset.texts(TAGS.ImageType).join('\\')),
    rows: dataset.number(TAGS.Rows),
    columns: dataset.number(TAGS.Columns),
    frames: dataset.number(TAGS.NumberOfFrames) ?? 1,
    pixelSpacing: dataset.numbers(TAGS.PixelSpacing),
    position: dataset.numbers(TAGS.ImagePositionPatient),
    seriesNumber: dataset.number(TAGS.SeriesNumber),
    sliceThickness: dataset.number(TAGS.SliceThickness),
    convolutionKernel: filled(dataset.texts(TAGS.ConvolutionKernel).join('\\')),
    hasContrast: filled(dataset.text(TAGS.ContrastBolusAgent)) !== undefined,
  }
}
