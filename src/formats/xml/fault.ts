import { Fault } from '../../core/fault.ts'

/** XML that is not well formed, or not UTF-8. */
export class XmlInvalidError extends Fault {
  constructor(message: string, cause?: unknown) {
    super(message, { remedy: 'Save the file again in the program that made it.', cause })
  }
}
