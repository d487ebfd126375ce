import { Command } from 'commander'
import type { CommandContext } from '../context.ts'

export async function submitCommand(context: CommandContext): Promise<Command> {
  const [{ runNmeCommand }, { runCta2mbfCommand }] = await Promise.all([
    import('./run.ts'),
    import('./runCta2mbf.ts'),
  ])
  return new Command('submit')
    .description('Do a whole pipeline on a Slurm cluster, or show the scripts that would be submitted.')
    .addCommand(onCluster(runNmeCommand(context)))
    .addCommand(onCluster(runCta2mbfCommand(context)))
}

/** The command of `run`, with the cluster as its executor. */
function onCluster(command: Command): Command {
  command.options.find(option => option.long === '--executor')?.default('slurm')
  command.setOptionValueWithSource('executor', 'slurm', 'default')
  return command.option('--print', 'show the scripts of what can be planned now; write and submit nothing')
}
