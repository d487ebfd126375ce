import { Fault } from '../../core/fault.ts'

/** A file that should be an ONNX model is none, or is cut. */
export class DamagedModelError extends Fault {
  constructor(offset: number, what: string) {
    super(`the ONNX model is damaged: ${what} (byte ${offset} of a message)`, {
      remedy: 'Get the model again from its source and compare its SHA-256 with its card.',
    })
  }
}
