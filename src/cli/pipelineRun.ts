import path from 'node:path'
import type { Command } from 'commander'
import { UsageError } from '../core/fault.ts'
import { workspaceAt } from '../engine/workspace.ts'
import { DEFAULT_PIPELINE, openPipeline } from '../pipelines/openPipeline.ts'
import type { PipelineFile } from '../pipelines/pipelineFile.ts'
import { isFolderStep, type PipelineStep, type Variables } from '../pipelines/pipelineSteps.ts'
import { checkedRecipe, recipeCases, recipeFolders, recipeWorkbooks } from '../pipelines/recipe.ts'
import { type PipelineRun, recipeOf, runPipeline } from '../pipelines/runPipeline.ts'
import { acceptableSeries } from './acceptSeries.ts'
import { commandText } from './commandText.ts'
import type { CommandContext } from './context.ts'
import { existingFolder } from './existingFolder.ts'
import { withPipelineFlag, withRunFlagsAtRoot } from './flags.ts'
import { tellBalance } from './tellBalance.ts'
import { type RunFlags, withRun } from './withRun.ts'

/** Options of every command that carries out steps of a pipeline file on a data set. */
export interface PipelineFlags extends RunFlags {
  readonly root_dir: string
  readonly pipeline: string
  readonly only?: readonly string[]
}

export const withPipelineRunFlags = (command: Command): Command =>
  withRunFlagsAtRoot(
    withPipelineFlag(
      command
        .requiredOption('-r, --root_dir <dir>', 'root of the data set')
        .option('--only <pid...>', 'these patients alone'),
    ),
  )

/** What a command asks for beside the pipeline file. */
export interface PipelineRequest extends Pick<PipelineRun, 'raw' | 'annotation' | 'byRules'> {
  /** Of the steps of the pipeline, as the command changes it, those to carry out. */
  chosen(pipeline: PipelineFile): readonly PipelineStep[] | Promise<readonly PipelineStep[]>
  /** Values that go before those of the pipeline file. */
  readonly variables?: Variables
}

/** Carries out steps of a pipeline on a root, and tells what came of it. */
export async function carryOutPipeline(
  context: CommandContext,
  flags: PipelineFlags,
  request: PipelineRequest,
): Promise<void> {
  const { console } = context.open(flags)
  existingFolder(flags.root_dir)
  const workspace = workspaceAt(flags.root_dir)
  const file = openPipeline(flags.pipeline)
  const pipeline = { ...file, variables: { ...file.variables, ...request.variables } }
  const chosen = await request.chosen(pipeline)
  const run: PipelineRun = {
    workspace,
    pipeline,
    steps: await context.steps.load(chosen.map(s => s.step)),
    chosen,
    only: flags.only,
    shard: flags.shard,
    raw: request.raw,
    annotation: request.annotation,
    byRules: request.byRules ?? false,
    remake: flags.remake ?? false,
    accept: series => acceptCommand(flags, request, chosen, series),
    tellBalance: balance => tellBalance(console, balance),
  }
  const recipe = checkedRecipe(recipeOf(run), flags.pipeline)
  const folders = chosen.filter(isFolderStep).map(s => s.to)
  requirePatients(flags, folders.length > 0 ? [] : recipeCases(recipe))
  await withRun(
    context,
    flags,
    {
      workspace,
      writes: [...new Set([...folders, ...recipeFolders(recipe)])],
      workbooks: recipeWorkbooks(recipe).map(f => workspace.absolute(f)),
    },
    async stages => {
      const { converted, ...result } = await runPipeline(stages, run)
      const nothing = folders.length === 0 && recipeCases(recipe).length === 0
      return {
        ...result,
        accept: acceptableSeries(converted).map(({ cases, flags: accepting }) => ({
          cases,
          command: commandText('run cta2mbf', {
            root_dir: flags.root_dir,
            pipeline: unlessDefault(flags.pipeline),
            ...accepting,
          }),
        })),
        nothing: nothing ? `${flags.root_dir} has no patient with what these steps read` : undefined,
      }
    },
  )
}

/** A patient that is asked for by name and is not there is a slip of the pen. */
function requirePatients(flags: PipelineFlags, known: readonly string[]): void {
  if (flags.only === undefined || known.length === 0) return
  const absent = flags.only.filter(pid => !known.includes(pid))
  if (absent.length > 0)
    throw new UsageError(`--only names patients that are not there: ${absent.join(', ')}`, {
      remedy: `The patients are ${known.slice(0, 8).join(', ')}${known.length > 8 ? ', …' : ''}.`,
    })
}

function acceptCommand(
  flags: PipelineFlags,
  request: PipelineRequest,
  chosen: readonly PipelineStep[],
  series: readonly string[],
): string {
  const extract = chosen.filter(isFolderStep).find(s => s.step === 'extract-modalities')
  const at = (folder: string) => path.join(flags.root_dir, folder)
  return commandText('extract-modalities', {
    root_dir: extract && at(extract.from),
    output_dir: extract && at(extract.to),
    annotation: request.annotation,
    pipeline: unlessDefault(flags.pipeline),
    series,
  })
}

const unlessDefault = (pipeline: string): string | undefined =>
  pipeline === DEFAULT_PIPELINE ? undefined : pipeline
