import path from 'node:path'
import type { Command } from 'commander'
import { VERDICT_FILE, verdictLog } from '../artifacts/verdictLog.ts'
import { UsageError } from '../core/fault.ts'
import { standingVerdicts } from '../core/verdict.ts'
import type { Job, JobOutcome } from '../engine/job.ts'
import { DATASET } from '../engine/provenance.ts'
import { requireSheetNames, sameSheetName } from '../formats/table/sheetName.ts'
import { splitColumns } from '../pipelines/nmeSplits.ts'
import { openProfile } from '../pipelines/openProfile.ts'
import { readWorkbookAhead } from '../pipelines/readAhead.ts'
import type { Profile } from '../profiles/schema.ts'
import { FINDINGS_SHEET } from '../steps/findingsSheet.ts'
import { VERDICTS_SHEET } from '../steps/share/rowVerdicts.ts'
import { type SplitRule, splitSheet } from '../steps/share/splitSheet.ts'
import { existsSync } from '../storage/exists.ts'
import type { CommandContext } from './context.ts'
import { findWorkspace } from './findWorkspace.ts'
import { shownPath } from './shownPath.ts'
import { type RunFlags, withRun } from './withRun.ts'

export interface SplitFlags extends RunFlags {
  readonly manifest_file: string
  readonly split_name: string
  readonly profile?: string
  readonly workspace?: string
  readonly respect_verdicts?: boolean
}

/** The flag that both commands have. */
export const withVerdictsFlag = (command: Command): Command =>
  command.option(
    '--respect_verdicts',
    'leave out samples that were rejected in `voxmill view`, before anything is shuffled',
  )

/**
 * Adds one split worksheet to a workbook, or tells why not with the workbook untouched.
 *
 * @param ruleOf the rule of the split, which may depend on the profile
 */
export async function runSplit(
  context: CommandContext,
  flags: SplitFlags,
  sheet: string,
  ruleOf: (profile: Profile) => SplitRule,
): Promise<void> {
  const file = path.resolve(flags.manifest_file)
  const { split_name: name } = flags
  requireSheetNames([name])
  for (const taken of [sheet, FINDINGS_SHEET, VERDICTS_SHEET])
    if (sameSheetName(name, taken))
      throw new UsageError(
        `${name} is the main worksheet or the one of the findings or verdicts, not a split`,
        {
          remedy: 'Give the split another name with --split_name.',
        },
      )
  const { profile } = await openProfile(flags.profile)
  const rule = ruleOf(profile)
  const columns = splitColumns(profile)
  const { book, ahead } = await readWorkbookAhead(file)
  const workspace = findWorkspace({ asked: flags.workspace, outputFolder: path.dirname(file) })
  const verdictFile = workspace.state(VERDICT_FILE)
  const judged = flags.respect_verdicts === true && existsSync(verdictFile)
  const { verdicts } = judged ? (await verdictLog.read(verdictFile)).value : { verdicts: [] }
  // Tried before any job is made: what the user asked wrongly is a fault of the command, not of a case.
  splitSheet(await book.sheet(sheet), rule, columns, standingVerdicts(verdicts))
  const manifest = workspace.relative(file)
  const job: Job = {
    step: `make-split-${rule.method}`,
    case: DATASET,
    part: rule.name,
    fields: {},
    params: { rule, columns, sheet },
    inputs: { manifest, verdicts: judged ? workspace.relative(verdictFile) : null },
    outputs: { manifest },
    memory: 200e6,
    weight: 0,
    ...(flags.remake ? { remake: true } : {}),
  }
  await withRun(
    context,
    flags,
    {
      workspace,
      writes: [workspace.relative(path.dirname(file))],
      workbooks: [file],
      ahead: ahead(workspace),
    },
    async run => {
      const outcomes = await run.stage(rule.name, [{ case: DATASET, jobs: [job] }])
      if (flags.respect_verdicts) tellRejected(context, flags, verdictFile, judged, outcomes)
      return { results: [{ what: `worksheet ${rule.name}`, path: file }] }
    },
  )
}

function tellRejected(
  context: CommandContext,
  flags: SplitFlags,
  verdictFile: string,
  judged: boolean,
  outcomes: readonly JobOutcome[],
): void {
  // Of a job that was only planned, or that failed, there is nothing to tell.
  if (!outcomes.some(o => o.status === 'done' || o.status === 'fresh')) return
  const { console } = context.open(flags)
  const findings = outcomes.flatMap(o => o.findings)
  const rejected = findings.filter(f => f.code === 'sample-rejected').length
  console.say(
    judged
      ? `${rejected} rejected ${rejected === 1 ? 'sample is' : 'samples are'} left out`
      : `no sample is left out: there are no verdicts (${shownPath(verdictFile)})`,
  )
}
