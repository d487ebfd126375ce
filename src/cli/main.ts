import { Command, CommanderError } from 'commander'
import { EXIT, type ExitCode, Fault } from '../core/fault.ts'
import { VERSION } from '../core/version.ts'
import { STEPS } from '../steps/registry.ts'
import { normalizeArgv } from './argv.ts'
import { COMMANDS } from './commandTable.ts'
import { type Console, makeConsole } from './console.ts'
import type { CommandContext } from './context.ts'
import { wrapText } from './wrapText.ts'

const GRACE_MS = 3000

/** Runs one command line. @returns the exit code; nothing is thrown. */
export async function main(argv: readonly string[]): Promise<number> {
  let exit: ExitCode = EXIT.ok
  let console: Console = makeConsole({ json: argv.includes('--json') })
  const stop = new AbortController()
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(EXIT.interrupted)
    stop.abort()
    // A long computation may keep the run from stopping by itself. Ending here is safe at any moment: what is half-done
    // has no receipt, and the next run removes its temporary files.
    setTimeout(() => process.exit(EXIT.interrupted), GRACE_MS).unref()
    console.note('stopping; what is finished is kept (once more to stop at once)')
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  let outputLost = false
  process.stdout.on('error', error => {
    // A reader that closes the pipe early, such as head, is no error; work under way goes on without a listener.
    if (outputLost || (error as NodeJS.ErrnoException).code === 'EPIPE') return
    outputLost = true
    // The stream may tell of it only when the command has ended.
    process.exitCode ||= EXIT.internal
    console.note(`error: standard output cannot be written: ${error.message}`)
    console.note(
      '  what to do: send it elsewhere, or free space there; files of the data set are not concerned',
    )
  })
  // Without standard error there is no one left to tell.
  process.stderr.on('error', () => undefined)
  const context: CommandContext = {
    open(options) {
      console = makeConsole({ json: options?.json === true })
      return {
        console,
        setExit: code => {
          exit = code
        },
      }
    },
    steps: STEPS,
    commands: async () => (await program([], context)).commands,
    commandLine: ['voxmill', ...argv].join(' '),
    signal: stop.signal,
  }
  try {
    await (await program(argv, context)).parseAsync(normalizeArgv(argv), { from: 'user' })
    return outputLost && exit === EXIT.ok ? EXIT.internal : exit
  } catch (error) {
    return report(error, console)
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, onSignal)
  }
}

/** Descriptions wrap beside the longest flag and command even on a terminal of 80 columns. */
const HELP = { minWidthToWrap: 24, subcommandTerm: (command: Command) => command.name() }

/** Loads the one command that is asked for; all of them for help. */
export async function program(argv: readonly string[], context: CommandContext): Promise<Command> {
  const all = new Command('voxmill')
    .description('Turns raw clinical imaging archives into clean, verified, training-ready data sets.')
    .version(VERSION, '-V, --version')
    .showHelpAfterError('(voxmill COMMAND --help shows examples)')
    .addHelpText(
      'after',
      '\nStart here:\n  voxmill demo nme            make a phantom archive and run everything on it\n  voxmill run nme -r ROOT     do the whole nme pipeline\n  voxmill COMMAND --help      flags and examples\n\nExit codes: 0 clean, 1 internal fault, 2 usage, 3 nothing to do,\n4 validation errors, 8 some cases failed, 130 interrupted',
    )
    .configureHelp(HELP)
    .exitOverride()
  const asked = argv[0] ?? ''
  const quick = asked === '--version' || asked === '-V'
  const loaders = Object.hasOwn(COMMANDS, asked) ? [COMMANDS[asked]!] : quick ? [] : Object.values(COMMANDS)
  for (const load of loaders) {
    const command = await load(context)
    inherit(command)
    all.addCommand(command)
  }
  return all
}

function inherit(command: Command): void {
  command.exitOverride().configureHelp(HELP).showHelpAfterError('(--help shows examples)')
  for (const sub of command.commands) inherit(sub)
}

function report(error: unknown, console: Console): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  console.redraw('')
  if (error instanceof Fault) {
    console.note(`${console.paint('red', 'error:')} ${error.message}`)
    console.note(wrapText(`what to do: ${error.remedy}`, '  ', console.width))
    console.emit({
      event: 'error',
      name: error.name,
      message: error.message,
      remedy: error.remedy,
      exit: error.exitCode,
    })
    return error.exitCode
  }
  console.note(error instanceof Error ? (error.stack ?? error.message) : String(error))
  console.note('This is a defect of voxmill; please report it with the command and the lines above.')
  console.emit({ event: 'error', name: 'internal', message: String(error), exit: EXIT.internal })
  return EXIT.internal
}
