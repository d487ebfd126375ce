import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
} from 'yaml'
import type { PlacedProblem, Problem } from './problem.ts'

/** Aliases that one document may use: more is a mistake or an attempt to fill the memory. */
const MOST_ALIASES = 100

/** A YAML document whose values know their lines. */
export interface YamlSource {
  /**
   * Plain objects, arrays and scalars. Text stays what was written: a number or truth value is one only if it is
   * written as JavaScript would write it, so that `0017`, `1e3` and 6100000000000012345 stay text; keys are always
   * text.
   */
  readonly value: unknown
  /** Mistakes of YAML itself; `value` is not to be used when there are any. */
  readonly syntaxProblems: readonly Problem[]
  /** Gives a problem the line and column of its value, or of the nearest value around it that is there. */
  locate(problem: PlacedProblem): Problem
}

export function readYaml(text: string): YamlSource {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: (a, b) => isScalar(a) && isScalar(b) && scalarText(a) === scalarText(b),
  })
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const syntaxProblems: Problem[] = document.errors.map(error => ({
    ...place(error.pos[0]),
    key: '',
    message: error.message,
    remedy:
      error.code === 'DUPLICATE_KEY'
        ? 'Keep one of the two keys.'
        : 'Check indentation, quotes and colons around this place; text with : # { } or [ ] belongs in quotes.',
  }))
  let aliases = 0
  const resolve = (node: unknown): unknown => {
    if (!isAlias(node)) return node
    aliases++
    const target = aliases > MOST_ALIASES ? undefined : node.resolve(document)
    if (target === undefined)
      syntaxProblems.push({
        ...place(node.range?.[0] ?? 0),
        key: '',
        message:
          aliases > MOST_ALIASES
            ? `the document uses more than ${MOST_ALIASES} aliases`
            : `nothing above is named &${node.source}, which *${node.source} stands for`,
        remedy: 'Write the value out; text that begins with * belongs in quotes.',
      })
    return target
  }
  const plain = (unresolved: unknown): unknown => {
    if (syntaxProblems.length > 0) return undefined
    const node = resolve(unresolved)
    if (isMap(node))
      return Object.fromEntries(node.items.map(pair => [keyText(pair), plain(pair.value)] as const))
    if (isSeq(node)) return node.items.map(plain)
    return isScalar(node) ? scalarValue(node) : null
  }
  return {
    value: plain(document.contents),
    syntaxProblems,
    locate: problem => ({
      ...place(offsetOf(document, problem)),
      key: keyPath(problem.path),
      message: problem.message,
      remedy: problem.remedy,
    }),
  }
}

const keyPath = (path: readonly PropertyKey[]): string =>
  path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index > 0 ? '.' : ''}${String(key)}`))
    .join('')

function scalarValue(node: Scalar): unknown {
  const { value, source } = node
  if (typeof value === 'string' || value === null || source === undefined) return value
  return String(value) === source ? value : source
}

const scalarText = (node: Scalar): string => {
  const value = scalarValue(node)
  return value === null ? (node.source ?? '') : String(value)
}

const keyText = (pair: Pair): string => (isScalar(pair.key) ? scalarText(pair.key) : String(pair.key))

/** Where in the text the value (or key) of a path begins; where the path leaves the document, the last that is there. */
function offsetOf(document: Document, { path, onKey }: PlacedProblem): number {
  let node: unknown = document.contents
  let offset = startOf(node) ?? 0
  for (const [depth, key] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find(item => keyText(item) === String(key))
      if (!pair) break
      const wantsKey = onKey === true && depth === path.length - 1
      node = pair.value
      offset = (wantsKey ? undefined : startOf(node)) ?? startOf(pair.key) ?? offset
    } else if (isSeq(node)) {
      const item = node.items[Number(key)]
      if (item === undefined) break
      node = item
      offset = startOf(item) ?? offset
    } else break
  }
  return offset
}

/** An empty value has no text of its own; its key stands for it. */
function startOf(node: unknown): number | undefined {
  if (isScalar(node) && node.value === null && (node.source ?? '') === '') return undefined
  return (node as Node | null | undefined)?.range?.[0]
}
