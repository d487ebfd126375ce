/** The parts of a JSON Schema that the reference page shows. */
export interface SchemaNode {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly required?: readonly string[]
  readonly additionalProperties?: SchemaNode | boolean
  readonly items?: SchemaNode
  readonly anyOf?: readonly SchemaNode[]
  readonly oneOf?: readonly SchemaNode[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly pattern?: string
}

/** The reference page of the profile language in Markdown, from its JSON Schema: one section a top-level key. */
export function profileReference(schema: object): string {
  const root = schema as SchemaNode
  const lines = [
    '# Archive profile',
    '',
    '<!-- Made by scripts/generate-profile-schema.mjs from src/profiles/schema.ts; do not edit. -->',
    '',
    `${root.description} A profile is a YAML file; [how to write one](../how-to/new-archive.md) goes step by step.`,
    'Begin it with this line, and an editor with YAML support completes and checks the keys:',
    '',
    '```yaml',
    '# yaml-language-server: $schema=PATH/TO/profiles/profile.schema.json',
    '```',
    '',
    'Unknown keys are errors. All values of attributes are text, so that `0017` stays `0017`.',
    '',
    ...keyTable(root),
  ]
  for (const [name, node] of Object.entries(root.properties ?? {})) {
    const details = describeInside(node, name)
    if (details.length > 0) lines.push('', `## ${name}`, '', node.description ?? '', ...details)
  }
  return `${lines.join('\n').replaceAll(/\n{3,}/g, '\n\n')}\n`
}

/** Tables of all mappings inside a node, each under the path that leads to it. */
function describeInside(node: SchemaNode, path: string): string[] {
  const lines: string[] = []
  if (node.properties) {
    lines.push('', ...keyTable(node))
    for (const [name, inner] of Object.entries(node.properties))
      lines.push(...describeInside(inner, `${path}.${name}`))
  }
  if (node.items) lines.push(...titled(node.items, `${path}[]`))
  if (typeof node.additionalProperties === 'object')
    lines.push(...titled(node.additionalProperties, `${path}.NAME`))
  for (const branch of [...(node.anyOf ?? []), ...(node.oneOf ?? [])]) lines.push(...titled(branch, path))
  return lines
}

function titled(node: SchemaNode, path: string): string[] {
  const inside = describeInside(node, path)
  if (inside.length === 0 || !node.properties) return inside
  const method = node.properties.method?.const
  const title = method === undefined ? `\`${path}\`` : `\`${path}\` with \`method: ${method}\``
  return ['', `### ${title}`, '', node.description ?? '', ...inside]
}

function keyTable({ properties, required }: SchemaNode): string[] {
  return [
    '| key | value | required | meaning |',
    '|---|---|---|---|',
    ...Object.entries(properties ?? {}).map(([name, node]) =>
      row(
        `\`${name}\``,
        kind(node),
        required?.includes(name) ? 'yes' : fallback(node),
        node.description ?? '',
      ),
    ),
  ]
}

/** One row of a Markdown table. */
export const row = (...cells: string[]): string =>
  `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`

function fallback({ default: value }: SchemaNode): string {
  if (value === undefined) return 'no'
  const empty = typeof value === 'object' && value !== null && Object.keys(value).length === 0
  return empty ? 'no' : `no, \`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}

/** What a value may be, in words. */
export function kind(node: SchemaNode): string {
  if (node.const !== undefined) return `\`${node.const}\``
  if (node.enum) return node.enum.map(value => `\`${value}\``).join(' or ')
  const branches = [...(node.anyOf ?? []), ...(node.oneOf ?? [])]
  if (branches.length > 0) {
    return [...new Set(branches.map(kind))].join(' or ')
  }
  // A number or truth value where text is meant counts as what is written.
  if (Array.isArray(node.type)) return 'text'
  if (node.items) return `list of ${kind(node.items)}`
  if (typeof node.additionalProperties === 'object') return `mapping to ${kind(node.additionalProperties)}`
  const kinds: Readonly<Record<string, string>> = {
    string: 'text',
    integer: 'whole number',
    number: 'number',
    boolean: 'true or false',
    object: 'mapping',
  }
  return kinds[String(node.type)] ?? 'any'
}
