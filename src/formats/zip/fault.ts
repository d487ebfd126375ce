import { Fault } from '../../core/fault.ts'

/** A zip archive is damaged, or of a kind that is not read here (split, encrypted, an uncommon compression). */
export class ZipInvalidError extends Fault {
  constructor(message: string, remedy = 'Copy the file again from its source.', cause?: unknown) {
    super(message, { remedy, cause })
  }
}
