import path from 'node:path'
import { UsageError } from '../core/fault.ts'
import type { Job } from '../engine/job.ts'
import { DATASET } from '../engine/provenance.ts'
import { requireSheetNames, sameSheetName } from '../formats/table/sheetName.ts'
import { splitColumns } from '../pipelines/nmeSplits.ts'
import { openProfile } from '../pipelines/openProfile.ts'
import { readWorkbookAhead } from '../pipelines/readAhead.ts'
import type { Profile } from '../profiles/schema.ts'
import { FINDINGS_SHEET } from '../steps/findingsSheet.ts'
import { type SplitRule, splitSheet } from '../steps/share/splitSheet.ts'
import type { CommandContext } from './context.ts'
import { findWorkspace } from './findWorkspace.ts'
import { type RunFlags, withRun } from './withRun.ts'

export interface SplitFlags extends RunFlags {
  readonly manifest_file: string
  readonly split_name: string
  readonly profile?: string
  readonly workspace?: string
}

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
  for (const taken of [sheet, FINDINGS_SHEET])
    if (sameSheetName(name, taken))
      throw new UsageError(`${name} is the main worksheet or the one of the findings, not a split`, {
        remedy: 'Give the split another name with --split_name.',
      })
  const { profile } = await openProfile(flags.profile)
  const rule = ruleOf(profile)
  const columns = splitColumns(profile)
  const { book, ahead } = await readWorkbookAhead(file)
  // Tried before any job is made: what the user asked wrongly is a fault of the command, not of a case.
  splitSheet(await book.sheet(sheet), rule, columns)
  const workspace = findWorkspace({ asked: flags.workspace, outputFolder: path.dirname(file) })
  const manifest = workspace.relative(file)
  const job: Job = {
    step: `make-split-${rule.method}`,
    case: DATASET,
    part: rule.name,
    fields: {},
    params: { rule, columns, sheet },
    inputs: { manifest },
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
      await run.stage(rule.name, [{ case: DATASET, jobs: [job] }])
      return { results: [{ what: `worksheet ${rule.name}`, path: file }] }
    },
  )
}
