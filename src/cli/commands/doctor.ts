import { spawnSync } from 'node:child_process'
import os from 'node:os'
import { Command } from 'commander'
import { EXIT } from '../../core/fault.ts'
import { formatBytes } from '../../core/formatBytes.ts'
import { VERSION } from '../../core/version.ts'
import { usableMemory } from '../../engine/usableMemory.ts'
import { freeSpace } from '../../storage/freeSpace.ts'
import type { CommandContext } from '../context.ts'

const OPTIONAL_TOOLS = [
  ['elastix', ['--version'], 'faster registration (cta2mbf)'],
  ['dcm2niix', ['--version'], 'a second opinion on DICOM conversion'],
  ['sbatch', ['--version'], 'runs on a Slurm cluster'],
] as const

export function doctorCommand(context: CommandContext): Command {
  return new Command('doctor')
    .description('Check Node.js, memory, temporary space and optional tools on this machine.')
    .option('--json', 'JSON lines for programs')
    .action((options: { json?: boolean }) => {
      const { console, setExit } = context.open(options)
      const tell = (name: string, ok: boolean | undefined, text: string) => {
        const mark = ok === undefined ? '–' : ok ? console.paint('green', '✓') : console.paint('red', '✗')
        console.say(`${mark} ${name.padEnd(16)} ${text}`)
        console.emit({ event: 'check', name, ok: ok ?? null, text })
        if (ok === false) setExit(EXIT.usage)
      }
      const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
      tell('voxmill', true, VERSION)
      tell(
        'Node.js',
        major > 20 || (major === 20 && minor >= 19),
        `${process.versions.node} (20.19 or later is needed)`,
      )
      tell('cores', true, `${os.availableParallelism()}`)
      const memory = usableMemory()
      tell(
        'memory',
        memory > 1e9,
        `${formatBytes(memory)} usable of ${formatBytes(os.totalmem())} (a breast MRI of 320×320×120 takes about 0.3 GB a worker)`,
      )
      const space = freeSpace(os.tmpdir())
      tell('temporary space', space > 1e8, `${formatBytes(space)} in ${os.tmpdir()}`)
      tell('here', freeSpace('.') > 1e8, `${formatBytes(freeSpace('.'))} free in ${process.cwd()}`)
      for (const [tool, args, use] of OPTIONAL_TOOLS) {
        const { stdout, error } = spawnSync(tool, args, { encoding: 'utf8', timeout: 10_000 })
        tell(
          tool,
          error ? undefined : true,
          error ? `not installed; optional, for ${use}` : `${stdout.trim().split('\n')[0]} (${use})`,
        )
      }
    })
}
