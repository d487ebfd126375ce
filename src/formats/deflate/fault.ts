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

/** An inflate stream was used after its end, or after its inflater had begun another. */
export class InflateStreamError extends Fault {
  constructor() {
    super('The inflate stream took no push: it is finished, or its inflater began another stream.', {
      remedy: 'Finish a stream before its inflater begins another, or create one inflater for each.',
      exitCode: EXIT.internal,
    })
  }
}

/** A deflate stream or a gzip file cannot be inflated. */
export class InflateError extends Fault {
  /** Whether the bytes end too early or are wrong. */
  readonly kind: 'truncated' | 'corrupt'
  /** What is wrong with them, to stand in a sentence that names the file. */
  readonly reason: string

  constructor(kind: 'truncated' | 'corrupt', reason: string) {
    super(`The data cannot be inflated: ${reason}.`, {
      remedy: 'Get the file again from its source; it was cut off or damaged on the way.',
      exitCode: EXIT.someFailed,
    })
    this.kind = kind
    this.reason = reason
  }
}
