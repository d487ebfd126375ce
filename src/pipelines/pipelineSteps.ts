import { z } from 'zod'

/** A value that steps and paths share: `$name` in parameters, `{name}` in paths. */
const variable = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.number())])

export const variables = z
  .record(z.string().regex(/^[a-z][a-z0-9_]*$/), variable)
  .default({})
  .describe(
    'Values that steps share. `$name` stands for one in a parameter; `{name}` in a path, where numbers of a list are joined by x, `{_name}` for the same with an underscore before it, or for nothing where it is null or none, and `{name.json}` for a path with that in place of its extension.',
  )

const params = z.record(z.string(), z.json())

const paths = z.union([z.string().min(1), z.null(), z.record(z.string(), z.string().min(1))])

const folders = z.strictObject({
  step: z
    .enum(['sort-by-series-uid', 'extract-modalities', 'convert-dicom'])
    .describe('A step that goes by the content of whole folders.'),
  from: z.string().min(1).describe('Folder below the root that is read; * stands for any letters.'),
  to: z.string().min(1).describe('Folder below the root that is written.'),
  table: z
    .string()
    .min(1)
    .optional()
    .describe('Of extract-modalities: the table that names the series; * stands for any letters.'),
  params: params.default({}).describe('Parameters that differ from those of the step.'),
})

const slots = z.strictObject({
  step: z.string().min(1).describe('The step.'),
  part: z
    .string()
    .min(1)
    .optional()
    .describe('Tells several uses of one step for one patient apart; may name variables.'),
  on_request: z
    .boolean()
    .default(false)
    .describe('Whether only the command of the step carries it out, not `voxmill run`.'),
  of: z
    .string()
    .min(1)
    .optional()
    .describe('The step that this one belongs to: the command of that step carries out both.'),
  inputs: z
    .record(z.string(), paths)
    .describe(
      'For each input of the step where its file lies below the root: a path, several by key, or null. `{pid}` stands for the patient.',
    ),
  outputs: z
    .record(z.string(), paths)
    .describe('For each output of the step where its file goes below the root.'),
  params: params.default({}).describe('Parameters that differ from those of the step.'),
})

export const pipelineSteps = z
  .array(z.union([folders, slots]))
  .default([])
  .describe('What `voxmill run` does, in this order; steps of whole data sets come last.')

/** The value of a variable. */
export type Variable = z.infer<typeof variable>
export type Variables = Readonly<Record<string, Variable>>
/** A use of a step that goes by folders. */
export type FolderStep = Readonly<z.infer<typeof folders>>
/** A use of a step by the paths of its slots. */
export type SlotStep = Readonly<z.infer<typeof slots>>
export type PipelineStep = FolderStep | SlotStep

export const isFolderStep = (step: PipelineStep): step is FolderStep => 'from' in step
export const isSlotStep = (step: PipelineStep): step is SlotStep => !isFolderStep(step)

/** The step by which `--from` and `--until` know an entry. */
export const unitOf = (step: PipelineStep): string =>
  isFolderStep(step) ? step.step : (step.of ?? step.step)

const shown = (value: Variable): string => (Array.isArray(value) ? value.join('x') : String(value))
const isNothing = (value: Variable): boolean => value === null || value === 'none' || value === ''

const PLACEHOLDER = /\{(_?)([a-z][a-z0-9_]*)(\.[a-z0-9.]+)?\}/g

/**
 * A path with its variables filled in; `{pid}` and `{key}` stay, since the patient and the step decide them.
 *
 * @returns null where a variable in it is null: the file is none of this pipeline
 * @throws RangeError for a variable that there is not
 */
export function filledPath(template: string, variables: Variables): string | null {
  let none = false
  const path = template.replace(PLACEHOLDER, (whole, prefix: string, name: string, extension?: string) => {
    if (name === 'pid' || name === 'key') return whole
    const value = variables[name]
    if (value === undefined)
      throw new RangeError(`{${prefix}${name}} in ${template}: there is no such variable`)
    if (prefix === '_') return isNothing(value) ? '' : `_${shown(value)}`
    if (value === null) none = true
    const text = shown(value)
    return extension === undefined ? text : text.replace(/\.[^./]*$/, '') + extension
  })
  return none ? null : path
}

/** Parameters with their variables filled in. @throws RangeError for a variable that there is not */
export function filledParams(
  params: Readonly<Record<string, unknown>>,
  variables: Variables,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, filledValue(value, variables)]),
  )
}

function filledValue(value: unknown, variables: Variables): unknown {
  if (Array.isArray(value)) return value.map(v => filledValue(v, variables))
  if (typeof value === 'object' && value !== null)
    return filledParams(value as Record<string, unknown>, variables)
  const name = typeof value === 'string' ? /^\$([a-z][a-z0-9_]*)$/.exec(value)?.[1] : undefined
  if (name === undefined) return value
  const filled = variables[name]
  if (filled === undefined) throw new RangeError(`${value}: there is no such variable`)
  return filled
}
