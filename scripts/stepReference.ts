import { z } from 'zod'
import type { AnyStep, Slot } from '../src/engine/step.ts'
import { STEPS } from '../src/steps/registry.ts'
import { kind, row, type SchemaNode } from './profileReference.ts'

const MANY = { one: 'one', optional: 'one or none', each: 'several, by key' } as const
const EDITABLE = {
  rewritten: '; may be edited: a copy of an edited file is kept before it is written anew',
  amended: '; may be edited: the step only adds to it',
} as const

/** The reference page of steps in Markdown: what each reads, writes and is told. */
export async function stepReference(): Promise<string> {
  const steps = [...(await STEPS.load(STEPS.names)).values()]
  const lines = [
    '# Steps',
    '',
    '<!-- Made by scripts/generate-reference.mjs from src/steps/registry.ts; do not edit. -->',
    '',
    'A step is one operation with declared inputs, outputs and parameters. A job is one application of a step to one case: a sample, or the data set as a whole. Commands plan jobs; [the architecture](../explanation/architecture.md) tells how they are carried out. The parameters below are those in receipts; users give them as [flags](commands.md) and in the profile.',
    '',
    'The version is raised when a step would give other bytes for the same inputs; every job of an earlier version is then done again.',
    '',
    '| step | per | what it does |',
    '|---|---|---|',
    ...steps.map(s => row(`[\`${s.name}\`](#${s.name})`, per(s), s.summary)),
  ]
  for (const step of steps) lines.push('', ...described(step))
  return `${lines.join('\n')}\n`
}

const per = (step: AnyStep): string => (step.per === 'case' ? 'sample' : 'data set')

function described(step: AnyStep): string[] {
  const schema = z.toJSONSchema(step.params(z), { unrepresentable: 'any', io: 'input' }) as SchemaNode
  return [
    `## ${step.name}`,
    '',
    `${step.summary} Version ${step.version}; one job a ${per(step)}.`,
    '',
    '| | name | role | kind of file | how many |',
    '|---|---|---|---|---|',
    ...slotRows('input', step.inputs),
    ...slotRows('output', step.outputs),
    '',
    '| parameter | value | default | meaning |',
    '|---|---|---|---|',
    ...Object.entries(schema.properties ?? {}).map(([name, node]) =>
      row(`\`${name}\``, kind(node), given(name, node, schema), node.description ?? ''),
    ),
  ]
}

const slotRows = (title: string, slots: Readonly<Record<string, Slot<unknown>>>): string[] =>
  Object.entries(slots).map(([name, { kind, role, many, editable }]) =>
    row(
      title,
      `\`${name}\``,
      `\`${role}\``,
      `\`${kind.name}\``,
      MANY[many] + (editable ? EDITABLE[editable] : ''),
    ),
  )

function given(name: string, node: SchemaNode, schema: SchemaNode): string {
  if (node.default !== undefined) return `\`${JSON.stringify(node.default)}\``
  return schema.required?.includes(name) ? 'required' : 'none'
}
