import os from 'node:os'
import path from 'node:path'
import { Command } from 'commander'
import { EXIT } from '../../core/fault.ts'
import type { CommandContext } from '../context.ts'

export function jobCommand(context: CommandContext): Command {
  return new Command('job')
    .description('Carry out the jobs of a shard, as a task of a cluster does.')
    .requiredOption('--shard <file>', 'plain data that `run --executor slurm` has written')
    .option('--json', 'JSON lines for programs')
    .addHelpText(
      'after',
      `
Example:
  voxmill job --shard ROOT/.voxmill/slurm/RUN/stage1-1/0.json

Scripts that are submitted call it; by hand it does the same. It exits with 0 when it went through all of the shard,
whatever became of the jobs: their receipts tell that.`,
    )
    .action(async ({ shard, json }: { shard: string; json?: boolean }) => {
      const { console, setExit } = context.open(json === undefined ? {} : { json })
      const host = process.env.SLURMD_NODENAME ?? os.hostname()
      const { runShard } = await import('../onCluster.ts')
      await runShard(
        path.resolve(shard),
        host,
        context.steps,
        ({ digests, findings, ...outcome }) => {
          const { fault } = outcome
          console.say(
            `${outcome.status.padEnd(7)} ${outcome.step.padEnd(30)} ${outcome.case}  ${outcome.seconds} s${fault ? `  ${fault.message}` : ''}`,
          )
          console.emit({ event: 'job', ...outcome })
        },
        context.signal,
      )
      if (context.signal.aborted) setExit(EXIT.interrupted)
    })
}
