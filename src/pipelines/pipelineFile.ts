import { z } from 'zod'
import { PipelineFileError } from '../profiles/problem.ts'
import { seriesRule } from '../steps/ingest/seriesRule.ts'
import { parseDocument } from './parseDocument.ts'

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
  stages: z.array(stage).min(1).describe('The folders of a data set, in the order in which they are made.'),
})

/** Which series a pipeline is about and where its folders lie. */
export type PipelineFile = Readonly<z.infer<typeof pipelineSchema>>
export type PipelineStage = PipelineFile['stages'][number]

/** The JSON Schema (draft 7, as editors' YAML support understands it) of a pipeline file. */
export const pipelineJsonSchema = (): Record<string, unknown> => ({
  ...z.toJSONSchema(pipelineSchema, { io: 'input', target: 'draft-7' }),
  title: 'voxmill pipeline file',
})

/**
 * Reads a pipeline file.
 *
 * @param source the name that messages give the file
 * @throws PipelineFileError with every problem of the file, each with line and column
 */
export const parsePipelineFile = (text: string, source: string): PipelineFile =>
  parseDocument(text, {
    schema: pipelineSchema,
    jsonSchema: pipelineJsonSchema,
    fault: problems => new PipelineFileError(source, problems),
  })
