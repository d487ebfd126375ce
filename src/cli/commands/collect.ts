import { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { runNmeCommand } from './run.ts'
import { runCta2mbfCommand } from './runCta2mbf.ts'

export function collectCommand(context: CommandContext): Command {
  return new Command('collect')
    .description('Complete what shards of a run have done: what is left, and what is made of all cases.')
    .addCommand(
      runNmeCommand(context, true).description('Manifests and splits of the samples that shards have made.'),
    )
    .addCommand(
      runCta2mbfCommand(context, true).description(
        'Reports and tables of the patients that shards have made.',
      ),
    )
}
