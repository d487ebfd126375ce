import { Command } from 'commander'
import { UsageError } from '../../core/fault.ts'
import type { FindingKind } from '../../core/finding.ts'
import { FINDING_CODES } from '../../core/findingCodes.ts'
import type { CommandContext } from '../context.ts'
import { wrapText } from '../wrapText.ts'

export function explainCommand(context: CommandContext): Command {
  return new Command('explain')
    .description('Tell what a finding means, why it matters and what to do.')
    .argument('[code]', 'a finding code; without one, all are listed')
    .addHelpText('after', '\nExamples:\n  voxmill explain geometry-mismatch\n  voxmill explain')
    .action((code: string | undefined) => {
      const { console } = context.open()
      const all: Record<string, FindingKind> = FINDING_CODES
      if (code === undefined) {
        for (const [name, kind] of Object.entries(all))
          console.say(`${name.padEnd(26)} ${kind.severity.padEnd(8)} ${kind.title}`)
        return
      }
      const kind = all[code]
      if (kind === undefined)
        throw new UsageError(`no finding has the code ${code}`, {
          remedy: '`voxmill explain` lists all codes.',
        })
      console.emit({ event: 'code', code, ...kind })
      console.say(
        [
          `${console.paint('bold', code)} (${kind.severity})`,
          `${kind.title}.`,
          '',
          wrapText(kind.explanation, '', console.width),
          '',
          wrapText(`What to do: ${kind.remedy}`, '', console.width),
        ].join('\n'),
      )
    })
}
