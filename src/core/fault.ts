/** Exit codes of the command line; a run's code is the first that applies, from the top. */
export const EXIT = {
  ok: 0,
  internal: 1,
  usage: 2,
  nothingToDo: 3,
  validation: 4,
  someFailed: 8,
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** A fault as plain data, as it crosses a process border or lies in a receipt. */
export interface FaultRecord {
  readonly name: string
  readonly message: string
  readonly remedy: string
  readonly where?: string
  /** Absent for what no one foresaw. */
  readonly exitCode?: ExitCode
}

/**
 * A problem of the program, its configuration or its input that ends a job or a command. Subclasses are named
 * after what failed and end in `Error`; `remedy` says what the user can do about it.
 */
export class Fault extends Error {
  readonly remedy: string
  readonly exitCode: ExitCode
  readonly where: string | undefined
  /** What a program that was run said before it failed; the engine keeps it beside the receipts. */
  readonly log: string | undefined

  constructor(
    message: string,
    options: {
      remedy: string
      exitCode?: ExitCode
      where?: string | undefined
      cause?: unknown
      log?: string | undefined
    },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.remedy = options.remedy
    this.exitCode = options.exitCode ?? EXIT.usage
    this.where = options.where
    this.log = options.log
  }
}

/** The command line, a configuration file or a parameter is wrong. */
export class UsageError extends Fault {}

/** Anything else that was thrown, told as a fault: still with its message, so that nothing is swallowed. */
export function faultRecord(error: unknown): FaultRecord {
  if (error instanceof Fault)
    return {
      name: error.name,
      message: error.message,
      remedy: error.remedy,
      exitCode: error.exitCode,
      ...(error.where === undefined ? {} : { where: error.where }),
    }
  const e = error instanceof Error ? error : new Error(String(error))
  return {
    name: e.name,
    message: e.message,
    remedy:
      'This is a defect of voxmill or of the machine; please report it with the command and this message.',
  }
}
