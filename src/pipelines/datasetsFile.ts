import path from 'node:path'
import { z } from 'zod'
import { DatasetsFileError } from '../profiles/problem.ts'
import { existingFile } from '../storage/existingFile.ts'
import { readText } from '../storage/readText.ts'
import { parseDocument } from './parseDocument.ts'

export const DATASETS_FILE = 'datasets.yaml'

/** Folders are often named by a date, which YAML takes for a number. */
const name = z.union([z.string().min(1), z.int()]).transform(String)

const dataset = z.strictObject({
  name: name.describe('Name of the data set.'),
  root: name.optional().describe('Its folder, absolute or relative to this file; the name if not given.'),
  source: z.string().optional().describe('The disk and folder that its archives came from.'),
  archives: z.array(name).default([]).describe('The archives that it was made of.'),
  folders: z
    .record(z.string(), z.string().min(1))
    .default({})
    .describe(
      'Folders that are named otherwise here than in the pipeline file: the name there, and the name here.',
    ),
  note: z.string().optional().describe('Anything worth knowing.'),
})

/** A list of data sets as it is written. */
export const datasetsSchema = z.strictObject({
  $schema: z.string().optional().describe('The JSON Schema of this file, for editors.'),
  pipeline: z
    .string()
    .optional()
    .describe(
      'The pipeline whose folders are the stages: its name, or the path of its file, relative to this one.',
    ),
  datasets: z.array(dataset).min(1).describe('The data sets, in the order in which they are shown.'),
})

export type DatasetEntry = Readonly<z.infer<typeof dataset>> & { readonly root: string }

export interface DatasetsFile {
  /** A name, or an absolute path; undefined for the default. */
  readonly pipeline: string | undefined
  /** With absolute roots. */
  readonly datasets: readonly DatasetEntry[]
}

/** The JSON Schema (draft 7) of a list of data sets. */
export const datasetsJsonSchema = (): Record<string, unknown> => ({
  ...z.toJSONSchema(datasetsSchema, { io: 'input', target: 'draft-7' }),
  title: 'voxmill list of data sets',
})

/**
 * Reads a list of data sets.
 *
 * @throws UsageError when it is not there, DatasetsFileError with every problem of it
 */
export function openDatasets(file: string): DatasetsFile {
  existingFile(file)
  const { pipeline, datasets } = parseDocument(readText(file), {
    schema: datasetsSchema,
    jsonSchema: datasetsJsonSchema,
    fault: problems => new DatasetsFileError(file, problems),
  })
  const folder = path.dirname(path.resolve(file))
  const isPath = pipeline !== undefined && /[/\\]|\.ya?ml$/i.test(pipeline)
  return {
    pipeline: isPath ? path.resolve(folder, pipeline) : pipeline,
    datasets: datasets.map(d => ({ ...d, root: path.resolve(folder, d.root ?? d.name) })),
  }
}
