import { Command, InvalidArgumentError } from 'commander'
import { VERDICT_FILE } from '../../artifacts/verdictLog.ts'
import { EXIT, UsageError } from '../../core/fault.ts'
import { workspaceOf } from '../../engine/provenance.ts'
import type { Workspace } from '../../engine/workspace.ts'
import { describeDataset } from '../../pipelines/describeDataset.ts'
import { describePlans } from '../../pipelines/describePlans.ts'
import { pageFiles } from '../../server/pageFiles.ts'
import { startViewServer } from '../../server/viewServer.ts'
import { WriteError } from '../../storage/atomicWrite.ts'
import { RootBusyError } from '../../storage/runLock.ts'
import { besideProgram } from '../besideProgram.ts'
import type { CommandContext } from '../context.ts'
import { openBrowser } from '../openBrowser.ts'
import { remoteNames } from '../remoteNames.ts'
import { withRun } from '../withRun.ts'

interface Flags {
  readonly port: number
  readonly host: string
  readonly allow_remote?: boolean
  readonly readonly?: boolean
  readonly reviewer?: string
  readonly no_open?: boolean
  readonly json?: boolean
}

export function viewCommand(context: CommandContext): Command {
  return new Command('view')
    .description(
      'Show the cases of a data set in a browser, to be judged one by one; nothing leaves the machine.',
    )
    .argument('[root]', 'the root, or any folder below it', '.')
    .option('--port <n>', 'port to listen on; any that is free if not given', parsePort, 0)
    .option('--readonly', 'take no verdicts, and write nothing below the root')
    .option('--reviewer <name>', 'name that verdicts carry; the page asks if not given')
    .option('--no_open', 'print the address only, open no browser')
    .option(
      '--host <address>',
      'address to listen on; needs --allow_remote if it is not this machine alone',
      '127.0.0.1',
    )
    .option('--allow_remote', 'let other machines in, without encryption')
    .option('--json', 'JSON lines on standard output, words on standard error')
    .addHelpText(
      'after',
      '\nExamples:\n  voxmill view /data/NME-2025.8.25 --reviewer "A. Reader"\n  voxmill view /data/NME-2025.8.25 --port 8123 --no-open      on a server; on your own machine then:\n  ssh -L 8123:127.0.0.1:8123 SERVER                           and open the address that was printed\n\nCtrl-C ends it. Verdicts are kept in ROOT/.voxmill/verdicts.jsonl; `voxmill verdicts ROOT` lists them.',
    )
    .action(async (root: string, flags: Flags) => {
      const workspace = workspaceOf(root)
      if (workspace === undefined)
        throw new UsageError(`no receipts lie under or above ${root}`, {
          remedy: 'Give the root of a data set that voxmill has worked on.',
          exitCode: EXIT.nothingToDo,
        })
      const names = remoteNames(flags.host, flags.allow_remote === true)
      if (flags.readonly !== true) await describe(context, flags, workspace)
      if (context.signal.aborted) return
      const { console, setExit } = context.open(flags)
      const server = await startViewServer({
        root: workspace.root,
        dataset: await describeDataset(workspace),
        verdictFile: workspace.state(VERDICT_FILE),
        page: pageFiles(besideProgram('web')),
        readonly: flags.readonly === true,
        reviewer: flags.reviewer ?? null,
        port: flags.port,
        host: flags.host,
        names: names ?? [],
        onDefect: error => console.note(`a request failed: ${error instanceof Error ? error.stack : error}`),
      })
      if (names !== undefined)
        console.note(
          `${console.paint('yellow', 'warning:')} ${flags.host} can be reached from other machines, and nothing is encrypted: whoever reads the traffic sees the images and the address, and with the address can judge. An SSH tunnel to this machine alone is safer.`,
        )
      console.say(server.url)
      console.emit({ event: 'view', url: server.url, root: workspace.root })
      const opened = flags.no_open !== true && openBrowser(server.urlForOnce)
      console.note(`${opened ? '' : 'open this address in a browser; '}Ctrl-C ends the viewer`)
      await aborted(context.signal)
      await server.close()
      console.note('the viewer has ended; all verdicts are saved')
      setExit(EXIT.ok)
    })
}

/** Makes the figures and pictures that are missing. A case of which none can be made is shown without. */
async function describe(context: CommandContext, flags: Flags, workspace: Workspace): Promise<void> {
  const plans = await describePlans(workspace)
  if (plans.length === 0) return
  try {
    await withRun(
      context,
      { ...(flags.json ? { json: true } : {}) },
      { workspace, writes: [] },
      async run => {
        await run.stage('describe', plans)
        return { results: [] }
      },
    )
  } catch (error) {
    // One can look at a data set while a run works on it, or that lies on a disk that takes nothing.
    if (!(error instanceof RootBusyError || error instanceof WriteError)) throw error
    context.open(flags).console.note(`figures and pictures that are missing were not made: ${error.message}`)
  }
}

function parsePort(text: string): number {
  const n = Number(text)
  if (!/^\d+$/.test(text) || n > 65_535)
    throw new InvalidArgumentError('It must be a port from 1 to 65535, or 0.')
  return n
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
