import type { Command } from 'commander'
import type { ExitCode } from '../core/fault.ts'
import type { StepRegistry } from '../engine/step.ts'
import type { Console } from './console.ts'

/** What every command gets: a way to speak, to set the exit code, and the steps. */
export interface CommandContext {
  open(options?: { json?: boolean }): { console: Console; setExit: (code: ExitCode) => void }
  readonly steps: StepRegistry
  /** All commands, for a description of the whole. */
  commands(): Promise<readonly Command[]>
  /** The command line as typed, for whoever meets the lock. */
  readonly commandLine: string
  /** Aborts on Ctrl-C and on a request to end. */
  readonly signal: AbortSignal
}
