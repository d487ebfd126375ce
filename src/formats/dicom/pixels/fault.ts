import { DataError } from '../../../core/dataError.ts'
import type { FindingCode } from '../../../core/finding.ts'

export type DicomPixelErrorCode = Extract<
  FindingCode,
  'dicom-pixels-missing' | 'dicom-pixels-unsupported' | 'dicom-pixels-corrupt'
>

/**
 * The pixels of a DICOM object cannot be decoded. `code` is the finding that the caller, who knows the path, records
 * for it; the message gives the reason.
 */
export class DicomPixelError extends DataError {
  constructor(code: DicomPixelErrorCode, message: string, cause?: unknown) {
    super(code, message, cause === undefined ? {} : { cause })
  }
}

/** Pixels that a sound file may have and that voxmill has no decoder for. */
export function unsupported(message: string): DicomPixelError {
  return new DicomPixelError('dicom-pixels-unsupported', message)
}

/** Pixels that are damaged, incomplete, or contradict the elements that describe them. */
export function corrupt(message: string, cause?: unknown): DicomPixelError {
  return new DicomPixelError('dicom-pixels-corrupt', message, cause)
}
