import { Command } from 'commander'
import { EXIT, UsageError } from '../../core/fault.ts'
import { verifyOutputs, workspaceOf } from '../../engine/provenance.ts'
import type { CommandContext } from '../context.ts'

export function verifyCommand(context: CommandContext): Command {
  return new Command('verify')
    .description('Read every file again and compare it with its receipt: finds rot, losses and strangers.')
    .argument('[root]', 'the root, or any folder below it', '.')
    .option('--json', 'JSON lines for programs')
    .addHelpText(
      'after',
      '\nExample:\n  voxmill verify /data/NME-2025.8.25\n\nExit code 4 when a file is missing or changed; edited manifests and strangers are only listed.',
    )
    .action(async (root: string, options: { json?: boolean }) => {
      const { console, setExit } = context.open(options)
      const workspace = workspaceOf(root)
      if (workspace === undefined)
        throw new UsageError(`no receipts lie under or above ${root}`, {
          remedy: 'Give the root of a data set that voxmill has worked on.',
          exitCode: EXIT.nothingToDo,
        })
      let count = 0
      const result = await verifyOutputs(workspace, context.steps, path =>
        console.redraw(`${++count}  ${path}`),
      )
      for (const [kind, style, list] of [
        ['changed', 'red', result.changed],
        ['missing', 'red', result.missing],
        ['edited', 'yellow', result.edited],
        ['stranger', 'yellow', result.strangers],
      ] as const)
        for (const path of list) {
          console.say(`${console.paint(style, kind.padEnd(9))} ${path}`)
          console.emit({ event: kind, path })
        }
      const { changed, edited, missing, strangers } = result
      console.say(
        `${result.checked} files checked: ${changed.length} changed, ${missing.length} missing, ${edited.length} manifests edited, ${strangers.length} strangers`,
      )
      if (changed.length + missing.length > 0) {
        console.say('Run the command that made them again; `voxmill why FILE` names it.')
        setExit(EXIT.validation)
      }
    })
}
