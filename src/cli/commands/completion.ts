import { Argument, Command } from 'commander'
import type { CommandContext } from '../context.ts'

/** One command as a shell needs to know it. */
interface Completed {
  readonly name: string
  readonly summary: string
  readonly words: readonly string[]
}

export function completionCommand(context: CommandContext): Command {
  return new Command('completion')
    .description('Print a completion script for a shell.')
    .addArgument(new Argument('<shell>', 'shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      '\nExamples:\n  voxmill completion bash > ~/.local/share/bash-completion/completions/voxmill\n  voxmill completion fish > ~/.config/fish/completions/voxmill.fish',
    )
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const { console } = context.open()
      const commands = (await context.commands()).map(completed)
      console.say({ bash: bashScript, zsh: zshScript, fish: fishScript }[shell](commands))
    })
}

function completed(command: Command): Completed {
  const options = [
    ...new Set([command, ...command.commands].flatMap(c => c.options.flatMap(o => o.long ?? []))),
  ]
  const choices = command.registeredArguments.flatMap(a => a.argChoices ?? [])
  return {
    name: command.name(),
    summary: command.description(),
    words: [...command.commands.map(c => c.name()), ...choices, ...options],
  }
}

const bashScript = (commands: readonly Completed[]): string => `_voxmill() {
  local word=\${COMP_WORDS[COMP_CWORD]} words
  if [ "$COMP_CWORD" = 1 ]; then words="${commands.map(c => c.name).join(' ')}"
  else case \${COMP_WORDS[1]} in
${commands.map(c => `    ${c.name}) words="${c.words.join(' ')}" ;;`).join('\n')}
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _voxmill voxmill`

const zshScript = (commands: readonly Completed[]): string => `#compdef voxmill
_voxmill() {
  if (( CURRENT == 2 )); then
    local -a names=(${commands.map(c => `'${c.name}:${c.summary.replaceAll("'", '’').replaceAll(':', ' –')}'`).join(' ')})
    _describe command names
  else case $words[2] in
${commands.map(c => `    ${c.name}) compadd -- ${c.words.join(' ')}; _files ;;`).join('\n')}
  esac; fi
}
compdef _voxmill voxmill`

const fishScript = (commands: readonly Completed[]): string =>
  commands
    .flatMap(c => [
      `complete -c voxmill -n __fish_use_subcommand -a ${c.name} -d '${c.summary.replaceAll("'", '’')}'`,
      ...c.words.map(w =>
        w.startsWith('--')
          ? `complete -c voxmill -n '__fish_seen_subcommand_from ${c.name}' -l ${w.slice(2)}`
          : `complete -c voxmill -n '__fish_seen_subcommand_from ${c.name}' -a ${w}`,
      ),
    ])
    .join('\n')
