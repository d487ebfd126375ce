import { z } from 'zod'
import { UsageError } from '../core/fault.ts'
import { PipelineFileError } from '../profiles/problem.ts'
import { seriesRule } from '../steps/ingest/seriesRule.ts'
import type { AnnotationLayout } from './annotationTable.ts'
import { parseDocument } from './parseDocument.ts'
import { pipelineSteps, variables } from './pipelineSteps.ts'

const folderName = z.string().min(1)

const annotation = z
  .strictObject({
    sheet: z
      .union([z.string(), z.int().min(1)])
      .default(2)
      .describe('Worksheet of the table: its name, or its number from 1 up.'),
    header_row: z.int().min(1).default(2).describe('Row of the column titles, from 1 up.'),
    pid_column: z.string().min(1).describe('Title of the column of patients.'),
  })
  .describe('How the table that names the series is laid out, unless flags say otherwise.')

const modality = z.strictObject({
  column: z.string().min(1).describe('Title of the column of the table that holds the SeriesInstanceUID.'),
  rule: seriesRule(z),
})

const stage = z.strictObject({
  folder: folderName.describe('Folder below the root of a data set; * stands for any letters.'),
  step: z.string().min(1).describe('The step that writes it.'),
  per: z
    .enum(['case', 'dataset'])
    .default('case')
    .describe('Whether each patient has a folder of its own in it.'),
  holds: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Files or folders that a finished patient, or a data set, has; * stands for any letters of a name.',
    ),
})

/** A pipeline file as it is written. */
export const pipelineSchema = z.strictObject({
  $schema: z.string().optional().describe('The JSON Schema of this file, for editors.'),
  pipeline: z.string().min(1).describe('Name of the pipeline.'),
  annotation,
  modalities: z
    .record(z.string().regex(/^[\p{L}\p{N}_-]+$/u), modality)
    .describe('The series of a patient: by the name of each, which is also that of its folder.'),
  variables,
  steps: pipelineSteps,
  stages: z.array(stage).min(1).describe('The folders of a data set, in the order in which they are made.'),
})

/** What a file changes of another pipeline. */
const extension = z.strictObject({
  $schema: pipelineSchema.shape.$schema,
  extends: z
    .string()
    .min(1)
    .describe(
      'The pipeline that this file changes: its name, or the path of its file, relative to this one.',
    ),
  pipeline: pipelineSchema.shape.pipeline.optional(),
  annotation: pipelineSchema.shape.annotation.optional(),
  modalities: pipelineSchema.shape.modalities
    .optional()
    .describe('Series that are added or described otherwise.'),
  variables: pipelineSchema.shape.variables,
  params: z
    .record(z.string(), z.record(z.string(), z.json()))
    .default({})
    .describe('By the name of a step: parameters that differ.'),
})

/** Which series a pipeline is about and where its folders lie. */
export type PipelineFile = Readonly<z.infer<typeof pipelineSchema>>
export type PipelineStage = PipelineFile['stages'][number]

const jsonSchemaOf = (schema: z.ZodType): Record<string, unknown> => ({
  ...z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }),
  title: 'voxmill pipeline file',
})

/** The JSON Schema (draft 7, as editors' YAML support understands it) of a pipeline file. */
export const pipelineJsonSchema = (): Record<string, unknown> =>
  jsonSchemaOf(z.union([pipelineSchema, extension]))

/**
 * Reads a pipeline file.
 *
 * @param source the name that messages give the file
 * @param open opens the pipeline that the file extends
 * @throws PipelineFileError with every problem of the file, each with line and column
 */
export function parsePipelineFile(
  text: string,
  source: string,
  open: (name: string) => PipelineFile,
): PipelineFile {
  const read = <T>(schema: z.ZodType<T>): T =>
    parseDocument(text, {
      schema,
      jsonSchema: () => jsonSchemaOf(schema),
      fault: problems => new PipelineFileError(source, problems),
    })
  if (!/^extends\s*:/m.test(text)) return read(pipelineSchema)
  const own = read(extension)
  const base = open(own.extends)
  for (const step of Object.keys(own.params))
    if (!base.steps.some(s => s.step === step))
      throw new UsageError(`${source} has parameters of ${step}, which is no step of ${own.extends}`, {
        remedy: `Its steps are ${[...new Set(base.steps.map(s => s.step))].join(', ')}.`,
        where: source,
      })
  return {
    ...base,
    pipeline: own.pipeline ?? base.pipeline,
    annotation: own.annotation ?? base.annotation,
    modalities: { ...base.modalities, ...own.modalities },
    variables: { ...base.variables, ...own.variables },
    steps: base.steps.map(s => ({ ...s, params: { ...s.params, ...own.params[s.step] } })),
  }
}

/** How the table of series is laid out: as the pipeline says, unless told otherwise. */
export function annotationLayout(
  { annotation, modalities }: PipelineFile,
  told: {
    readonly sheet?: string | undefined
    readonly headerRow?: number | undefined
    /** Titles by pid or modality. */
    readonly titles?: ReadonlyMap<string, string>
  } = {},
): AnnotationLayout {
  return {
    sheet: told.sheet ?? annotation.sheet,
    headerRow: told.headerRow ?? annotation.header_row,
    pidColumn: told.titles?.get('pid') ?? annotation.pid_column,
    columns: Object.fromEntries(
      Object.entries(modalities).map(([name, m]) => [name, told.titles?.get(name) ?? m.column]),
    ),
  }
}
