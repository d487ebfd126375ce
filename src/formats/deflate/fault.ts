import { EXIT, Fault } from '../../core/fault.ts'

/** A deflate stream was used after its end, or after its deflater had begun another. */
export class DeflateStreamError extends Fault {
  constructor(action: 'push' | 'finish') {
    super(`The deflate stream took no ${action}: it is finished, or its deflater began another stream.`, {
      remedy: 'Finish a stream before its deflater begins another, or create one deflater for each.',
      exitCode: EXIT.internal,
    })
  }
}
