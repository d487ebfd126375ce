import type { z } from 'zod'
import { Fault } from '../core/fault.ts'
import { nearestWord } from '../core/nearestWord.ts'
import {
  type GeneratorCard,
  generatorCardSchema,
  type SegmentationCard,
  segmentationCardSchema,
} from './cardSchema.ts'

/** A model card that cannot be used; the message names each field and what is wrong with it. */
export class ModelCardError extends Fault {
  readonly problems: readonly string[]

  constructor(where: string, problems: readonly string[]) {
    super(`${where} is no usable model card: ${problems.join('; ')}`, {
      remedy:
        'Correct the card; models/model-card.schema.json says what each field means, docs/how-to/segment.md has an example.',
      where,
    })
    this.problems = problems
  }
}

/** @throws ModelCardError */
export const parseSegmentationCard = (text: string, where: string): SegmentationCard =>
  parsed(segmentationCardSchema, text, where)

/** @throws ModelCardError */
export const parseGeneratorCard = (text: string, where: string): GeneratorCard =>
  parsed(generatorCardSchema, text, where)

function parsed<T>(schema: z.ZodType<T>, text: string, where: string): T {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    throw new ModelCardError(where, [`it is not JSON (${(error as Error).message})`])
  }
  const result = schema.safeParse(document)
  if (result.success) return result.data
  throw new ModelCardError(
    where,
    result.error.issues.flatMap(issue => described(issue, document, schema)),
  )
}

type Path = readonly PropertyKey[]

function described(
  issue: z.core.$ZodIssue,
  document: unknown,
  schema: z.ZodType,
  around: Path = [],
): string[] {
  const path = [...around, ...issue.path]
  const at = path.length === 0 ? 'the card' : path.join('.')
  const value = valueAt(document, path)
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map(key => {
      const near = nearestWord(key, keysAt(schema, path))
      return `${[...path, key].join('.')} is not known${near ? `; did you mean '${near}'?` : ''}`
    })
  if (value === undefined && path.length > 0) return [`${at} is missing`]
  // Of alternatives, the one whose kind of value was given is meant.
  if (issue.code === 'invalid_union') {
    const meant = issue.errors.find(
      branch => !branch.some(i => i.code === 'invalid_type' && i.path.length === 0),
    )
    if (meant !== undefined) return meant.flatMap(inner => described(inner, document, schema, path))
  }
  const advice = schemaAt(schema, path)?.description
  const found =
    value === null || typeof value !== 'object' ? ` (it is ${JSON.stringify(value) ?? 'nothing'})` : ''
  const message = issue.code === 'custom' ? issue.message : (advice ?? issue.message)
  return [`${at}${found}: ${message}`]
}

function valueAt(document: unknown, path: Path): unknown {
  let value = document
  for (const key of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key]
  return value
}

/** The schema of a field, through defaults and optional fields; undefined within alternatives and lists. */
function schemaAt(schema: z.ZodType, path: Path): z.ZodType | undefined {
  let at: z.ZodType | undefined = schema
  for (const key of path) at = shapeOf(at)?.[String(key)]
  return at
}

const keysAt = (schema: z.ZodType, path: Path): string[] => Object.keys(shapeOf(schemaAt(schema, path)) ?? {})

function shapeOf(schema: z.ZodType | undefined): Readonly<Record<string, z.ZodType>> | undefined {
  if (schema === undefined) return undefined
  const def = schema.def as { shape?: Readonly<Record<string, z.ZodType>>; innerType?: z.ZodType }
  return def.shape ?? shapeOf(def.innerType)
}
