import { Command, Option } from 'commander'
import type { PipelineFile } from '../pipelines/pipelineFile.ts'
import { type PipelineStep, unitOf, type Variable } from '../pipelines/pipelineSteps.ts'
import { chosenSteps } from '../pipelines/runPipeline.ts'
import type { CommandContext } from './context.ts'
import { carryOutPipeline, type PipelineFlags, withPipelineRunFlags } from './pipelineRun.ts'

/** A flag that changes a parameter of the step, or a variable of the pipeline file. */
export interface StepFlag {
  /** As Commander has them: `--margin <mm>`. */
  readonly flags: string
  readonly description: string
  // biome-ignore lint/suspicious/noExplicitAny: each flag gathers values of a type of its own
  readonly parse?: (text: string, earlier?: any) => unknown
  readonly choices?: readonly string[]
  readonly param?: string
  /** The step that has the parameter, where it is not the one that the command is called by. */
  readonly of?: string
  readonly variable?: string
  /** From the value as parsed to that of the parameter or variable. */
  // biome-ignore lint/suspicious/noExplicitAny: it takes what its own `parse` gives
  readonly value?: (parsed: any) => unknown
}

export interface StepCommand {
  /** The step, and the name of the command. */
  readonly name: string
  readonly description: string
  readonly flags: readonly StepFlag[]
  /** Behind the flags: examples, and what to know. */
  readonly help: string
  /** Changes the uses of the step by flags that are no single parameter. */
  readonly adapt?: (
    uses: readonly PipelineStep[],
    flags: Readonly<Record<string, unknown>>,
    pipeline: PipelineFile,
  ) => readonly PipelineStep[] | Promise<readonly PipelineStep[]>
  readonly more?: (command: Command) => void
}

/** The command of one step of a pipeline file: the step for every patient, and the report that belongs to it. */
export function stepCommand(context: CommandContext, spec: StepCommand): Command {
  const command = new Command(spec.name).description(spec.description)
  const given = spec.flags.map(flag => {
    const option = new Option(flag.flags, flag.description)
    if (flag.choices) option.choices([...flag.choices])
    if (flag.parse) option.argParser(flag.parse)
    command.addOption(option)
    return { flag, name: option.attributeName() }
  })
  spec.more?.(command)
  command.addHelpText('after', `\n${spec.help}`)
  return withPipelineRunFlags(command).action(async (flags: PipelineFlags & Record<string, unknown>) => {
    const variables: Record<string, Variable> = {}
    const params = new Map<string, Record<string, unknown>>()
    for (const { flag, name } of given) {
      if (flags[name] === undefined) continue
      const value = flag.value ? flag.value(flags[name]) : flags[name]
      if (flag.variable !== undefined) variables[flag.variable] = value as Variable
      if (flag.param === undefined) continue
      const step = flag.of ?? spec.name
      params.set(step, { ...params.get(step), [flag.param]: value })
    }
    await carryOutPipeline(context, flags, {
      variables,
      chosen: async pipeline => {
        const uses = chosenSteps(pipeline, { from: spec.name, until: spec.name })
          .filter(use => unitOf(use) === spec.name)
          .map(use => ({ ...use, params: { ...use.params, ...params.get(use.step) } }) as PipelineStep)
        return (await spec.adapt?.(uses, flags, pipeline)) ?? uses
      },
    })
  })
}
