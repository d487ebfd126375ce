import { EXIT, Fault } from '../../core/fault.ts'
import type { FindingCode } from '../../core/finding.ts'
import { FINDING_CODES } from '../../core/findingCodes.ts'

export type NiftiErrorCode = Extract<
  FindingCode,
  'nifti-invalid' | 'nifti-type-unsupported' | 'nifti-voxels-missing' | 'volume-not-3d'
>

/** A NIfTI file cannot be used. `code` is the finding that the caller, who knows the path, records for it. */
export class NiftiError extends Fault {
  readonly code: NiftiErrorCode

  constructor(code: NiftiErrorCode, message: string, remedy: string = FINDING_CODES[code].remedy) {
    super(message, { remedy, exitCode: EXIT.someFailed })
    this.code = code
  }
}
