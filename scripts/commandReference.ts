import { Command, type Option } from 'commander'
import type { CommandContext } from '../src/cli/context.ts'
import { withRunFlagsAtRoot } from '../src/cli/flags.ts'
import { program } from '../src/cli/main.ts'
import { EXIT } from '../src/core/fault.ts'
import { StepRegistry } from '../src/engine/step.ts'
import { row } from './profileReference.ts'

const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'Clean: all is done, and no finding has the severity error.',
  internal: 'A defect of voxmill; please report it with the message.',
  usage:
    'The command line, a configuration file or an input file is wrong, or another run works on the root.',
  nothingToDo: 'There was nothing to work on: no sample, no receipts.',
  validation:
    'All was done that could be, but findings of severity error were made, or `verify` found a loss.',
  someFailed: 'Some samples failed or were not tried, or nothing more could be written; the others are done.',
  interrupted: 'Interrupted by Ctrl-C or a request to end; what is finished is kept.',
}

/** Definitions are read, never carried out. */
const CONTEXT: CommandContext = {
  open: () => {
    throw new Error('no command runs while the reference is made')
  },
  steps: new StepRegistry({}),
  commands: async () => [],
  commandLine: 'voxmill',
  signal: new AbortController().signal,
}

/** The reference page of commands in Markdown, from the definitions that the command line itself uses. */
export async function commandReference(): Promise<string> {
  const commands = (await program([], CONTEXT)).commands.flatMap(c =>
    c.commands.length > 0
      ? c.commands.map(sub => ({ name: `${c.name()} ${sub.name()}`, command: sub }))
      : [{ name: c.name(), command: c }],
  )
  const shared = withRunFlagsAtRoot(new Command()).options
  const lines = [
    '# Commands',
    '',
    '<!-- Made by scripts/generate-reference.mjs from src/cli; do not edit. -->',
    '',
    '`voxmill COMMAND --help` prints what stands here. Long flags may be written with hyphens or underscores: `--root_dir` and `--root-dir` are the same.',
    '',
    '| command | what it does |',
    '|---|---|',
    ...commands.map(({ name, command }) => row(`[\`${name}\`](#${anchor(name)})`, command.description())),
    '',
    '## Exit codes',
    '',
    '| code | meaning |',
    '|---|---|',
    ...Object.entries(EXIT).map(([name, code]) =>
      row(String(code), EXIT_MEANINGS[name as keyof typeof EXIT]),
    ),
    '',
    '## Flags of every command that makes files',
    '',
    ...optionTable(shared),
  ]
  for (const { name, command } of commands) lines.push('', ...described(name, command, shared))
  return `${lines.join('\n')}\n`
}

const anchor = (name: string): string => name.replaceAll(' ', '-')

function described(name: string, command: Command, shared: readonly Option[]): string[] {
  const makesFiles = shared.every(s => command.options.some(o => o.flags === s.flags))
  const own = makesFiles
    ? command.options.filter(o => !shared.some(s => s.flags === o.flags))
    : command.options
  const lines = [
    `## ${name}`,
    '',
    command.description(),
    '',
    '```',
    `voxmill ${name} ${command.usage()}`,
    '```',
  ]
  if (command.registeredArguments.length > 0)
    lines.push(
      ...['', '| argument | default | meaning |', '|---|---|---|'],
      ...command.registeredArguments.map(a =>
        row(
          `\`${a.required ? `<${a.name()}>` : `[${a.name()}]`}\``,
          shown(a.defaultValue) || (a.required ? 'required' : ''),
          withChoices(a.description, a.argChoices),
        ),
      ),
    )
  if (own.length > 0) lines.push('', ...optionTable(own))
  if (makesFiles)
    lines.push(
      '',
      'And the [flags of every command that makes files](#flags-of-every-command-that-makes-files).',
    )
  const after = helpAfter(command)
  if (after !== '') lines.push('', '```', after, '```')
  return lines
}

const optionTable = (options: readonly Option[]): string[] => [
  '| flag | default | meaning |',
  '|---|---|---|',
  ...options.map(o =>
    row(
      `\`${o.flags}\``,
      o.mandatory ? 'required' : shown(o.defaultValueDescription ?? o.defaultValue),
      withChoices(o.description, o.argChoices),
    ),
  ),
]

const shown = (value: unknown): string => (value === undefined || value === false ? '' : `\`${value}\``)

const withChoices = (text: string, choices: readonly string[] | undefined): string =>
  choices === undefined ? text : `${text}: ${choices.map(c => `\`${c}\``).join(', ')}`

/** The examples and notes that help prints below its lists. */
function helpAfter(command: Command): string {
  let text = ''
  command.configureOutput({
    writeOut: part => {
      text += part
    },
  })
  command.outputHelp()
  return text.slice(command.helpInformation().length).trim()
}
