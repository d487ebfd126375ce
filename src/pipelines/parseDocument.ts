import type { z } from 'zod'
import type { Fault } from '../core/fault.ts'
import type { Problem } from '../profiles/problem.ts'
import { type SchemaNode, schemaProblems } from '../profiles/schemaIssue.ts'
import { readYaml } from '../profiles/yamlSource.ts'

interface DocumentKind<T> {
  readonly schema: z.ZodType<T>
  /** Its words advise what to do about a mistake. */
  readonly jsonSchema: () => Record<string, unknown>
  readonly fault: (problems: readonly Problem[]) => Fault
}

/** The value of a YAML file that has a schema. @throws the fault of its kind, with line and column of each problem */
export function parseDocument<T>(text: string, { schema, jsonSchema, fault }: DocumentKind<T>): T {
  const yaml = readYaml(text)
  if (yaml.syntaxProblems.length > 0) throw fault(yaml.syntaxProblems)
  const parsed = schema.safeParse(yaml.value)
  if (parsed.success) return parsed.data
  const root = jsonSchema() as SchemaNode
  throw fault(
    parsed.error.issues.flatMap(issue => schemaProblems(issue, yaml.value, [], root)).map(yaml.locate),
  )
}
