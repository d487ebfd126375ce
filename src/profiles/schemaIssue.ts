import type { z } from 'zod'
import { nearestWord } from '../core/nearestWord.ts'
import { profileJsonSchema } from './jsonSchema.ts'
import type { PlacedProblem } from './problem.ts'

type Issue = z.core.$ZodIssue
type Path = readonly PropertyKey[]

/** The parts of a JSON Schema that the wording uses. */
export interface SchemaNode {
  readonly description?: string
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly additionalProperties?: SchemaNode | boolean
  readonly propertyNames?: SchemaNode
  readonly items?: SchemaNode
  readonly anyOf?: readonly SchemaNode[]
  readonly oneOf?: readonly SchemaNode[]
}

/**
 * Says in the words of a configuration file what zod found at a place of it. `document` is the whole parsed value, `root`
 * the JSON Schema of the file: that of a profile unless given.
 */
export function schemaProblems(
  issue: Issue,
  document: unknown,
  around: Path = [],
  root: SchemaNode = profileJsonSchema() as SchemaNode,
): PlacedProblem[] {
  const path = [...around, ...issue.path]
  const value = valueAt(document, path)
  const problem = (message: string, remedy = adviceAt(root, path)): PlacedProblem[] => [
    { path, message, remedy },
  ]
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map(key => unknownKey(root, [...path, key], String(key)))
    case 'invalid_key':
      return [
        {
          path,
          onKey: true,
          message: `'${String(path.at(-1))}' cannot be a key here`,
          remedy: keyAdviceAt(root, path.slice(0, -1)),
        },
      ]
    case 'invalid_union':
      return unionProblems(root, issue, document, path)
    case 'invalid_value':
      return value === undefined ? missing(root, path) : problem(notAmong(value, issue.values.map(String)))
    case 'invalid_type':
      return value === undefined
        ? missing(root, path)
        : problem(`${article(issue.expected)} is expected, not ${kindOf(value)}`)
    case 'too_small':
      return problem(
        typeof value === 'number' ? `${value} is less than ${issue.minimum}` : 'it must not be empty',
      )
    case 'too_big':
      return problem(`${value} is more than ${issue.maximum}`)
    default:
      return problem(`'${String(value)}' is not of the form that is wanted here`)
  }
}

function missing(root: SchemaNode, path: Path): PlacedProblem[] {
  return [{ path, message: `the key '${String(path.at(-1))}' is missing`, remedy: adviceAt(root, path) }]
}

function unknownKey(root: SchemaNode, path: Path, key: string): PlacedProblem {
  const known = schemasAt(root, path.slice(0, -1)).flatMap(schema => Object.keys(schema.properties ?? {}))
  const near = nearestWord(key, known)
  return {
    path,
    onKey: true,
    message: `the key '${key}' is not known here`,
    remedy: near ? `Did you mean '${near}'?` : `Known here: ${[...new Set(known)].join(', ')}.`,
  }
}

function unionProblems(
  root: SchemaNode,
  issue: Issue & { code: 'invalid_union' },
  document: unknown,
  path: Path,
): PlacedProblem[] {
  const value = valueAt(document, path)
  if (issue.discriminator !== undefined) {
    // zod's path ends in the discriminator already.
    if (value === undefined) return missing(root, path)
    const methods = schemasAt(root, path).flatMap(schema =>
      String((schema as { const?: unknown }).const ?? []),
    )
    return [{ path, message: notAmong(value, methods), remedy: adviceAt(root, path) }]
  }
  const wrongKind = (branch: readonly Issue[]) =>
    branch.some(({ code, path: inside }) => code === 'invalid_type' && inside.length === 0)
  const meant = issue.errors.filter(branch => !wrongKind(branch))
  if (meant.length > 0) return meant[0]!.flatMap(inner => schemaProblems(inner, document, path, root))
  const kinds = issue.errors.flatMap(branch =>
    branch.flatMap(inner => (inner.code === 'invalid_type' ? [article(inner.expected)] : [])),
  )
  return value === undefined
    ? missing(root, path)
    : [
        {
          path,
          message: `${[...new Set(kinds)].join(' or ')} is expected, not ${kindOf(value)}`,
          remedy: adviceAt(root, path),
        },
      ]
}

function notAmong(value: unknown, allowed: readonly string[]): string {
  const near = nearestWord(String(value), allowed)
  const known = `'${String(value)}' is not ${allowed.length > 1 ? 'one of ' : ''}${allowed.join(', ')}`
  return near && allowed.length > 1 ? `${known}; did you mean '${near}'?` : known
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping of keys to values',
  record: 'a mapping of keys to values',
}

const article = (expected: string): string => KINDS[expected] ?? expected

function kindOf(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  return typeof value === 'string' ? `the text '${value}'` : String(value)
}

function valueAt(document: unknown, path: Path): unknown {
  let value = document
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<PropertyKey, unknown>)[key]
  }
  return value
}

/** The schemas that can apply at a path: one, but for alternatives. */
function schemasAt(root: SchemaNode, path: Path): SchemaNode[] {
  let nodes = branches([root])
  for (const key of path)
    nodes = branches(
      nodes.flatMap(({ properties, additionalProperties: others, items }) => {
        if (typeof key === 'number') return items ?? []
        const name = String(key)
        if (properties && Object.hasOwn(properties, name)) return properties[name]!
        return typeof others === 'object' ? others : []
      }),
    )
  return nodes
}

const branches = (nodes: readonly SchemaNode[]): SchemaNode[] =>
  nodes.flatMap(node => [node, ...branches([...(node.anyOf ?? []), ...(node.oneOf ?? [])])])

const adviceAt = (root: SchemaNode, path: Path): string =>
  schemasAt(root, path).find(({ description }) => description)?.description ??
  'See the JSON Schema of the file.'

const keyAdviceAt = (root: SchemaNode, path: Path): string =>
  schemasAt(root, path).find(({ propertyNames }) => propertyNames?.description)?.propertyNames?.description ??
  adviceAt(root, path)
