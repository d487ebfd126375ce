import path from 'node:path'
import { Command } from 'commander'
import { VERDICT_FILE, type VerdictLogContent, verdictLog } from '../../artifacts/verdictLog.ts'
import { EXIT, UsageError } from '../../core/fault.ts'
import { standingVerdicts, VERDICTS, type Verdict, type VerdictWord } from '../../core/verdict.ts'
import type { Job } from '../../engine/job.ts'
import { DATASET, workspaceOf } from '../../engine/provenance.ts'
import type { Workspace } from '../../engine/workspace.ts'
import { unreadableLines, VERDICTS_SHEET } from '../../steps/share/rowVerdicts.ts'
import { existingFile } from '../../storage/existingFile.ts'
import { existsSync } from '../../storage/exists.ts'
import type { Console, Style } from '../console.ts'
import type { CommandContext } from '../context.ts'
import { type RunFlags, withRun } from '../withRun.ts'

interface Flags extends RunFlags {
  readonly into?: string
  readonly sheet: string
  readonly id_column: string
  readonly all?: boolean
}

export function verdictsCommand(context: CommandContext): Command {
  return new Command('verdicts')
    .description('List the verdicts that were given in `voxmill view`, or add them to a workbook.')
    .argument('[root]', 'the root, or any folder below it', '.')
    .option('--all', 'earlier verdicts too, not only those that stand')
    .option('--into <file>', `workbook (.xlsx) to add the worksheet ${VERDICTS_SHEET} to`)
    .option('--sheet <name>', 'its worksheet that lists the samples', 'Manifest')
    .option('--id_column <name>', 'the column of ids in that worksheet', 'ID')
    .option('--remake', 'add it again, whatever the receipts say')
    .option('--dry_run', 'with --into: print what would be done and why; write nothing')
    .option('--json', 'JSON lines on standard output, words on standard error')
    .addHelpText(
      'after',
      '\nExamples:\n  voxmill verdicts /data/NME-2025.8.25\n  voxmill verdicts /data/NME-2025.8.25 --into /data/NME-2025.8.25/grouped/dataset_manifest.xlsx\n\nThe worksheet is made anew each time; every other one stays as it is.',
    )
    .action(async (root: string, flags: Flags) => {
      const workspace = workspaceOf(root)
      if (workspace === undefined || !existsSync(workspace.state(VERDICT_FILE)))
        throw new UsageError(`no verdicts lie under or above ${root}`, {
          remedy: 'Give the root of a data set whose cases were judged with `voxmill view ROOT`.',
          exitCode: EXIT.nothingToDo,
        })
      if (flags.into === undefined) {
        const { value } = await verdictLog.read(workspace.state(VERDICT_FILE))
        list(context.open(flags).console, value, flags.all === true)
      } else await addTo(flags.into, context, flags, workspace)
    })
}

const STYLE: Readonly<Record<VerdictWord, Style>> = { accept: 'green', reject: 'red', 'needs-work': 'yellow' }

function list(console: Console, { verdicts, unreadable }: VerdictLogContent, all: boolean): void {
  const standing = standingVerdicts(verdicts)
  const shown = all ? verdicts : [...standing.values()].sort((a, b) => (a.case < b.case ? -1 : 1))
  const width = Math.max(...VERDICTS.map(word => word.length))
  for (const v of shown) {
    console.say(
      `${console.paint(STYLE[v.verdict], v.verdict.padEnd(width))} ${v.case}  ${v.at.slice(0, 16)}Z  ${line(v)}`,
    )
    console.emit({ event: 'verdict', stands: standing.get(v.case) === v, ...v })
  }
  for (const f of unreadableLines(unreadable, VERDICT_FILE)) {
    console.note(`${console.paint('yellow', f.severity)} ${f.code}: ${f.message}`)
    console.emit({ event: 'finding', ...f })
  }
  const counts = VERDICTS.map(word => [word, [...standing.values()].filter(v => v.verdict === word).length])
  console.say(`${standing.size} cases judged: ${counts.map(([word, n]) => `${n} ${word}`).join(', ')}`)
  console.emit({ event: 'end', judged: standing.size, ...Object.fromEntries(counts) })
}

/** What a person wrote, on one line and without what would steer a terminal. */
const line = ({ reviewer, comment }: Verdict): string =>
  `${reviewer}${comment === '' ? '' : `: ${comment}`}`.replace(/\s+/g, ' ').replace(/\p{Cc}/gu, '�')

async function addTo(
  into: string,
  context: CommandContext,
  flags: Flags,
  workspace: Workspace,
): Promise<void> {
  const file = path.resolve(into)
  existingFile(file)
  const manifest = workspace.relative(file)
  const job: Job = {
    step: 'add-verdicts',
    case: DATASET,
    part: path.basename(file),
    fields: {},
    params: { sheet: flags.sheet, id: flags.id_column },
    inputs: { manifest, verdicts: workspace.relative(workspace.state(VERDICT_FILE)) },
    outputs: { manifest },
    memory: 200e6,
    weight: 0,
    ...(flags.remake ? { remake: true } : {}),
  }
  const place = { workspace, writes: [workspace.relative(path.dirname(file))], workbooks: [file] }
  await withRun(context, flags, place, async run => {
    await run.stage(VERDICTS_SHEET, [{ case: DATASET, jobs: [job] }])
    return { results: [{ what: `worksheet ${VERDICTS_SHEET}`, path: file }] }
  })
}
