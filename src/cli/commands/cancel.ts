import { Command } from 'commander'
import { EXIT } from '../../core/fault.ts'
import { workspaceAt } from '../../engine/workspace.ts'
import type { CommandContext } from '../context.ts'
import { existingFolder } from '../existingFolder.ts'

/** Slurm gives a task half a minute between the request to end and the kill, and some clusters more. */
const ENDING_MS = 120_000

export function cancelCommand(context: CommandContext): Command {
  return new Command('cancel')
    .description('End the jobs of a Slurm cluster that work on a root; what is finished is kept.')
    .argument('[root]', 'root of the data set', '.')
    .option('--json', 'JSON lines for programs')
    .addHelpText('after', '\nExample:\n  voxmill cancel /data/NME-2025.8.25')
    .action(async (root: string, options: { json?: boolean }) => {
      const { console, setExit } = context.open(options)
      existingFolder(root)
      const workspace = workspaceAt(root)
      const { awaitNone, cancelOpen } = await import('../onCluster.ts')
      const jobs = await cancelOpen(workspace)
      const isOver = await awaitNone(workspace, ENDING_MS, context.signal)
      console.emit({ event: 'cancelled', jobs, ended: isOver })
      if (jobs.length === 0) {
        console.say(`no job of a cluster works on ${workspace.root}`)
        setExit(EXIT.nothingToDo)
        return
      }
      console.say(`cancelled job ${jobs.join(', ')}${isOver ? '' : ', which has not ended yet'}`)
    })
}
