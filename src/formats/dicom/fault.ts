import { EXIT, Fault } from '../../core/fault.ts'
import type { FindingCode } from '../../core/finding.ts'
import { FINDING_CODES } from '../../core/findingCodes.ts'

export type DicomErrorCode = Extract<FindingCode, 'dicom-invalid' | 'dicom-truncated'>

/**
 * A DICOM file, or one element of it, cannot be read. `code` is the finding that the caller, who knows the path,
 * records for it; the message has the tag and the byte offset.
 */
export class DicomError extends Fault {
  readonly code: DicomErrorCode
  /** Where reading stopped: bytes from the start of the file, or of the inflated data set. */
  readonly offset: number
  /** Length that the file would have to have for the element to be whole; for 'dicom-truncated' alone. */
  readonly neededBytes: number | undefined

  constructor(
    code: DicomErrorCode,
    message: string,
    options: { offset: number; neededBytes?: number; remedy?: string; cause?: unknown },
  ) {
    super(message, {
      remedy: options.remedy ?? FINDING_CODES[code].remedy,
      exitCode: EXIT.someFailed,
      cause: options.cause,
    })
    this.code = code
    this.offset = options.offset
    this.neededBytes = options.neededBytes
  }
}
